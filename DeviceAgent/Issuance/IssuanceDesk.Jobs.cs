using DeviceAgent.Journal;
using DeviceAgent.Orders;

namespace DeviceAgent.Issuance;

/// <param name="Reason">Why it was not taken; null when it was.</param>
public sealed record JobOffer(PickupOffer Offer, string? Reason);

// Orders that somebody else has made and allocated: what is reported is due at once, the paper is tracked beside it.
public sealed partial class IssuanceDesk
{
    /// <summary>Takes a job, or says why not. On the agent's loop; a job is not queued while something is in hand.</summary>
    public JobOffer Offer(Job job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return Take(job.Key, () => WhyNotJob(job), () => IssueJobAsync(job));
    }

    private JobOffer Take(OrderKey order, Func<string?> whyNotThis, Func<Task> work)
    {
        if (_inHand is not null) return new(PickupOffer.Busy, $"the kiosk is busy with {_inHandName}; try again");
        // A job has its numbers, and its report waits as long as the line does; a return finds out by asking.
        if (NotReadyReasons().Where(r => r != NotReadyReason.GatewayUnreachable).ToList() is { Count: > 0 } reasons)
            return new(PickupOffer.NotReady, string.Join(", ", reasons));
        string? whyNot = null;
        Guarded(() => whyNot = whyNotThis());
        if (_journalFailure is { } failure) return new(PickupOffer.NotReady, $"the journal cannot be used ({failure})");
        if (whyNot is not null) return new(PickupOffer.Refused, whyNot);
        TakeInHand(order.ToString(), work);
        return new(PickupOffer.Taken, null);
    }

    private string? WhyNotJob(Job job)
    {
        if (job.Key.Journey == Journey.Train && _with.TrainUnreportable is { } why) return $"train orders cannot be reported: {why}";
        if (!_paper.IsEnoughFor(job.Tickets.Count)) return $"the rest of the roll is too short for {job.Tickets.Count} tickets";
        if (_with.Journal.Find(job.Key.Journey, job.Key.Number) is not { } record) return null;
        switch (record.State)
        {
            case IssuanceState.Issued:
                return "it was issued before";
            case IssuanceState.Released or IssuanceState.Accepted:
                break;
            default:
                return $"it is {record.StateText}: a person must look at it";
        }
        // What was reported stands: another content under the same number is another order's, or a mistake.
        if (record.ReportState is null) return null;
        if (record.Accepted is not { } accepted) return "it was reported before, and its tickets cannot be read any more";
        if (!accepted.Tickets.SequenceEqual(job.Tickets)) return "it was reported before with other tickets";
        return accepted.TemplateVersion == _with.Templates.For(job.Key.Journey).Version ? null : $"its tickets were begun with the layout {accepted.TemplateVersion}";
    }

    private async Task IssueJobAsync(Job job)
    {
        Show(Guidance.Checking);
        var record = _with.Journal.Find(job.Key.Journey, job.Key.Number);
        if (record is { State: IssuanceState.Accepted })
        {
            if (await ResumeAsync(record) is { } resumed) await IssueAsync(resumed);
            return;
        }
        if (await ClaimAsync(job.Key) is not var (intent, claim)) return;
        var now = _with.Time.GetUtcNow();
        if (job.Order is not { } order)
        {
            _with.Journal.Fail(intent.Id, [job.Report], job.Failure!, now);
            _with.Logger.Failed(job.Key.ToString(), job.Failure!);
            _with.WakeSender();
            Notice(Guidance.Refused);
            return;
        }
        var accepted = record is { ReportState: not null, Accepted: { } before } ? before with { ClaimToken = claim } : new(order, job.Tickets, _with.Templates.For(order.Journey).Version, claim);
        _with.Journal.Accept(intent.Id, accepted, record?.ReportState is null ? [job.Report] : [], now);
        _with.Logger.Accepted(job.Key.ToString(), job.Tickets.Count);
        _with.WakeSender();
        await IssueAsync(new(_with.Journal.Find(job.Key.Journey, job.Key.Number)!));
    }
}
