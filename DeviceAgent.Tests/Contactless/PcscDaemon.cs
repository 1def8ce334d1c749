using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using DeviceAgent.Simulator.Contactless;

namespace DeviceAgent.Tests.Contactless;

/// <summary>The real pcscd with vsmartcard's virtual readers, as a process of its own in a mount namespace of its own, so that neither the machine's pcscd nor another run is met.</summary>
/// <remarks>Skips where it is not installed; in CI that is a failure. pcscd has no option for its folder /run/pcscd: another one is mounted over it.</remarks>
internal sealed partial class PcscDaemon : IDisposable
{
    public const string ReaderName = "Kiosk virtual reader";

    /// <summary>Each virtual reader has two slots; the driver listens to 15.</summary>
    public const int SlotsPerReader = 2, MaxReaders = 7;

    private const string Driver = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so";
    private const int Tries = 5;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    // Not below /run, which is hidden from pcscd; short, because a socket's path has 107 bytes.
    private static readonly string Folder = Directory.CreateTempSubdirectory("pcscd-").FullName;
    private static readonly Lazy<string?> WhyNot = new(Prepare);

    private readonly Process _process;

    private PcscDaemon(Process process, int port)
    {
        _process = process;
        Port = port;
    }

    /// <summary>TCP port of the first slot; the others follow.</summary>
    public int Port { get; }

    private static string RunFolder => Path.Combine(Folder, "run");

    private static string ConfigFolder => Path.Combine(Folder, "conf");

    public static string SocketPath => Path.Combine(RunFolder, "pcscd.comm");

    /// <summary>Skips the test, with a reason, where pcscd, the virtual reader or the namespace cannot be had. Points libpcsclite at our socket.</summary>
    public static void Require()
    {
        if (WhyNot.Value is not { } reason) return;
        if (Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail(reason);
        Assert.Skip(reason);
    }

    /// <param name="readers">1 to 7, with two slots each.</param>
    public static async Task<PcscDaemon> StartAsync(int readers = 1)
    {
        Require();
        for (var tries = 0; ; tries++)
        {
            var port = FreePort();
            WriteConfig(readers, port);
            var process = Process.Start(StartInfo())!;
            var complaint = await ReadyAsync(process);
            // It says so before it listens.
            if (complaint is null) await ListensAsync();
            // Another program may have taken a port meanwhile.
            if (complaint is null) return new(process, port);
            End(process, Signal.Kill);
            Assert.True(tries < Tries, $"pcscd does not start: {complaint}");
        }
    }

    public VirtualPcd Insert(SimulatedCard card, int slot = 0) => VirtualPcd.Insert(card, Port + slot);

    /// <summary>As systemd ends it: it removes its socket.</summary>
    public void Terminate() => End(_process, Signal.Terminate);

    /// <summary>It crashes: its socket stays, and nobody listens at it.</summary>
    public void Crash() => End(_process, Signal.Kill);

    /// <summary>It answers nothing.</summary>
    public void Freeze() => Send(_process, Signal.Stop);

    public void Thaw() => Send(_process, Signal.Continue);

    public void Dispose()
    {
        if (!_process.HasExited) Thaw();
        End(_process, Signal.Kill);
        _process.Dispose();
    }

    private static string? Prepare()
    {
        if (!File.Exists("/usr/sbin/pcscd") || !File.Exists(Driver) || !NativeLibrary.TryLoad("libpcsclite.so.1", out _))
            return "pcscd with a virtual reader is not installed: apt-get install pcscd vsmartcard-vpcd libpcsclite1";
        Directory.CreateDirectory(RunFolder);
        Directory.CreateDirectory(ConfigFolder);
        // Environment.SetEnvironmentVariable is not seen by the C library.
        if (SetEnv("PCSCLITE_CSOCK_NAME", SocketPath, 1) != 0) return "setenv failed";
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(Folder, recursive: true);
        try
        {
            using var probe = Process.Start(new ProcessStartInfo("unshare", [.. Namespace, "true"]) { RedirectStandardError = true })!;
            var complaint = probe.StandardError.ReadToEnd();
            probe.WaitForExit();
            return probe.ExitCode == 0 ? null : $"no mount namespace can be made here: {complaint.Trim()}";
        }
        catch (Win32Exception)
        {
            return "unshare is not installed: apt-get install util-linux";
        }
    }

    private static string[] Namespace => Environment.IsPrivilegedProcess ? ["--mount"] : ["--user", "--map-root-user", "--mount"];

    private static ProcessStartInfo StartInfo()
    {
        File.Delete(SocketPath);
        File.Delete(Path.Combine(RunFolder, "pcscd.pid"));
        var script = $"mount -t tmpfs none /run && mkdir /run/pcscd && mount --bind '{RunFolder}' /run/pcscd && exec pcscd --foreground --info --config '{ConfigFolder}'";
        return new("unshare", [.. Namespace, "sh", "-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true };
    }

    private static void WriteConfig(int readers, int port)
    {
        foreach (var file in Directory.GetFiles(ConfigFolder)) File.Delete(file);
        for (var reader = 0; reader < readers; reader++)
        {
            var first = port + reader * SlotsPerReader;
            // The driver keeps its slots in static memory, which two readers of one file would share.
            var driver = Path.Combine(Folder, $"libifdvpcd{reader}.so");
            if (!File.Exists(driver)) File.Copy(Driver, driver);
            File.WriteAllText(Path.Combine(ConfigFolder, $"reader{reader}"),
                $"FRIENDLYNAME \"{ReaderName} {reader}\"\nDEVICENAME /dev/null:0x{first:X4}\nLIBPATH {driver}\nCHANNELID 0x{first:X4}\n");
        }
    }

    /// <returns>Null: it is ready; otherwise what it says.</returns>
    private static async Task<string?> ReadyAsync(Process process)
    {
        var ready = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var said = new List<string>();
        void Hear(object sender, DataReceivedEventArgs line)
        {
            lock (said)
            {
                if (said.Count < 100 && line.Data is not null) said.Add(line.Data);
                if (line.Data is null) ready.TrySetResult(string.Join('\n', said));
                else if (line.Data.Contains("Could not initialize", StringComparison.Ordinal)) ready.TrySetResult(line.Data);
                else if (line.Data.Contains("daemon ready", StringComparison.Ordinal)) ready.TrySetResult(null);
            }
        }
        process.OutputDataReceived += Hear;
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is not null) Hear(process, line);
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return await ready.Task.WaitAsync(Limit, TestContext.Current.CancellationToken);
    }

    private static async Task ListensAsync()
    {
        for (var started = TimeProvider.System.GetTimestamp(); ; await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken))
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), TestContext.Current.CancellationToken);
                return;
            }
            catch (SocketException) when (TimeProvider.System.GetElapsedTime(started) < Limit)
            {
                // Not yet.
            }
        }
    }

    private static int FreePort()
    {
        // Below the range from which the kernel gives ports to those who ask for any.
        while (true)
        {
            var port = Random.Shared.Next(20_000, 30_000);
            try
            {
                for (var slot = 0; slot < MaxReaders * SlotsPerReader; slot++)
                {
                    using var probe = new TcpListener(IPAddress.Any, port + slot);
                    probe.Start();
                }
                return port;
            }
            catch (SocketException)
            {
                // Taken.
            }
        }
    }

    private static void End(Process process, Signal signal)
    {
        if (process.HasExited) return;
        Send(process, signal);
        Assert.True(process.WaitForExit(Limit), "pcscd does not end");
    }

    private static void Send(Process process, Signal signal)
    {
        if (!process.HasExited) _ = Kill(process.Id, (int)signal);
    }

    private enum Signal { Kill = 9, Terminate = 15, Continue = 18, Stop = 19 }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "setenv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnv(string name, string value, int overwrite);
}
