using System.Diagnostics;

namespace DeviceAgent.Tests.Oracles;

/// <summary>Runs an independent program: feeds it the input, gives what it wrote to standard output, ends it when it takes too long.</summary>
internal static class OracleProgram
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static async Task<byte[]> RunAsync(ProcessStartInfo start, string name, byte[] input)
    {
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
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
            Assert.True(program.ExitCode == 0, $"{name} exited {program.ExitCode}: {await complaints}");
            return output.ToArray();
        }
        finally
        {
            if (!program.HasExited) program.Kill();
        }
    }
}
