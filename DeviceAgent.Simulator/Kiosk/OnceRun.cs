using System.Text.Json.Nodes;
using DeviceAgent.Simulator.Gateway;

namespace DeviceAgent.Simulator.Kiosk;

/// <summary>What goes wrong in a run of --once.</summary>
internal sealed record OnceFaults
{
    /// <summary>The gateway goes down when it has answered the query, and comes back when the result waits in the outbox.</summary>
    public bool NetDownAfterQuery { get; init; }

    /// <summary>1-based; the board loses power while the printer takes this ticket's bytes. Null: it does not.</summary>
    public int? PowerCutDuringTicket { get; init; }
}

/// <param name="HeldInOutbox">Reports that waited while the net was down; null when it was not.</param>
/// <param name="Anomalies">What the printer took exception to.</param>
internal sealed record OnceResult(Verdict Verdict, LedgerOrder Ledger, PaperWitness Paper, IReadOnlyList<string> Anomalies, int? HeldInOutbox);

/// <summary>One pick-up on a virtual kiosk, from the start of the agent to its end.</summary>
internal sealed class OnceRun(VirtualKiosk kiosk, JsonObject order, OnceFaults faults, TimeProvider time)
{
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(50), Hold = TimeSpan.FromSeconds(1), AskAgainAfter = TimeSpan.FromSeconds(3);
    private readonly ExpectedOrder _expected = Expect(order);
    private readonly List<string> _wrong = [];
    private int? _held;

    /// <param name="limit">When it is over, settled or not.</param>
    /// <exception cref="VirtualKioskException">The run itself failed.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async Task<OnceResult> RunAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        using var timeOut = new CancellationTokenSource(limit, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(timeOut.Token, cancellationToken);
        AgentOrder? journal = null;
        try
        {
            await kiosk.CreateJournalAsync(end.Token);
            await kiosk.StartAgentAsync(end.Token);
            await UntilReadyAsync(end.Token);
            await PickUpAsync(end.Token);
            await UntilSettledAsync(end.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            _wrong.Add($"not settled within {limit.TotalSeconds:F0} s");
        }
        if (kiosk.AgentRuns)
        {
            journal = await kiosk.Api.OrderAsync(_expected.OrderNumber, cancellationToken);
            var code = await kiosk.StopAgentAsync();
            if (code != 0) _wrong.Add($"the agent ended with {code?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "SIGKILL"} when it was asked to stop");
        }
        else _wrong.Add("the agent does not run any more");
        return Judge(journal);
    }

    internal static ExpectedOrder Expect(JsonObject order)
    {
        var numbers = OrderFile.Passengers(order).Select(p => OrderFile.Text(p, "agent_ticket_id")).ToArray();
        var refunded = order["refunds"]?["tvm_refund_apply"] is JsonArray refunds && refunds.OfType<JsonObject>().Any(r => OrderFile.Number(r, "refund_status") != 20);
        return new ExpectedOrder(OrderFile.Text(order, "alitrip_order_id")!, (int)(OrderFile.Number(order, "ticket_count") ?? numbers.Length),
            order["tvm_bus_line_info"] is JsonObject line ? OrderFile.Text(line, "bus_number") : null,
            numbers.All(n => n is { Length: > 0 }) ? [.. numbers.Select(n => n!)] : [],
            OrderFile.Number(order, "order_status") is 20 or 30 && !refunded);
    }

    private OnceResult Judge(AgentOrder? journal)
    {
        var ledger = kiosk.Gateway.Ledger.Find(_expected.OrderNumber)!;
        var paper = new PaperWitness(kiosk.Printer.Pieces, kiosk.Printer.InMouth, kiosk.Printer.UnknownBytes);
        var verdict = KioskJudgement.Judge(_expected, paper, journal, ledger);
        return new OnceResult(verdict with { Disagreements = [.. _wrong, .. verdict.Disagreements] }, ledger, paper, kiosk.Printer.Anomalies, _held);
    }

    private async Task PickUpAsync(CancellationToken cancellationToken)
    {
        if (faults.NetDownAfterQuery)
        {
            kiosk.Gateway.WentDown += () => kiosk.TimeLine.Add("net down");
            kiosk.Gateway.Faults.Script(GatewayFaultKind.DownAfterAnswer, TopApi.QueryOrder.Name);
        }
        if (faults.PowerCutDuringTicket is { } ticket)
        {
            using var trap = new PowerCutTrap(kiosk, ticket);
            kiosk.Scan(_expected.OrderNumber);
            await trap.Sprung.WaitAsync(cancellationToken);
            await kiosk.StartAgentAsync(cancellationToken);
            await PresentAgainAsync(cancellationToken);
            return;
        }
        kiosk.Scan(_expected.OrderNumber);
        if (faults.NetDownAfterQuery) await HoldAsync(cancellationToken);
    }

    // The result must wait in the outbox, and go on waiting, while nobody listens at the other end.
    private async Task HoldAsync(CancellationToken cancellationToken)
    {
        async Task<int> WaitingAsync() => (await kiosk.Api.StatusAsync(cancellationToken))?.OutboxWaiting ?? 0;
        while (await WaitingAsync() == 0) await Task.Delay(PollEvery, time, cancellationToken);
        await Task.Delay(Hold, time, cancellationToken);
        _held = await WaitingAsync();
        kiosk.TimeLine.Add($"outbox: {_held} waiting; ledger: {kiosk.Gateway.Ledger.Find(_expected.OrderNumber)!.Outcome}");
        if (_held == 0) _wrong.Add("the report did not wait in the outbox while the net was down");
        await kiosk.NetUpAsync();
    }

    private async Task UntilReadyAsync(CancellationToken cancellationToken)
    {
        while (await kiosk.Api.StatusAsync(cancellationToken) is not { CanIssue: true, Guidance: "Ready" })
        {
            if (!kiosk.AgentRuns) throw new VirtualKioskException("the agent ended while it was getting ready");
            await Task.Delay(PollEvery, time, cancellationToken);
        }
        kiosk.TimeLine.Add("agent is ready for a code");
    }

    // The passenger comes back with the code, and tries again when nothing happens, as people do.
    private async Task PresentAgainAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var journal = await kiosk.Api.OrderAsync(_expected.OrderNumber, cancellationToken);
            if (journal is { State: not ("Accepted" or "Intent" or "Released") }) return;
            var status = await kiosk.Api.StatusAsync(cancellationToken);
            if (!kiosk.AgentRuns) throw new VirtualKioskException("the agent ended after the power cut");
            if (status is { CanIssue: true, Guidance: "Ready" })
            {
                kiosk.Scan(_expected.OrderNumber);
                await Task.Delay(AskAgainAfter, time, cancellationToken);
            }
            else await Task.Delay(PollEvery, time, cancellationToken);
        }
    }

    private async Task UntilSettledAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (!kiosk.AgentRuns) return;
            var journal = await kiosk.Api.OrderAsync(_expected.OrderNumber, cancellationToken);
            if (journal is { State: "InDoubt" or "Failed" or "Void" or "Unknown" } or { State: "Issued", Report: "confirmed" or "parked" }) return;
            if (journal is null or { State: "Released" } && await kiosk.Api.StatusAsync(cancellationToken) is { Guidance: "Refused" or "AlreadyCollected" or "NotUnderstood" or "Offline" or "SeeStaff" } said)
            {
                kiosk.TimeLine.Add($"passenger is told: {said.Guidance}");
                return;
            }
            await Task.Delay(PollEvery, time, cancellationToken);
        }
    }
}
