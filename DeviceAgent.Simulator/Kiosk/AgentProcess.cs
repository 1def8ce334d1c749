using System.Diagnostics;
using System.Runtime.InteropServices;

namespace DeviceAgent.Simulator.Kiosk;

/// <summary>The agent as a process of its own, with its output in a file.</summary>
internal sealed partial class AgentProcess : IDisposable
{
    private const int Terminate = 15;
    private const long LongestLogBytes = 64L * 1024 * 1024;
    private readonly Process _process;
    private readonly StreamWriter _log;
    private readonly Task _output;

    private AgentProcess(Process process, StreamWriter log)
    {
        (_process, _log) = (process, log);
        _output = Task.WhenAll(CopyAsync(process.StandardOutput), CopyAsync(process.StandardError));
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Where the agent is that was built beside this program.</summary>
    public static string BuiltBesideUs()
    {
        // …/DeviceAgent.Simulator/bin/<Configuration>/net10.0/
        var framework = new DirectoryInfo(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        var root = framework.Parent?.Parent?.Parent?.Parent?.FullName ?? framework.FullName;
        return Path.Combine(root, "DeviceAgent", "bin", framework.Parent?.Name ?? "", framework.Name, "device-agent");
    }

    /// <exception cref="System.ComponentModel.Win32Exception">The program cannot be started.</exception>
    /// <param name="leaksAreLookedFor">The heap is collected often: what grows then is held.</param>
    public static AgentProcess Start(string program, IEnumerable<string> arguments, string logPath, string? notifySocket, bool leaksAreLookedFor = false)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        // The virtual kiosk is described by its agent.json alone.
        foreach (var name in start.Environment.Keys.Where(IsTheAgents).ToArray()) start.Environment.Remove(name);
        if (notifySocket is not null) start.Environment["NOTIFY_SOCKET"] = notifySocket;
        if (leaksAreLookedFor) start.Environment["DOTNET_GCgen0size"] = "0x200000";
        var log = new StreamWriter(logPath, append: true) { AutoFlush = true };
        try
        {
            var process = Process.Start(start)!;
            process.StandardInput.Close();
            return new AgentProcess(process, log);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            log.Dispose();
            throw;
        }
    }

    public async Task<int> WaitForExitAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        return _process.ExitCode;
    }

    /// <summary>SIGKILL; returns when the process is gone, so that it writes nothing afterwards.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>SIGTERM; SIGKILL after the limit.</summary>
    /// <returns>False when it had to be killed.</returns>
    public async Task<bool> TerminateAsync(TimeSpan limit, TimeProvider time)
    {
        if (!_process.HasExited) _ = SendSignal(_process.Id, Terminate);
        try
        {
            await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(limit, time);
            return true;
        }
        catch (TimeoutException)
        {
            Kill();
            return false;
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited) Kill();
        _output.Wait();
        _process.Dispose();
        _log.Dispose();
    }

    private static bool IsTheAgents(string variable) =>
        variable.StartsWith("DEVICE_AGENT", StringComparison.Ordinal) || variable is "CREDENTIALS_DIRECTORY" or "NOTIFY_SOCKET" or "WATCHDOG_USEC" or "WATCHDOG_PID";

    private async Task CopyAsync(StreamReader from)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            lock (_log)
            {
                if (_log.BaseStream.Position < LongestLogBytes) _log.WriteLine(line);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int pid, int signal);
}
