#pragma warning disable CA1416 // The agent runs on Linux alone.
using System.Globalization;

namespace DeviceAgent.Tests.PowerLoss;

/// <summary>A power cut after the first <paramref name="Cut"/> recorded calls.</summary>
/// <param name="Seed">Draws the blocks that survive.</param>
internal sealed record ReplayCase(int Cut, Survival Survival, int BlockBytes, int Seed)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"--cut {Cut} --survival {Survival} --block {BlockBytes} --case-seed {Seed}");
}

/// <param name="Lost">Cases in which acknowledged steps were not there.</param>
/// <param name="Unreadable">Cases in which the journal did not open, was damaged, or held something half done.</param>
/// <param name="Failures">The first few of both, and how to see them again.</param>
internal sealed record ReplayCounts(int Acknowledged, int Syncs, int Cases, int Lost, int Unreadable, IReadOnlyList<string> Failures)
{
    public static ReplayCounts Nothing { get; } = new(0, 0, 0, 0, 0, []);

    /// <summary>Calls that were made to fail.</summary>
    public int Faults { get; init; }

    public static ReplayCounts operator +(ReplayCounts a, ReplayCounts b) =>
        new(a.Acknowledged + b.Acknowledged, a.Syncs + b.Syncs, a.Cases + b.Cases, a.Lost + b.Lost, a.Unreadable + b.Unreadable, [.. a.Failures, .. b.Failures]) { Faults = a.Faults + b.Faults };

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Acknowledged} steps acknowledged, {Syncs} syncs, {Faults} failed calls; {Cases} power cuts: lost {Lost}, unreadable {Unreadable}");
}

/// <summary>Rebuilds the disk as it may be after a power cut, opens the real journal on it, and looks for what was acknowledged.</summary>
/// <param name="keepTrace">Of a run that lost something: not of a control, which is meant to.</param>
internal sealed class JournalReplay(RecordedWorkload run, bool keepTrace)
{
    private const int FailuresTold = 5;

    private static readonly (Survival, int)[] Modes = [(Survival.None, 4096), (Survival.All, 4096), (Survival.Some, 4096), (Survival.Some, 512)];

    /// <summary>Each failed sync has written some of its blocks, drawn with this seed; null: none of them.</summary>
    public int? FailedSyncSeed { get; init; }

    /// <summary>Half of the cuts at a sync's beginning or end, spread over the run, half anywhere; each mode in turn.</summary>
    public IReadOnlyList<ReplayCase> Draw(int seed, int count)
    {
        var random = new Random(seed);
        // Before a sync has an effect, and at once after it.
        var boundaries = run.Recorded.Index().Where(c => IsSync(c.Item)).SelectMany(c => new[] { c.Index, c.Index + 1 }).ToList();
        List<ReplayCase> cases = [];
        for (var i = 0; i < count; i++)
        {
            var (survival, block) = Modes[i % Modes.Length];
            var spread = i / 2 % Math.Max(1, count / 2);
            var cut = i % 8 < 4 ? boundaries[(int)((long)spread * boundaries.Count / Math.Max(1, count / 2))] : random.Next(run.Recorded.Count + 1);
            cases.Add(new(cut, survival, block, random.Next()));
        }
        return cases;
    }

    public ReplayCounts Run(IEnumerable<ReplayCase> cases)
    {
        var failedSyncs = FailedSyncSeed is { } seed ? new Random(seed) : null;
        var disk = new SimulatedDisk(run.Root) { FailedSyncWrites = () => failedSyncs is not null && failedSyncs.Next(2) == 0 };
        int applied = 0, acknowledged = -1, count = 0, lost = 0, unreadable = 0;
        List<string> failures = [];
        using var folder = new RebuiltFolder();
        foreach (var one in cases.OrderBy(c => c.Cut))
        {
            for (; applied < one.Cut; applied++)
            {
                disk.Apply(run.Recorded[applied]);
                acknowledged = RecordedWorkload.Acknowledgement(run.Recorded[applied]) ?? acknowledged;
            }
            folder.Fill(disk.Cut(one.Survival, one.BlockBytes, new Random(one.Seed)), run.Root);
            var finding = JournalInspection.Inspect(folder.State, JournalWorkload.EngineOf(run.Options.Synchronous)!, run.Steps, acknowledged);
            count++;
            if (finding.Fate == JournalFate.Kept) continue;
            if (finding.Fate == JournalFate.Lost) lost++;
            else unreadable++;
            run.Keep |= keepTrace;
            if (failures.Count < FailuresTold) failures.Add($"{finding.Fate}, {acknowledged} steps acknowledged: {finding.Details}\n  again: {Again(one)}");
        }
        return new(run.Acknowledged, run.Recorded.Count(IsSync), count, lost, unreadable, failures);
    }

    private string Again(ReplayCase one) => string.Create(CultureInfo.InvariantCulture,
        $"dotnet run --project DeviceAgent.Tests -- {ReplayCommand.Name} --trace {run.Trace} --seed {run.Options.Seed} --orders {run.Options.Orders}{(run.Options.Synchronous.Contains('-', StringComparison.Ordinal) ? " --engine litedb" : "")}{(FailedSyncSeed is { } s ? $" --failed-sync-seed {s}" : "")} {one}");

    private static bool IsSync(TracedCall call) => call.Name is "fsync" or "fdatasync";

    /// <summary>The files after a cut, in memory where there is a memory file system: they are not to survive anything.</summary>
    private sealed class RebuiltFolder : IDisposable
    {
        private readonly string _root = Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"power-loss-{Guid.NewGuid():N}");

        public string State => Path.Combine(_root, "state");

        public void Fill(IReadOnlyDictionary<string, byte[]> files, string origin)
        {
            Dispose();
            Directory.CreateDirectory(_root);
            foreach (var (path, content) in files)
            {
                var here = _root + path[origin.Length..];
                Directory.CreateDirectory(Path.GetDirectoryName(here)!);
                using var file = new FileStream(here, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
                file.Write(content);
            }
        }

        public void Dispose()
        {
            if (Directory.Exists(_root)) Directory.Delete(_root, recursive: true);
        }
    }
}
