using System.Globalization;
using System.Text;

namespace DeviceAgent.Tests.PowerLoss;

/// <summary>What a workload is run with.</summary>
/// <param name="Synchronous">FULL, or NORMAL or OFF for a control; with "litedb-" before it of that engine.</param>
/// <param name="Faults">strace's -e inject=…, for the calls on the journal's files alone.</param>
internal sealed record WorkloadOptions(int Seed, int Orders, string Synchronous = "FULL", params string[] Faults);

/// <summary>One run of the workload in a process of its own, with all its system calls on files.</summary>
internal sealed class RecordedWorkload : IDisposable
{
    /// <summary>Every call by which a file or a name can be changed; <see cref="SimulatedDisk"/> refuses those that it does not replay.</summary>
    private const string Calls = "openat,pwrite64,pwritev,pwritev2,write,writev,ftruncate,truncate,fallocate,fsync,fdatasync,sync_file_range,mmap,copy_file_range,sendfile,"
        + "mkdir,mkdirat,link,linkat,symlink,rename,renameat,renameat2,unlink,unlinkat,io_uring_enter";

    private const string TraceName = "trace";

    private readonly DirectoryInfo _folder;

    private RecordedWorkload(WorkloadOptions options, DirectoryInfo folder)
    {
        (Options, _folder) = (options, folder);
        Steps = new JournalScript(options.Seed, options.Orders).Steps;
    }

    public WorkloadOptions Options { get; }

    public IReadOnlyList<ScriptStep> Steps { get; }

    public IReadOnlyList<TracedCall> Recorded { get; private set; } = [];

    public int ExitCode { get; private set; }

    /// <summary>What it complained about.</summary>
    public string Complaints { get; private set; } = "";

    /// <summary>The folder above the state folder: the only one that is there before.</summary>
    public string Root => Path.Combine(_folder.FullName, "disk");

    /// <summary>Where the journal is, which the run has left behind.</summary>
    public string State => Path.Combine(Root, "state");

    public string Trace => Path.Combine(_folder.FullName, TraceName);

    /// <summary>Keeps the trace for whoever looks for what went wrong.</summary>
    public bool Keep { get; set; }

    public static async Task<RecordedWorkload> RunAsync(WorkloadOptions options, CancellationToken cancellationToken)
    {
        var run = new RecordedWorkload(options, Directory.CreateTempSubdirectory("power-loss-"));
        try
        {
            Directory.CreateDirectory(run.Root);
            await run.RunAsync(cancellationToken);
            return run;
        }
        catch
        {
            run.Dispose();
            throw;
        }
    }

    /// <summary>A run that was kept; nothing is run again.</summary>
    public static RecordedWorkload Load(string trace, WorkloadOptions options) =>
        new(options, new FileInfo(trace).Directory!) { Keep = true, Recorded = TraceReader.Read(trace) };

    /// <returns>The number of steps that the call acknowledges; null when it is another call.</returns>
    public static int? Acknowledgement(TracedCall call)
    {
        if (call.Name != "write" || !call.Data.AsSpan().StartsWith(Encoding.ASCII.GetBytes(JournalWorkload.Acknowledged))) return null;
        return int.Parse(Encoding.ASCII.GetString(call.Data)[JournalWorkload.Acknowledged.Length..], CultureInfo.InvariantCulture);
    }

    /// <summary>How many steps were acknowledged in all.</summary>
    public int Acknowledged => Recorded.Max(c => Acknowledgement(c)) ?? -1;

    public void Dispose()
    {
        if (!Keep) _folder.Delete(recursive: true);
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        List<string> command = [.. Options.Faults.SelectMany(f => new[] { "-e", "inject=" + f })];
        command.Add(Path.Combine(AppContext.BaseDirectory, "DeviceAgent.Tests"));
        command.AddRange([JournalWorkload.Command, State, Options.Seed.ToString(CultureInfo.InvariantCulture), Options.Orders.ToString(CultureInfo.InvariantCulture), Options.Synchronous]);
        var start = Strace.Start(Trace, Calls, command);
        // One thread less that makes calls, and no files of the runtime's own.
        start.Environment["DOTNET_TieredCompilation"] = "0";
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        using var process = System.Diagnostics.Process.Start(start)!;
        try
        {
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            Complaints = await process.StandardError.ReadToEndAsync(cancellationToken);
            await output;
            await process.WaitForExitAsync(cancellationToken);
            ExitCode = process.ExitCode;
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
        Recorded = TraceReader.Read(Trace);
    }
}
