using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Tests.Simulation;

/// <summary>One destination's queue as the running agent has it: every commit is an effect of the world.</summary>
internal sealed class WorldOutbox(World world, AgentRun run, IOutbox inner, bool toStation) : IOutbox
{
    public DateTimeOffset? NextDue => inner.NextDue;

    public OutboxCounts Counts => inner.Counts;

    public IReadOnlyList<OutboxReport> Take(DateTimeOffset now, int limit, IReadOnlySet<string> ordersInHand) => inner.Take(now, limit, ordersInHand);

    public int RecoverInterrupted(DateTimeOffset now)
    {
        if (!Exists(r => r.State == ReportState.Sending)) return inner.RecoverInterrupted(now);
        var interrupted = world.Disk.Reports.Where(r => r.IsForStation == toStation && r.State == ReportState.Sending).Select(r => r.Report.Id).ToList();
        var count = WorldJournal.Commit(world, run, "reports", "interrupted reports recovered", () => inner.RecoverInterrupted(now));
        foreach (var id in interrupted) world.Shadow.Reports[id] = ReportState.Retry;
        return count;
    }

    public void WakeRetries(DateTimeOffset now)
    {
        if (!Exists(r => r.State == ReportState.Retry && r.NotBefore > now)) inner.WakeRetries(now);
        else Commit("reports", "retries woken", () => inner.WakeRetries(now));
    }

    public void MarkSending(long id, DateTimeOffset at) => Report(id, ReportState.Sending, "sending", () => inner.MarkSending(id, at));

    public void Confirm(long id, DateTimeOffset at, string evidence) => Report(id, ReportState.Confirmed, "confirmed", () => inner.Confirm(id, at, evidence));

    public void RetryAt(long id, DateTimeOffset notBefore, bool fateUnknown, string reason) =>
        Report(id, ReportState.Retry, $"retry, fate unknown {fateUnknown}", () => inner.RetryAt(id, notBefore, fateUnknown, reason));

    public void Park(long id, DateTimeOffset at, ParkReason reason, string evidence) =>
        Report(id, ReportState.Parked, $"parked {reason} {evidence}", () => inner.Park(id, at, reason, evidence));

    private bool Exists(Predicate<MemoryReport> which) => world.Disk.Reports.Exists(r => r.IsForStation == toStation && which(r));

    private void Report(long id, ReportState to, string what, Action step)
    {
        Commit($"report {id}", $"report {id} {what}", step);
        world.Shadow.Reports[id] = to;
        if (to is not (ReportState.Confirmed or ReportState.Parked)) return;
        if (to == ReportState.Confirmed) WorldRules.JudgePace(world, id, toStation);
        world.Shadow.Ended(id);
    }

    private void Commit(string key, string what, Action step) => WorldJournal.Commit(world, run, key, what, () =>
    {
        step();
        return 0;
    });
}
