using System.Globalization;
using DeviceAgent.Simulator.Gateway;
using DeviceAgent.Simulator.Station;

namespace DeviceAgent.Simulator.Kiosk;

/// <summary>What goes wrong in a run of --once.</summary>
internal sealed record OnceFaults
{
    /// <summary>Bus and bus-return: the gateway goes down when it has answered the query, and comes back when the result waits in the outbox.</summary>
    public bool NetDownAfterQuery { get; init; }

    /// <summary>Ship and train: the gateway is down when the job comes, and comes back when the report waits in the outbox.</summary>
    public bool NetDownBeforeReport { get; init; }

    /// <summary>1-based; the board loses power while the printer takes this ticket's bytes. A return slip counts after the tickets. Null: it does not.</summary>
    public int? PowerCutDuringTicket { get; init; }
}

/// <summary>What platform and station hold of the run's order at its end.</summary>
/// <param name="Order">Bus and bus-return.</param>
/// <param name="Job">Ship and train.</param>
/// <param name="Station">Null where the station was not asked, or knows nothing.</param>
internal sealed record OnceBooks(LedgerOrder? Order, LedgerJob? Job, StationOrder? Station);

/// <param name="HeldInOutbox">Reports that waited while the net was down; null when it was not.</param>
/// <param name="Anomalies">What the printer took exception to.</param>
internal sealed record OnceResult(string Journey, Verdict Verdict, OnceBooks Books, PaperWitness Paper, IReadOnlyList<string> Anomalies, int? HeldInOutbox);

/// <summary>One order on a virtual kiosk, from the start of the agent to its end.</summary>
internal abstract class OnceRun(VirtualKiosk kiosk, OnceFaults faults, TimeProvider time)
{
    protected static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(50), AskAgainAfter = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(1);
    private readonly List<string> _wrong = [];
    private int? _held;

    protected VirtualKiosk Kiosk => kiosk;

    protected OnceFaults Faults => faults;

    protected TimeProvider Time => time;

    /// <summary>As the command line names it.</summary>
    protected abstract string Journey { get; }

    /// <param name="limit">When it is over, settled or not.</param>
    /// <exception cref="VirtualKioskException">The run itself failed.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async Task<OnceResult> RunAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        using var timeOut = new CancellationTokenSource(limit, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(timeOut.Token, cancellationToken);
        try
        {
            await kiosk.CreateJournalAsync(end.Token);
            await kiosk.StartAgentAsync(end.Token);
            await UntilReadyAsync(end.Token);
            await WorkAsync(end.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Wrong($"not settled within {limit.TotalSeconds:F0} s");
        }
        if (kiosk.AgentRuns)
        {
            await AskJournalAsync(cancellationToken);
            var code = await kiosk.StopAgentAsync();
            if (code != 0) Wrong($"the agent ended with {code?.ToString(CultureInfo.InvariantCulture) ?? "SIGKILL"} when it was asked to stop");
        }
        else Wrong("the agent does not run any more");
        var paper = new PaperWitness(kiosk.Printer.Pieces, kiosk.Printer.InMouth, kiosk.Printer.UnknownBytes);
        var books = Books();
        var verdict = Judge(paper, books);
        return new OnceResult(Journey, verdict with { Disagreements = [.. _wrong, .. verdict.Disagreements] }, books, paper, kiosk.Printer.Anomalies, _held);
    }

    /// <summary>The run itself, until everything is settled.</summary>
    protected abstract Task WorkAsync(CancellationToken cancellationToken);

    /// <summary>What the journal holds in the end is kept for <see cref="Judge"/>.</summary>
    protected abstract Task AskJournalAsync(CancellationToken cancellationToken);

    protected abstract OnceBooks Books();

    protected abstract Verdict Judge(PaperWitness paper, OnceBooks books);

    protected void Wrong(string what) => _wrong.Add(what);

    /// <summary>Cuts the power in the middle of a ticket or slip, starts the agent again and presents once more.</summary>
    /// <param name="ticket">1-based, from now on.</param>
    /// <param name="held">The printer holds still in the middle of the ticket until this is done; null: it does not.</param>
    protected async Task CutPowerAsync(int ticket, Func<Task> present, Func<Task<AgentOrder?>> journal, Task? held, CancellationToken cancellationToken)
    {
        using (var trap = new PowerCutTrap(kiosk, ticket, held))
        {
            await present();
            await trap.Sprung.WaitAsync(cancellationToken);
        }
        await kiosk.StartAgentAsync(cancellationToken);
        await PresentAgainAsync(present, journal, cancellationToken);
    }

    /// <summary>The result must wait in the outbox, and go on waiting, while nobody listens at the other end.</summary>
    /// <param name="outcome">What the ledger says meanwhile.</param>
    protected async Task HoldAsync(Func<string> outcome, CancellationToken cancellationToken)
    {
        async Task<int> WaitingAsync() => (await kiosk.Api.StatusAsync(cancellationToken))?.OutboxWaiting ?? 0;
        while (await WaitingAsync() == 0) await Task.Delay(PollEvery, time, cancellationToken);
        await Task.Delay(Hold, time, cancellationToken);
        _held = await WaitingAsync();
        kiosk.TimeLine.Add($"outbox: {_held} waiting; ledger: {outcome()}");
        if (_held == 0) Wrong("the report did not wait in the outbox while the net was down");
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

    /// <summary>Until nothing more can happen to it by itself.</summary>
    protected async Task UntilSettledAsync(Func<Task<AgentOrder?>> journal, Func<AgentOrder, bool> isSettled, CancellationToken cancellationToken)
    {
        while (kiosk.AgentRuns)
        {
            var order = await journal();
            if (order is not null && isSettled(order)) return;
            if (order is null or { State: "Released" } && await kiosk.Api.StatusAsync(cancellationToken) is { Guidance: "Refused" or "AlreadyCollected" or "NotUnderstood" or "Offline" or "SeeStaff" } said)
            {
                kiosk.TimeLine.Add($"passenger is told: {said.Guidance}");
                return;
            }
            await Task.Delay(PollEvery, time, cancellationToken);
        }
    }

    // Whoever was there comes back, and tries again when nothing happens, as people and programs do.
    private async Task PresentAgainAsync(Func<Task> present, Func<Task<AgentOrder?>> journal, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await journal() is { State: not ("Accepted" or "Intent" or "Released") }) return;
            var status = await kiosk.Api.StatusAsync(cancellationToken);
            if (!kiosk.AgentRuns) throw new VirtualKioskException("the agent ended after the power cut");
            if (status is { CanIssue: true, Guidance: "Ready" })
            {
                await present();
                await Task.Delay(AskAgainAfter, time, cancellationToken);
            }
            else await Task.Delay(PollEvery, time, cancellationToken);
        }
    }
}
