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
    public static Task<byte[]> RunAsync(byte[] input, params string[] arguments) =>
        OracleProgram.RunAsync(new ProcessStartInfo("openssl", arguments), $"openssl {string.Join(' ', arguments)}", input);
}
