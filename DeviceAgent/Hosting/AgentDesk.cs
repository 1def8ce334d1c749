using DeviceAgent.Devices;
using DeviceAgent.Issuance;
using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Technician;

namespace DeviceAgent.Hosting;

/// <summary>Answers the local API's questions on the agent's loop.</summary>
internal sealed class AgentDesk(
    AgentLoop loop, IssuanceDesk desk, PrinterStation printer, ScannerStation scanner, IIssuanceJournal journal, string kioskId) : IAgentDesk
{
    public Task<StatusAnswer> StatusAsync(CancellationToken cancellationToken) => loop.AskAsync(Status, cancellationToken);

    public async Task<OrderAnswer?> OrderAsync(string orderNumber, CancellationToken cancellationToken)
    {
        await desk.JournalChecked.WaitAsync(cancellationToken);
        return await loop.AskAsync(() => journal.Find(Journey.Bus, orderNumber) is { } record ? Describe(record) : null, cancellationToken);
    }

    public Task<PickUpAnswer> PickUpAsync(string code, CancellationToken cancellationToken) => loop.AskAsync(() => desk.Offer(code) switch
    {
        PickupOffer.Taken => new PickUpAnswer(true, null),
        PickupOffer.Busy => new PickUpAnswer(false, "another pick-up is in hand"),
        _ => new PickUpAnswer(false, string.Join(", ", desk.State.NotReady)),
    }, cancellationToken);

    private StatusAnswer Status()
    {
        var state = desk.State;
        var (issuances, outbox) = Numbers();
        return new()
        {
            Version = AgentVersion.Text,
            Kiosk = kioskId,
            CanIssue = state.NotReady.Count == 0,
            Reasons = [.. state.NotReady.Select(r => r.ToString())],
            Guidance = state.Guidance.ToString(),
            BusyWith = state.InHand,
            Printer = new(printer.Status.Device.ToString(), printer.Status.Paper.ToString(), printer.Unit),
            Scanner = new(scanner.Device.ToString()),
            Issuances = issuances,
            Outbox = outbox,
        };
    }

    private (IssuancesAnswer?, OutboxAnswer?) Numbers()
    {
        if (!desk.JournalChecked.IsCompleted) return (null, null);
        try
        {
            var issuances = journal.CountIssuances();
            var outbox = journal.Counts;
            return (new(issuances.Issued, issuances.Open, issuances.InDoubt, issuances.Unreadable), new(outbox.Waiting, outbox.Parked, outbox.Confirmed, outbox.Unreadable));
        }
        catch (JournalException)
        {
            // The reasons tell why.
            return (null, null);
        }
    }

    private static OrderAnswer Describe(IssuanceRecord record)
    {
        var tickets = Enumerable.Range(0, record.TicketCount).Select(index =>
        {
            var attempts = record.Attempts.Where(a => a.Kind == AttemptKind.Ticket && a.TicketIndex == index).ToList();
            return new TicketAnswer(index, attempts.LastOrDefault()?.End?.Outcome.ToString(), attempts.Count);
        });
        return new(record.OrderNumber, record.Journey.ToString(), record.StateText, record.Reason, record.ReportState, [.. tickets],
            record.Attempts.Count(a => a.Kind == AttemptKind.VoidStrip));
    }
}

/// <summary>The version of this build (SemVer).</summary>
internal static class AgentVersion
{
    public static string Text { get; } = typeof(AgentVersion).Assembly.GetName().Version is { } v ? $"{v.Major}.{v.Minor}.{v.Build}" : "0.0.0";
}
