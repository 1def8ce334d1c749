using System.Globalization;

namespace DeviceAgent.Tests.PowerLoss;

/// <summary>One recorded run and the power cuts in it.</summary>
/// <param name="IsControl">It is meant to lose something.</param>
internal sealed record PowerLossPlan(string Name, WorkloadOptions Workload, int Cases, bool IsControl = false)
{
    /// <summary>How many syncs and writes the making of the journal takes, and some more: faults begin after it.</summary>
    private const int CallsOfTheMaking = 80;

    /// <summary>Syncs that fail, with and without some of their blocks written after all.</summary>
    public bool SyncsFail { get; private init; }

    /// <summary>Everything for one seed: half of the cases without a fault, half with failing storage; a quarter as many for each control.</summary>
    /// <param name="engine">"litedb-", or nothing for the default.</param>
    public static IEnumerable<PowerLossPlan> Of(int seed, int orders, int cases, string engine = "")
    {
        var random = new Random(seed);
        string When(int every) => string.Create(CultureInfo.InvariantCulture, $"when={CallsOfTheMaking + random.Next(every)}+{every + random.Next(every)}");
        yield return new("power cuts", new(seed, orders, engine + "FULL"), cases / 2);
        yield return new("failing syncs", new(seed, orders, engine + "FULL", $"fsync,fdatasync:error=EIO:{When(40)}"), cases / 4) { SyncsFail = true };
        yield return new("failing writes", new(seed, orders, engine + "FULL", $"pwrite64:error=EIO:{When(200)}"), cases / 8);
        yield return new("full disk", new(seed, orders, engine + "FULL", $"pwrite64:error=ENOSPC:{When(200)}"), cases / 8);
        yield return new("control synchronous=NORMAL", new(seed, orders, engine + "NORMAL"), cases / 4, IsControl: true);
        yield return new("control synchronous=OFF", new(seed, orders, engine + "OFF"), cases / 4, IsControl: true);
    }

    /// <exception cref="InvalidDataException">The workload did not do what its script says.</exception>
    public async Task<ReplayCounts> RunAsync(CancellationToken cancellationToken)
    {
        using var run = await RecordedWorkload.RunAsync(Workload, cancellationToken);
        if (run.ExitCode != JournalWorkload.Done) throw new InvalidDataException($"The workload ended with {run.ExitCode}: {run.Complaints}");
        if (run.Acknowledged != run.Steps.Count) throw new InvalidDataException($"{run.Acknowledged} of {run.Steps.Count} steps were acknowledged.");
        var faults = run.Recorded.Count(c => c.Error is "EIO" or "ENOSPC");
        if (Workload.Faults.Length > 0 && faults == 0) throw new InvalidDataException("No call failed.");
        if (!SyncsFail) return Replay(run, Cases, null) with { Faults = faults };
        return Replay(run, Cases / 2, null) with { Faults = faults } + Replay(run, Cases - (Cases / 2), Workload.Seed) with { Acknowledged = 0, Syncs = 0 };
    }

    private ReplayCounts Replay(RecordedWorkload run, int cases, int? failedSyncSeed)
    {
        var replay = new JournalReplay(run, keepTrace: !IsControl) { FailedSyncSeed = failedSyncSeed };
        return replay.Run(replay.Draw(Workload.Seed, cases));
    }
}
