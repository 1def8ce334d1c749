using System.ComponentModel;
using System.Diagnostics;

namespace DeviceAgent.Tests.Oracles;

/// <summary>Runs the openssl program. Skips where it is missing; in CI that is a failure.</summary>
internal static class OpenSslOracle
{
    /// <summary>Skips the test, with a reason, when there is no openssl 3: older ones have no SM4 in every build.</summary>
    public static void Require()
    {
        try
        {
            var start = new ProcessStartInfo("openssl", ["version"]) { RedirectStandardOutput = true };
            using var program = Process.Start(start)!;
            var version = program.StandardOutput.ReadToEnd();
            program.WaitForExit();
            if (version.StartsWith("OpenSSL 3", StringComparison.Ordinal)) return;
        }
        catch (Win32Exception)
        {
            // There is no such program.
        }
        const string reason = "openssl 3 is not installed: apt-get install openssl";
        if (Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail(reason);
        Assert.Skip(reason);
    }

    /// <summary>Runs a command; feeds it the input; gives what it wrote to standard output.</summary>
    public static async Task<byte[]> RunAsync(byte[] input, params string[] arguments)
    {
        var start = new ProcessStartInfo("openssl", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        using var program = Process.Start(start)!;
        try
        {
            using var output = new MemoryStream();
            var copying = program.StandardOutput.BaseStream.CopyToAsync(output, limit.Token);
            var complaints = program.StandardError.ReadToEndAsync(limit.Token);
            await program.StandardInput.BaseStream.WriteAsync(input, limit.Token);
            program.StandardInput.Close();
            await copying;
            await program.WaitForExitAsync(limit.Token);
            Assert.True(program.ExitCode == 0, $"openssl {string.Join(' ', arguments)} exited {program.ExitCode}: {await complaints}");
            return output.ToArray();
        }
        finally
        {
            if (!program.HasExited) program.Kill();
        }
    }
}
