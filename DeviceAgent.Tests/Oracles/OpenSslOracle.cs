using System.ComponentModel;
using System.Diagnostics;

namespace DeviceAgent.Tests.Oracles;

/// <summary>The openssl program. Skips where it is not installed; in CI that is a failure.</summary>
internal static class OpenSslOracle
{
    public static async Task<byte[]> RunAsync(byte[] input, params string[] arguments)
    {
        var start = new ProcessStartInfo("openssl") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        using var program = Start(start);
        try
        {
            using var output = new MemoryStream();
            var copying = program.StandardOutput.BaseStream.CopyToAsync(output, limit.Token);
            var complaints = program.StandardError.ReadToEndAsync(limit.Token);
            await program.StandardInput.BaseStream.WriteAsync(input, limit.Token);
            program.StandardInput.Close();
            await copying;
            await program.WaitForExitAsync(limit.Token);
            Assert.True(program.ExitCode == 0, $"openssl {arguments[0]} exited {program.ExitCode}: {await complaints}");
            return output.ToArray();
        }
        finally
        {
            if (!program.HasExited) program.Kill();
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            const string reason = "the openssl program is not installed";
            if (Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail(reason);
            Assert.Skip(reason);
            throw;
        }
    }
}
