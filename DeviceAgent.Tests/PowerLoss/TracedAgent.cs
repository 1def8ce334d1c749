#pragma warning disable CA1416 // The agent runs on Linux alone.
using DeviceAgent.Simulator.Kiosk;

namespace DeviceAgent.Tests.PowerLoss;

/// <summary>The built agent, started by a script that has strace record it. The agent keeps the process id that the virtual kiosk knows.</summary>
internal sealed class TracedAgent : IDisposable
{
    private const string Calls = "pwrite64,pwritev,write,writev,sendto,sendmsg,fsync,fdatasync";
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(20), Limit = TimeSpan.FromSeconds(20);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("traced-agent-");

    public TracedAgent()
    {
        // -D: strace becomes a grandchild, and the agent stays what was started.
        var script = $"""
            #!/bin/sh
            exec strace -D -f -q --seccomp-bpf -y -xx -s 16777216 -e signal=none -e trace={Calls} -o "{_folder.FullName}/$1.$$" "{AgentProcess.BuiltBesideUs()}" "$@"

            """;
        File.WriteAllText(Script, script);
        File.SetUnixFileMode(Script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>To be started in the agent's place.</summary>
    public string Script => Path.Combine(_folder.FullName, "device-agent");

    /// <summary>The whole of the one run, once it has ended.</summary>
    public async Task<IReadOnlyList<TracedCall>> ReadRunAsync(CancellationToken cancellationToken)
    {
        var trace = Assert.Single(_folder.GetFiles("run.*"));
        // strace writes its last line a moment after the agent is gone.
        for (var end = TimeProvider.System.GetUtcNow() + Limit; !File.ReadLines(trace.FullName).Last().Contains("+++ exited", StringComparison.Ordinal);)
        {
            Assert.True(TimeProvider.System.GetUtcNow() < end, "strace did not write the end of its trace.");
            await Task.Delay(PollEvery, TimeProvider.System, cancellationToken);
        }
        return TraceReader.Read(trace.FullName);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
