using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Issuance;

/// <summary>What a person wants done about an order in doubt.</summary>
/// <param name="By">The caller as the kernel names it.</param>
public sealed record DecisionRequest(OrderKey Order, DecisionKind Decision, string By, string Reason);

public enum DecisionEnd
{
    Decided,
    /// <summary>The journal does not know the order.</summary>
    NotKnown,
    /// <summary>A rule is against it.</summary>
    Refused,
    /// <summary>Not at this moment: something is in hand, the platform or the journal cannot be had.</summary>
    NotNow,
}

/// <param name="Text">What was done, or why not; no personal data.</param>
public sealed record DecisionOutcome(DecisionEnd End, string Text);

// A person decides: from in doubt only, and the platform is asked first.
public sealed partial class IssuanceDesk
{
    /// <summary>Decides about an order in doubt. On the agent's loop.</summary>
    public async Task<DecisionOutcome> DecideAsync(DecisionRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (WhyNotNow() is { } reason) return new(DecisionEnd.NotNow, reason);
        DecisionOutcome? outcome = null;
        var ended = new TaskCompletionSource();
        TakeInHand("a decision", async () =>
        {
            try
            {
                outcome = await AskAndDecideAsync(request);
            }
            finally
            {
                ended.TrySetResult();
            }
        });
        await ended.Task;
        return outcome ?? new(DecisionEnd.NotNow, "the journal could not be written, or the agent stops: ask for the order's state");
    }

    /// <summary>Takes the kiosk out of service, or gives it back. A pick-up in hand is finished first.</summary>
    /// <exception cref="JournalException">It could not be made durable; nothing has changed.</exception>
    public void SetMaintenance(bool active, string by, string reason)
    {
        try
        {
            _with.Journal.SetMaintenance(active, by, reason, _with.Time.GetUtcNow());
        }
        catch (JournalException e)
        {
            FailJournal(e);
            throw;
        }
        _with.Logger.Maintenance(active, by, reason);
        Reconsider();
    }

    private string? WhyNotNow()
    {
        if (_journalFailure is { } failure) return $"the journal cannot be written ({failure})";
        if (!_recovered || _stopping) return _stopping ? "the agent is stopping" : "the agent is starting";
        return _inHand is null ? null : $"the kiosk is busy with {_inHandName}; try again";
    }

    private async Task<DecisionOutcome> AskAndDecideAsync(DecisionRequest request)
    {
        var key = request.Order;
        if (_with.Journal.Find(key.Journey, key.Number) is not { } record) return new(DecisionEnd.NotKnown, "the journal does not know this order");
        // What no answer of the platform could change is told without asking it.
        if (record.State != IssuanceState.InDoubt || record.Accepted is null)
            return new(DecisionEnd.Refused, DecisionRules.WhyNot(request.Decision, record, default, _with.Templates.For(key.Journey).Version, _options.MaxReissues)!);
        PlatformView? platform = null;
        if (key.Journey == Journey.Bus)
        {
            var answer = await _with.Platform.QueryOrderAsync(key.Number, _hardStop.Token);
            if (answer.Fault is { } fault) return new(DecisionEnd.NotNow, $"the platform could not be asked: {fault}");
            platform = PlatformView.Of(answer.Value!);
        }
        if (DecisionRules.WhyNot(request.Decision, record, platform, _with.Templates.For(key.Journey).Version, _options.MaxReissues) is { } refusal)
            return new(DecisionEnd.Refused, refusal);
        var now = _with.Time.GetUtcNow();
        var view = platform?.ToString() ?? "not asked: what it was told of this order does not depend on the paper";
        _with.Journal.Decide(record.Id, new(request.Decision, request.By, request.Reason, view), ReportsOf(request, record, now), now);
        _with.Logger.Decided(key.ToString(), request.Decision, request.By, view);
        _with.Alarms.Clear(AlarmKind.OrderInDoubt, key.ToString());
        if (request.Decision == DecisionKind.Reissue) _waitingSince[key] = _with.Time.GetTimestamp();
        else _with.WakeSender();
        return new(DecisionEnd.Decided, platform is { } told ? Said(request.Decision, told) : SaidOfPaper(request.Decision));
    }

    // The platform is asked first: it may know more of the order than this kiosk.
    private List<NewReport> ReportsOf(DecisionRequest request, IssuanceRecord record, DateTimeOffset now) => (record.Journey, request.Decision) switch
    {
        (Journey.Bus, DecisionKind.Issued) => WhenIssued(record, record.Accepted!, now, askFirst: true),
        (Journey.Bus, DecisionKind.Void) => [BusReports.Failed(record.Accepted!, now) with { AskFirst = true }, .. GivenBack(record, "void")],
        _ => [],
    };

    private string Said(DecisionKind decision, PlatformView platform) => decision switch
    {
        DecisionKind.Issued => $"issued; the platform ({platform}) is told so",
        DecisionKind.Void => $"void; the platform ({platform}) is told that no ticket was given, and refunds",
        _ => $"to be issued again as a copy: present the code within {_options.ResumeTimeout:c} (the platform: {platform})",
    };

    private string SaidOfPaper(DecisionKind decision) => decision switch
    {
        DecisionKind.Issued => "issued; the report was due before and stays as it is",
        DecisionKind.Void => "void: the paper is worthless; the report was due before and stays as it is, what was allocated must be given back at the station",
        _ => $"to be printed again as a copy: submit the job, or present the returned ticket, within {_options.ResumeTimeout:c}",
    };
}
