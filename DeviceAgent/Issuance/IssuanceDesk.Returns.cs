using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Platform.Gateway;
using DeviceAgent.Platform.Station;

namespace DeviceAgent.Issuance;

// Returns: the station decides and has made the ticket invalid before anything is reported. Its answer is therefore never dropped.
public sealed partial class IssuanceDesk
{
    // Each question takes up to the station's time-out, in which no code is heard.
    private static readonly TimeSpan AskReturnsFirstAfter = TimeSpan.FromMinutes(1), AskReturnsAtMostAfter = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan StationPause = TimeSpan.FromSeconds(1);

    // Intents whose answer got lost, the one that was asked after last at the end.
    private readonly List<OrderKey> _returnsToAsk = [];
    private long _askReturnsAt;
    private TimeSpan _askReturnsAfter = AskReturnsFirstAfter;
    private (ReturnTarget Target, long Until)? _returnAsked;

    /// <summary>Takes a return, or says why not. On the agent's loop.</summary>
    public JobOffer OfferReturn(ReturnTarget target)
    {
        if (_with.Returns.Mode == ReturnMode.Off || _with.Station is null) return new(PickupOffer.Refused, "this kiosk takes no returns (Returns:Mode, Station:Url)");
        return Take(target.Key, () => WhyNotReturn(target), () => ReturnAsync(target));
    }

    /// <summary>One of our tickets was presented: the first time asks, the second time within the limit confirms.</summary>
    private void OfferPrintedTicket(ReturnTarget target)
    {
        if (_with.Returns.Mode != ReturnMode.Scanner || _with.Station is null)
        {
            _with.Logger.NotCollected(target.OrderNumber, "a printed ticket, and returns by scanner are off");
            Notice(Guidance.Refused);
            ArmTimer();
            return;
        }
        var now = _with.Time.GetTimestamp();
        if (_returnAsked is not { } asked || asked.Target != target || asked.Until < now)
        {
            _returnAsked = (target, now + Ticks(_with.Returns.ConfirmTime));
            Notice(Guidance.ConfirmReturn, _with.Returns.ConfirmTime);
            ArmTimer();
            return;
        }
        _returnAsked = null;
        if (OfferReturn(target) is not { Reason: { } reason }) return;
        _with.Logger.NotCollected(target.OrderNumber, reason);
        Notice(Guidance.Refused);
        ArmTimer();
    }

    private string? WhyNotReturn(ReturnTarget target)
    {
        if (_with.Journal.Find(Journey.Bus, target.OrderNumber) is { } issue)
        {
            if (issue.State != IssuanceState.Issued) return $"the order is {issue.StateText} here";
            // Its own report goes before the return's: one that waits for a person holds both.
            if (issue.ReportState == JournalWords.Of(Platform.Sync.ReportState.Parked)) return "the report of its issue waits for a person";
        }
        return _with.Journal.Find(Journey.BusReturn, target.Key.Number) switch
        {
            null or { State: IssuanceState.Intent or IssuanceState.Released or IssuanceState.Accepted } => null,
            { State: IssuanceState.Issued } => "it was returned before, and its slip was given",
            var other => $"the return is {other.StateText}: a person must look at it",
        };
    }

    private async Task ReturnAsync(ReturnTarget target)
    {
        Show(Guidance.Checking);
        var record = _with.Journal.Find(Journey.BusReturn, target.Key.Number);
        if (record is { State: IssuanceState.Accepted })
        {
            if (await ResumeAsync(record) is { } open) await IssueAsync(open);
            return;
        }
        if (record is { State: IssuanceState.Released, ReportState: not null, Accepted: { } before })
        {
            // Returned before; its slip is still to be printed.
            if (await ClaimAsync(target.Key) is not var (again, token)) return;
            _with.Journal.Accept(again.Id, before with { ClaimToken = token }, [], _with.Time.GetUtcNow());
            await IssueAsync(new(_with.Journal.Find(Journey.BusReturn, target.Key.Number)!));
            return;
        }
        if (!_lookUps.TryTake())
        {
            _with.Logger.TooManyLookUps(target.OrderNumber);
            Notice(Guidance.Refused);
            return;
        }
        var answer = await _with.Platform.QueryOrderAsync(target.OrderNumber, _hardStop.Token);
        if (answer.Fault is { } fault)
        {
            _with.Logger.NotAsked(target.OrderNumber, fault.ToString());
            Notice(fault.Remedy is TopRemedy.Park ? Guidance.Refused : Guidance.Offline);
            return;
        }
        if (IsRefusedForNow()) return;
        if (ReturnRules.WhyNot(answer.Value!, target, IsIssuedHere(target)) is { } reason)
        {
            _with.Logger.NotCollected(target.OrderNumber, reason);
            Notice(Guidance.Refused);
            return;
        }
        var claim = record is { State: IssuanceState.Intent } intent ? (intent, null) : await ClaimAsync(target.Key);
        if (claim is not var (recorded, claimToken)) return;
        var decided = await AskStationAsync(target, answer.Value!.TvmBusOrderLineInfo!, recorded, claimToken, isWaitedFor: true);
        if (decided is not null) await IssueAsync(decided);
    }

    private bool IsIssuedHere(ReturnTarget target) => _with.Journal.Find(Journey.Bus, target.OrderNumber) is { State: IssuanceState.Issued };

    /// <summary>The station's decision, durable with its report. Null when there is no slip to print.</summary>
    /// <param name="isWaitedFor">Somebody stands there: it is asked for a while, and the lights tell what it came to.</param>
    private async Task<OpenOrder?> AskStationAsync(ReturnTarget target, TvmBusOrderLineInfo info, IssuanceRecord intent, string? claim, bool isWaitedFor)
    {
        var patience = isWaitedFor ? _with.StationPatience : TimeSpan.Zero;
        var passenger = info.Passengers.FirstOrDefault(p => target.TicketNumber is not null && p.AgentTicketId == target.TicketNumber)?.RiderName;
        var request = new ReturnRequest(target.OrderNumber, target.TicketNumber, _with.KioskId, info.AgentOrderId, passenger);
        var began = _with.Time.GetTimestamp();
        while (true)
        {
            var result = await _with.Station!.ReturnAsync(request, _hardStop.Token);
            if (result.Value is { } answer)
            {
                var open = Decided(target, info, intent, claim, answer, passenger);
                if (open is null && isWaitedFor) Notice(answer.Decision == ReturnDecision.Refused ? Guidance.Refused : Guidance.SeeStaff);
                return open;
            }
            if (result.Fault!.Remedy != TopRemedy.Retry || _with.Time.GetElapsedTime(began) + StationPause >= patience)
            {
                // It may have made the ticket invalid all the same.
                _with.Logger.NotAsked(target.Key.ToString(), $"the station's system: {result.Fault}");
                OweAnswer(target.Key, intent.ChangedAt);
                if (isWaitedFor) _askReturnsAfter = AskReturnsFirstAfter;
                _askReturnsAt = _with.Time.GetTimestamp() + Ticks(_askReturnsAfter);
                if (isWaitedFor) Notice(Guidance.SeeStaff);
                return null;
            }
            await Task.Delay(StationPause, _with.Time, _hardStop.Token);
        }
    }

    private void OweAnswer(OrderKey key, DateTimeOffset since)
    {
        _returnsToAsk.Remove(key);
        _returnsToAsk.Add(key);
        _with.Alarms.Raise(new(AlarmKind.ReturnUnanswered, key.ToString(), "the station may have made the ticket invalid and has not said so; it is asked again and again", since));
    }

    private OpenOrder? Decided(ReturnTarget target, TvmBusOrderLineInfo info, IssuanceRecord intent, string? claim, ReturnAnswer answer, string? passenger)
    {
        _returnsToAsk.Remove(target.Key);
        _with.Alarms.Clear(AlarmKind.ReturnUnanswered, target.Key.ToString());
        var now = _with.Time.GetUtcNow();
        var agentOrder = answer.AgentOrderNumber ?? info.AgentOrderId;
        if (answer.Decision == ReturnDecision.Refused)
        {
            var reason = $"the station refuses the return: {answer.Reason ?? "no reason given"}";
            _with.Journal.Release(intent.Id, reason, [], now);
            _with.Logger.Released(target.Key.ToString(), reason);
            return null;
        }
        var report = ReturnRules.Report(agentOrder ?? "", target, answer, passenger, _with.Returns);
        if (answer.Decision == ReturnDecision.Failed)
        {
            var reason = $"the return failed at the station: {answer.Reason ?? "no reason given"}";
            _with.Journal.Fail(intent.Id, [report], reason, now);
            _with.Logger.Failed(target.Key.ToString(), reason);
            _with.WakeSender();
            return null;
        }
        _with.Journal.Accept(intent.Id, ReturnRules.Accept(info, target, answer, _with.Templates.For(Journey.BusReturn).Version, claim), [report], now);
        _with.Logger.Accepted(target.Key.ToString(), 1);
        _with.WakeSender();
        return new(_with.Journal.Find(Journey.BusReturn, target.Key.Number)!);
    }

    /// <summary>Answers that got lost are asked for again, without a passenger: the slip then waits for the ticket to be presented.</summary>
    /// <remarks>Ends at the first that is not answered: no code is heard meanwhile, and whoever is silent about one return is so about all.</remarks>
    private async Task AskForReturnsAsync()
    {
        _askReturnsAfter = _askReturnsAfter * 2 < AskReturnsAtMostAfter ? _askReturnsAfter * 2 : AskReturnsAtMostAfter;
        _askReturnsAt = _with.Time.GetTimestamp() + Ticks(_askReturnsAfter);
        foreach (var key in _returnsToAsk.ToList())
        {
            if (_stopping || _with.Station is null) return;
            if (ReturnTarget.Parse(key.Number) is not { } target || _with.Journal.Find(key.Journey, key.Number) is not { State: IssuanceState.Intent } intent)
            {
                _returnsToAsk.Remove(key);
                continue;
            }
            var order = await _with.Platform.QueryOrderAsync(target.OrderNumber, _hardStop.Token);
            if (order.Value?.TvmBusOrderLineInfo is not { } info) OweAnswer(key, intent.ChangedAt);
            else if (await AskStationAsync(target, info, intent, null, isWaitedFor: false) is { } open) _waitingSince[open.Key] = _with.Time.GetTimestamp();
            if (_returnsToAsk.Contains(key)) return;
        }
    }
}
