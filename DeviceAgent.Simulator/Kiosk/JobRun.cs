using System.Text.Json.Nodes;
using DeviceAgent.Simulator.Gateway;

namespace DeviceAgent.Simulator.Kiosk;

/// <summary>One ship or train job, submitted at the local API as the station's program would.</summary>
internal sealed class JobRun(VirtualKiosk kiosk, JsonObject job, OnceFaults faults, TimeProvider time) : OnceRun(kiosk, faults, time)
{
    private readonly JsonObject _job = job;
    private readonly ExpectedJob _expected = ExpectedJob.Of(job);
    private AgentOrder? _journal;
    private bool _refused;

    protected override string Journey => _expected.Journey;

    protected override async Task WorkAsync(CancellationToken cancellationToken)
    {
        if (Faults.NetDownBeforeReport) await Kiosk.NetDownAsync();
        if (Faults.PowerCutDuringTicket is { } ticket)
        {
            // As for a return: the printer holds still until the report is out.
            using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await CutPowerAsync(ticket, () => SubmitAsync(cancellationToken), () => JournalAsync(cancellationToken), UntilReportedAsync(over.Token), cancellationToken);
            await over.CancelAsync();
        }
        else await SubmitAsync(cancellationToken);
        if (_refused) return;
        if (Faults.NetDownBeforeReport) await HoldAsync(() => Ledger.Outcome, cancellationToken);
        await UntilSettledAsync(() => JournalAsync(cancellationToken),
            o => o is { State: "Void" or "Unknown" } or { State: "Issued" or "InDoubt" or "Failed", Report: "confirmed" or "parked" }, cancellationToken);
    }

    protected override async Task AskJournalAsync(CancellationToken cancellationToken) => _journal = await JournalAsync(cancellationToken);

    protected override OnceBooks Books() => new(null, Ledger, null);

    protected override Verdict Judge(PaperWitness paper, OnceBooks books) => JobJudgement.Judge(_expected, paper, _journal, books.Job!);

    private LedgerJob Ledger => (_expected.Journey == JobFile.Ship ? Kiosk.Gateway.Ledger.Ships.Find(_expected.OrderNumber) : Kiosk.Gateway.Ledger.Trains.Find(_expected.OrderNumber))!;

    private Task<AgentOrder?> JournalAsync(CancellationToken cancellationToken) => Kiosk.Api.OrderAsync(_expected.OrderNumber, cancellationToken, _expected.Journey);

    private async Task UntilReportedAsync(CancellationToken cancellationToken)
    {
        while (await JournalAsync(cancellationToken) is not { Report: "confirmed" or "parked" }) await Task.Delay(PollEvery, Time, cancellationToken);
    }

    private async Task SubmitAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var reply = await Kiosk.Api.SubmitJobAsync(_job, cancellationToken);
            Kiosk.TimeLine.Add($"job {_expected.OrderNumber}: {reply switch { null => "no answer", { IsTaken: true } => "taken", _ => $"{reply.Status}, {reply.Reason}" }}");
            foreach (var fault in reply?.Faults ?? []) Kiosk.TimeLine.Add($"job {_expected.OrderNumber}: {fault}");
            _refused = reply is { Status: 400 or 409 };
            if (_refused && Faults.PowerCutDuringTicket is not null) throw new VirtualKioskException($"the job was refused: {string.Join("; ", reply!.Faults.Prepend(reply.Reason))}");
            if (_refused || reply is { IsTaken: true } || !Kiosk.AgentRuns) return;
            await Task.Delay(AskAgainAfter, Time, cancellationToken);
        }
    }
}
