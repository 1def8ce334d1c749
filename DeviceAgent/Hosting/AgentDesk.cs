using System.Globalization;
using System.Reflection;
using DeviceAgent.Devices;
using DeviceAgent.Issuance;
using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Platform.Gateway;
using DeviceAgent.Technician;

namespace DeviceAgent.Hosting;

/// <summary>Answers the local API's questions on the agent's loop.</summary>
internal sealed class AgentDesk(
    AgentLoop loop, IssuanceDesk desk, PrinterStation printer, ScannerStation scanner, IIssuanceJournal journal, PlatformLine line, KioskClock clock, string kioskId) : IAgentDesk
{
    public Task<StatusAnswer> StatusAsync(CancellationToken cancellationToken) => loop.AskAsync(Status, cancellationToken);

    public Task<OrderAnswer?> OrderAsync(string orderNumber, CancellationToken cancellationToken) =>
        loop.AskAsync(() => journal.Find(Journey.Bus, orderNumber) is { } record ? Describe(record) : null, cancellationToken);

    public Task<PickUpAnswer> PickUpAsync(string code, CancellationToken cancellationToken) => loop.AskAsync(() => desk.Offer(code) switch
    {
        PickupOffer.Taken => new PickUpAnswer(true, null),
        PickupOffer.Busy => new PickUpAnswer(false, "another pick-up is in hand"),
        _ => new PickUpAnswer(false, string.Join(", ", desk.State.NotReady)),
    }, cancellationToken);

    public Task<IReadOnlyList<OpenOrderAnswer>> OrdersAsync(CancellationToken cancellationToken) => loop.AskAsync<IReadOnlyList<OpenOrderAnswer>>(
        () => [.. journal.Unfinished(IAgentDesk.MaxOrders).Select(o => new OpenOrderAnswer(o.OrderNumber, o.Journey.ToString(), o.StateText, o.Reason, o.ChangedAt, o.TicketCount))],
        cancellationToken);

    public async Task<DecisionAnswer> DecideAsync(string orderNumber, DecisionBody decision, string by, CancellationToken cancellationToken)
    {
        var kind = decision.As switch
        {
            "issued" => DecisionKind.Issued,
            "void" => DecisionKind.Void,
            "reissue" => DecisionKind.Reissue,
            _ => throw new ArgumentException("A decision is issued, void or reissue.", nameof(decision)),
        };
        // Not cancelled with the caller's connection: a decision that was begun is carried out.
        var outcome = await await loop.AskAsync(() => desk.DecideAsync(new(orderNumber, kind, by, decision.Reason!)), cancellationToken);
        return new(outcome.End switch
        {
            DecisionEnd.Decided => DecisionResult.Decided,
            DecisionEnd.NotKnown => DecisionResult.NotKnown,
            DecisionEnd.Refused => DecisionResult.Refused,
            _ => DecisionResult.NotNow,
        }, outcome.Text);
    }

    public Task<string?> SetMaintenanceAsync(MaintenanceBody maintenance, string by, CancellationToken cancellationToken) => loop.AskAsync(() =>
    {
        try
        {
            desk.SetMaintenance(maintenance.Active == true, by, maintenance.Reason!);
            return null;
        }
        catch (JournalException e)
        {
            return $"the journal cannot be written ({e.Reason})";
        }
    }, cancellationToken);

    private StatusAnswer Status()
    {
        var state = desk.State;
        var issuances = journal.CountIssuances();
        var outbox = journal.Counts;
        return new()
        {
            Version = AgentVersion.Text,
            Kiosk = kioskId,
            CanIssue = state.NotReady.Count == 0,
            Reasons = [.. state.NotReady.Select(r => r.ToString())],
            Guidance = state.Guidance.ToString(),
            BusyWith = state.InHand,
            Clock = new(clock.IsTrusted, clock.IsTrusted ? clock.Voucher.ToString() : null),
            Printer = new(printer.Status.Device.ToString(), printer.Status.Paper.ToString(), printer.Unit),
            Scanner = new(scanner.Device.ToString()),
            Issuances = new(issuances.Issued, issuances.Open, issuances.InDoubt, issuances.Unreadable),
            Outbox = new(outbox.Waiting, outbox.Parked, outbox.Confirmed, outbox.Unreadable),
            Platform = new(line.SilentFor is { } silent ? (long)silent.TotalSeconds : null),
        };
    }

    private static OrderAnswer Describe(IssuanceRecord record)
    {
        var tickets = Enumerable.Range(0, record.TicketCount).Select(index =>
        {
            var attempts = record.Attempts.Where(a => a.Kind == AttemptKind.Ticket && a.TicketIndex == index).ToList();
            return new TicketAnswer(index, attempts.LastOrDefault()?.End?.Outcome.ToString(), attempts.Count);
        });
        return new(record.OrderNumber, record.Journey.ToString(), record.StateText, record.Reason, record.ReportState, [.. tickets],
            record.Attempts.Count(a => a.Kind == AttemptKind.VoidStrip),
            record.ChangedAt,
            [.. record.Attempts.Select(a => new AttemptAnswer(a.Kind.ToString(), a.TicketIndex, a.Copy, a.StartedAt, a.End?.Outcome.ToString(), a.End?.Judgement))],
            [.. record.Decisions.Select(d => new DecisionMade(d.KindText, d.At, d.By, d.Reason, d.Platform))]);
    }
}

/// <summary>The version of this build (SemVer).</summary>
internal static class AgentVersion
{
    public static string Text { get; } = typeof(AgentVersion).Assembly.GetName().Version is { } v ? $"{v.Major}.{v.Minor}.{v.Build}" : "0.0.0";

    /// <summary>ReleaseDate of Directory.Build.props: no right clock shows an earlier time while this build runs.</summary>
    public static DateTimeOffset ReleasedAt { get; } = DateTimeOffset.ParseExact(
        typeof(AgentVersion).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "ReleaseDate").Value!, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
