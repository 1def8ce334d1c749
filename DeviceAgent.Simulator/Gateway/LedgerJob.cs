using System.Text.Json.Nodes;

namespace DeviceAgent.Simulator.Gateway;

/// <summary>One callback about a ship or train order as it came in, with the business's answer.</summary>
/// <param name="ResultCode">Of the business; "0" (ship) or "200" (train) when it was applied.</param>
/// <param name="Content">The complex parameter; a train's passengers are decrypted.</param>
internal sealed record ReceivedCallback(DateTimeOffset At, bool Success, bool Applied, string ResultCode, JsonObject Content);

/// <summary>One ticket of the callback that counts.</summary>
/// <param name="Number">As the passenger has it: a ship's ticket_no or e_ticket_no, a train's passenger_ticket_no.</param>
/// <param name="Issued">False: this ticket could not be had.</param>
internal sealed record LedgerTicket(string? PassengerId, string? PassengerName, string? Number, string? Seat, bool Issued);

/// <summary>What the platform holds of one ship or train order. A snapshot.</summary>
/// <param name="Journey">"ship" or "train".</param>
/// <param name="TicketCount">As it was sold.</param>
/// <param name="Outcome">"success" (a train: at least one ticket was had), "failed" or "none".</param>
/// <param name="DuplicateReports">Callbacks that came after the outcome was known and said the same.</param>
/// <param name="Tickets">Of the callback that counts; empty before one.</param>
/// <param name="Contradictions">Callbacks that say something else than the order or an earlier callback.</param>
internal sealed record LedgerJob(
    string Journey, string OrderNumber, int TicketCount, string Outcome, int DuplicateReports,
    IReadOnlyList<ReceivedCallback> Reports, IReadOnlyList<LedgerTicket> Tickets, IReadOnlyList<string> Contradictions);

/// <summary>The books of one ship or train order: what was sold, and what came in. Its owner holds the lock.</summary>
internal sealed class LedgerEntry(string journey, string orderNumber, int ticketCount, JsonObject sold)
{
    private const int Most = 1000;
    private readonly List<ReceivedCallback> _reports = [];
    private readonly List<string> _contradictions = [];

    /// <summary>The content of the job, as far as the platform knows it.</summary>
    public JsonObject Sold => sold;

    public int TicketCount => ticketCount;

    /// <summary>The callback that counts: the newest one that was applied.</summary>
    public ReceivedCallback? Applied { get; private set; }

    public int Duplicates { get; set; }

    public void Contradict(string what)
    {
        if (_contradictions.Count < Most) _contradictions.Add(what);
    }

    /// <summary>A field that both sides know, and the report says something else.</summary>
    public void Compare(JsonObject sold, JsonObject reported, string name, string path)
    {
        if (OrderFile.Text(reported, name) is { } text && OrderFile.Text(sold, name) is { } ours && text != ours) Contradict($"{path}{name} differs from the order");
    }

    public void Take(ReceivedCallback callback)
    {
        if (_reports.Count < Most) _reports.Add(callback);
        if (callback.Applied) Applied = callback;
    }

    public LedgerJob Snapshot(Func<JsonObject, IEnumerable<LedgerTicket>> tickets) => new(journey, orderNumber, ticketCount,
        Applied is null ? "none" : Applied.Success ? "success" : "failed", Duplicates, [.. _reports], Applied is null ? [] : [.. tickets(Applied.Content)], [.. _contradictions]);
}
