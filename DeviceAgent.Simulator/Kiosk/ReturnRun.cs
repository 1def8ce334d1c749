using System.Text.Json.Nodes;

namespace DeviceAgent.Simulator.Kiosk;

/// <summary>A bus order is picked up, and one of its tickets returned: its printed code is presented twice.</summary>
internal sealed class ReturnRun(VirtualKiosk kiosk, JsonObject order, OnceFaults faults, TimeProvider time) : BusRun(kiosk, order, faults, time)
{
    private ExpectedReturn? _expected;
    private AgentOrder? _return;

    protected override string Journey => "bus-return";

    protected override async Task WorkAsync(CancellationToken cancellationToken)
    {
        var cutInSlip = Faults.PowerCutDuringTicket > Expected.Tickets;
        await PickUpAsync(cutInSlip ? null : Faults.PowerCutDuringTicket, netDownAfterQuery: false, cancellationToken);
        await UntilIssuedAsync(cancellationToken);
        await base.AskJournalAsync(cancellationToken);
        if (Issue is not { State: "Issued" } || Kiosk.Printer.Pieces.FirstOrDefault(p => KioskJudgement.KindOf(p, Expected.BusNumber) == PieceKind.Ticket) is not { QrTexts: [var code, ..] }) return;
        _expected = new ExpectedReturn(Expected, code);
        while (Kiosk.Station.Books.Find(Expected.OrderNumber) is null) await Task.Delay(PollEvery, Time, cancellationToken);
        if (Faults.NetDownAfterQuery) GoDownAfterQuery();
        if (cutInSlip)
        {
            // The printer holds still until the report is out: what becomes of a report whose fate is unknown is another question.
            using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await CutPowerAsync(1, () => PresentTwiceAsync(cancellationToken), () => JournalAsync(cancellationToken), UntilReportedAsync(over.Token), cancellationToken);
            await over.CancelAsync();
        }
        else await PresentTwiceAsync(cancellationToken);
        if (Faults.NetDownAfterQuery) await HoldAsync(() => $"{Kiosk.Gateway.Ledger.Find(Expected.OrderNumber)!.Returns.Count} returns", cancellationToken);
        await UntilSettledAsync(() => JournalAsync(cancellationToken),
            o => o is { State: "Void" or "Unknown" } or { State: "Issued" or "InDoubt" or "Failed", Report: "confirmed" or "parked" }, cancellationToken);
    }

    protected override async Task AskJournalAsync(CancellationToken cancellationToken)
    {
        await base.AskJournalAsync(cancellationToken);
        if (_expected is not null) _return = await JournalAsync(cancellationToken);
    }

    protected override OnceBooks Books() => base.Books() with { Station = Kiosk.Station.Books.Find(Expected.OrderNumber) };

    protected override Verdict Judge(PaperWitness paper, OnceBooks books) => _expected is null
        ? base.Judge(paper, books)
        : ReturnJudgement.Judge(_expected, paper, new(Issue, _return, books.Order!, books.Station, Kiosk.StationAllocates));

    private Task<AgentOrder?> JournalAsync(CancellationToken cancellationToken) => Kiosk.Api.OrderAsync(_expected!.Code, cancellationToken, "bus-return");

    private async Task UntilReportedAsync(CancellationToken cancellationToken)
    {
        while (await JournalAsync(cancellationToken) is not { Report: "confirmed" or "parked" }) await Task.Delay(PollEvery, Time, cancellationToken);
    }

    // The first time asks, the second time confirms. A code that was not taken is presented again.
    private async Task PresentTwiceAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Kiosk.Scan(_expected!.Code);
            var presented = Kiosk.TimeLine.Now;
            while (Kiosk.TimeLine.Now - presented < AskAgainAfter)
            {
                if (await Kiosk.Api.StatusAsync(cancellationToken) is { Guidance: "ConfirmReturn" })
                {
                    Kiosk.TimeLine.Add("passenger is told: ConfirmReturn");
                    Kiosk.Scan(_expected.Code);
                    return;
                }
                if (!Kiosk.AgentRuns) throw new VirtualKioskException("the agent ended when a ticket was presented");
                await Task.Delay(PollEvery, Time, cancellationToken);
            }
        }
    }
}
