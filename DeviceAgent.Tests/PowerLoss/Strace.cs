using System.Diagnostics;

namespace DeviceAgent.Tests.PowerLoss;

/// <summary>strace(1), where it is there and may be used: it records system calls with their data, and makes some of them fail.</summary>
internal static class Strace
{
    private static readonly Lazy<string?> WhyNotUsable = new(Probe);

    /// <summary>Skips the test, with a reason, where strace is missing or ptrace is not allowed; in CI that is a failure.</summary>
    public static void Require()
    {
        if (WhyNotUsable.Value is not { } reason) return;
        if (Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail(reason);
        Assert.Skip(reason);
    }

    /// <summary>Null when it works.</summary>
    public static string? WhyNot => WhyNotUsable.Value;

    /// <summary>The whole data of these calls of all threads, as <see cref="TraceReader"/> reads it. Threads are stopped at these calls alone.</summary>
    /// <param name="extra">Further options: paths, injected faults.</param>
    public static ProcessStartInfo Start(string trace, string calls, IEnumerable<string> extra)
    {
        var start = new ProcessStartInfo("strace") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        string[] options = ["-f", "-qq", "--seccomp-bpf", "-y", "-xx", "-s", "16777216", "-e", "signal=none", "-e", $"trace={calls}", "-o", trace];
        foreach (var option in options.Concat(extra)) start.ArgumentList.Add(option);
        return start;
    }

    private static string? Probe()
    {
        try
        {
            using var probe = Process.Start(Start("/dev/null", "openat", ["true"]))!;
            var complaints = probe.StandardError.ReadToEnd();
            probe.WaitForExit();
            return probe.ExitCode == 0 ? null : $"strace cannot trace here: {complaints.Trim()}";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "strace is not installed (Debian: apt-get install strace)";
        }
    }
}
