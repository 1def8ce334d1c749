using System.Text.Json.Nodes;
using DeviceAgent.Simulator.Gateway;
using DeviceAgent.Simulator.Station;

namespace DeviceAgent.Simulator.Kiosk;

/// <summary>One pick-up of a bus order.</summary>
internal class BusRun(VirtualKiosk kiosk, JsonObject order, OnceFaults faults, TimeProvider time) : OnceRun(kiosk, faults, time)
{
    protected ExpectedOrder Expected { get; } = ExpectedOrder.Of(order);

    /// <summary>The order in the journal when the agent was asked last.</summary>
    protected AgentOrder? Issue { get; private set; }

    protected override string Journey => "bus";

    /// <summary>A copy that leaves ticket numbers and seats to the station.</summary>
    public static JsonObject WithoutTickets(JsonObject order)
    {
        var copy = (JsonObject)order.DeepClone();
        foreach (var passenger in OrderFile.Passengers(copy))
        {
            passenger.Remove("agent_ticket_id");
            passenger.Remove("seat_number");
        }
        return copy;
    }

    protected override async Task WorkAsync(CancellationToken cancellationToken)
    {
        await PickUpAsync(Faults.PowerCutDuringTicket, Faults.NetDownAfterQuery, cancellationToken);
        await UntilIssuedAsync(cancellationToken);
    }

    protected async Task PickUpAsync(int? powerCutDuringTicket, bool netDownAfterQuery, CancellationToken cancellationToken)
    {
        if (netDownAfterQuery) GoDownAfterQuery();
        if (powerCutDuringTicket is { } ticket) await CutPowerAsync(ticket, PresentAsync, () => JournalAsync(cancellationToken), held: null, cancellationToken);
        else await PresentAsync();
        if (netDownAfterQuery) await HoldAsync(() => Ledger.Outcome, cancellationToken);
    }

    protected void GoDownAfterQuery()
    {
        Kiosk.Gateway.WentDown += () => Kiosk.TimeLine.Add("net down");
        Kiosk.Gateway.Faults.Script(GatewayFaultKind.DownAfterAnswer, TopApi.QueryOrder.Name);
    }

    protected async Task UntilIssuedAsync(CancellationToken cancellationToken)
    {
        await UntilSettledAsync(() => JournalAsync(cancellationToken),
            o => o is { State: "InDoubt" or "Failed" or "Void" or "Unknown" } or { State: "Issued", Report: "confirmed" or "parked" }, cancellationToken);
        // What the station is told goes its own way.
        while (Kiosk is { AgentRuns: true, StationAllocates: true } && Kiosk.Station.Books.Find(Expected.OrderNumber) is { State: StationOrderState.Allocated }
            && await JournalAsync(cancellationToken) is not { State: "InDoubt" }) await Task.Delay(PollEvery, Time, cancellationToken);
    }

    protected override async Task AskJournalAsync(CancellationToken cancellationToken) => Issue = await JournalAsync(cancellationToken);

    protected override OnceBooks Books() => new(Ledger, null, Kiosk.StationAllocates ? Kiosk.Station.Books.Find(Expected.OrderNumber) : null);

    protected override Verdict Judge(PaperWitness paper, OnceBooks books) => Kiosk.StationAllocates
        ? StationJudgement.Judge(Expected, paper, Issue, books.Order!, books.Station)
        : KioskJudgement.Judge(Expected, paper, Issue, books.Order!);

    private LedgerOrder Ledger => Kiosk.Gateway.Ledger.Find(Expected.OrderNumber)!;

    private Task<AgentOrder?> JournalAsync(CancellationToken cancellationToken) => Kiosk.Api.OrderAsync(Expected.OrderNumber, cancellationToken, "bus");

    private Task PresentAsync()
    {
        Kiosk.Scan(Expected.OrderNumber);
        return Task.CompletedTask;
    }
}
