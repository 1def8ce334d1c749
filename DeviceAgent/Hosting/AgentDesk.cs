using System.Globalization;
using System.Reflection;
using DeviceAgent.Devices;
using DeviceAgent.Issuance;
using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Platform.Gateway;
using DeviceAgent.Platform.Sync;
using DeviceAgent.Technician;

namespace DeviceAgent.Hosting;

/// <summary>Answers the local API's questions on the agent's loop.</summary>
internal sealed partial class AgentDesk(AgentLoop loop, IssuanceDesk desk, IIssuanceJournal journal, KioskClock clock, string kioskId) : IAgentDesk
{
    public required PrinterStation Printer { get; init; }

    public required ScannerStation Scanner { get; init; }

    public required AgentDevices Devices { get; init; }

    public required PlatformLine Line { get; init; }

    public required OutboxSender Sender { get; init; }

    public required bool HasStation { get; init; }

    public required IAlarms Alarms { get; init; }

    public required Action WakeSenders { get; init; }

    /// <summary>Throws <see cref="IOException"/> where it cannot be written.</summary>
    public required Action<string> ReplaceSession { get; init; }

    public Task<StatusAnswer> StatusAsync(CancellationToken cancellationToken) => loop.AskAsync(Status, cancellationToken);

    public async Task<OrderAnswer?> OrderAsync(string orderNumber, Journey? journey, CancellationToken cancellationToken)
    {
        await desk.JournalChecked.WaitAsync(cancellationToken);
        return await loop.AskAsync(() => Find(orderNumber, journey) is { } record ? Describe(record) : null, cancellationToken);
    }

    public Task<PickUpAnswer> PickUpAsync(string code, CancellationToken cancellationToken) => loop.AskAsync(() => desk.Offer(code) switch
    {
        PickupOffer.Taken => new PickUpAnswer(true, null),
        PickupOffer.Busy => new PickUpAnswer(false, "another pick-up is in hand"),
        _ => new PickUpAnswer(false, string.Join(", ", desk.State.NotReady)),
    }, cancellationToken);

    public async Task<IReadOnlyList<OpenOrderAnswer>> OrdersAsync(CancellationToken cancellationToken)
    {
        await desk.JournalChecked.WaitAsync(cancellationToken);
        return await loop.AskAsync<IReadOnlyList<OpenOrderAnswer>>(
            () => [.. journal.Unfinished(IAgentDesk.MaxOrders).Select(o => new OpenOrderAnswer(o.OrderNumber, o.Journey.ToString(), o.StateText, o.Reason, o.ChangedAt, o.TicketCount))],
            cancellationToken);
    }

    public async Task<DecisionAnswer> DecideAsync(string orderNumber, Journey? journey, DecisionBody decision, string by, CancellationToken cancellationToken)
    {
        var kind = decision.As switch
        {
            "issued" => DecisionKind.Issued,
            "void" => DecisionKind.Void,
            "reissue" => DecisionKind.Reissue,
            _ => throw new ArgumentException("A decision is issued, void or reissue.", nameof(decision)),
        };
        // Not cancelled with the caller's connection: a decision that was begun is carried out.
        var outcome = await await loop.AskAsync(() => desk.DecideAsync(new(KeyOf(orderNumber, journey), kind, by, decision.Reason!)), cancellationToken);
        return new(outcome.End switch
        {
            DecisionEnd.Decided => DecisionResult.Decided,
            DecisionEnd.NotKnown => DecisionResult.NotKnown,
            DecisionEnd.Refused => DecisionResult.Refused,
            _ => DecisionResult.NotNow,
        }, outcome.Text);
    }

    public async Task<string?> SetMaintenanceAsync(MaintenanceBody maintenance, string by, CancellationToken cancellationToken)
    {
        await desk.JournalChecked.WaitAsync(cancellationToken);
        try
        {
            return await loop.AskAsync<string?>(() =>
            {
                desk.SetMaintenance(maintenance.Active == true, by, maintenance.Reason!);
                return null;
            }, cancellationToken);
        }
        catch (JournalException e)
        {
            return $"the journal cannot be written ({e.Reason})";
        }
    }

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
            Clock = new(clock.IsTrusted, clock.IsTrusted ? clock.Voucher.ToString() : null),
            Printer = new(Printer.Status.Device.ToString(), Printer.Status.Paper.ToString(), Printer.Unit),
            Scanner = new(Scanner.Device.ToString()),
            Devices = [.. Devices.Health.Select(d => new DeviceAnswer(d.Name, d.Path, d.State.ToString(), d.Hint.ToString(), d.Detail, d.Since, d.LossesInLastHour, d.IsFlapping))],
            Issuances = issuances,
            Outbox = outbox,
            StationNotices = HasStation && outbox is not null ? Notices() : null,
            Attention = outbox is { Parked: > 0 } ? Attention() : [],
            Platform = new(
                Line.SilentFor is { } silent ? (long)silent.TotalSeconds : null, Sender.Hold?.Reason.ToString(),
                Sender.State.BannedUntil is { } until ? Math.Max(0, (long)(until - clock.GetUtcNow()).TotalSeconds) : null),
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
