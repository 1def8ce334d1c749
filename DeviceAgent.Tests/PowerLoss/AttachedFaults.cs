using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace DeviceAgent.Tests.PowerLoss;

/// <summary>Makes the calls of a running process on the journal's files fail, from the moment it is attached until it is disposed.</summary>
internal sealed partial class AttachedFaults : IDisposable
{
    private const int Interrupt = 2;
    private readonly Process _strace;
    private readonly string _trace = Path.GetTempFileName();

    /// <param name="calls">"fsync,fdatasync" for one.</param>
    /// <param name="error">"EIO" for one.</param>
    public AttachedFaults(int process, string journal, string calls, string error)
    {
        var start = new ProcessStartInfo("strace") { RedirectStandardError = true };
        string[] arguments = ["-f", "-p", process.ToString(CultureInfo.InvariantCulture), "-P", journal, "-P", journal + "-wal", "-e", "signal=none", "-e", $"trace={calls}", "-e", $"inject={calls}:error={error}", "-o", _trace];
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        _strace = Process.Start(start)!;
        // strace(1): told once all threads are held.
        while (_strace.StandardError.ReadLine() is { } line)
        {
            if (line.Contains("attached", StringComparison.Ordinal)) return;
        }
        throw new InvalidOperationException("strace did not attach.");
    }

    /// <summary>Lets the process go on without faults.</summary>
    /// <returns>How many calls failed.</returns>
    public int Detach()
    {
        // It lets go of the process only when it is asked to; killed, it might leave it in the middle of a changed call.
        if (!_strace.HasExited) _ = SendSignal(_strace.Id, Interrupt);
        _strace.StandardError.ReadToEnd();
        _strace.WaitForExit();
        return File.ReadLines(_trace).Count(l => l.Contains("(INJECTED)", StringComparison.Ordinal));
    }

    public void Dispose()
    {
        if (!File.Exists(_trace)) return;
        Detach();
        _strace.Dispose();
        File.Delete(_trace);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int pid, int signal);
}
