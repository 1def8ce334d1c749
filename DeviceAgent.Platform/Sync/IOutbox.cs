namespace DeviceAgent.Platform.Sync;

/// <summary>The durable queue of reports to one destination, as its sender sees it. The journal implements it; so will the relay's database.</summary>
/// <remarks>
/// Synchronous, one caller at a time. Each method is one durable transaction and returns when it is durable.
/// Rows whose state, kind or payload version this release does not know are never handed out, and hold back the later rows of their order.
/// </remarks>
public interface IOutbox
{
    /// <summary>Makes every row that a dead process left in <see cref="ReportState.Sending"/> a retry of unknown fate, due at once.</summary>
    /// <returns>How many.</returns>
    int RecoverInterrupted(DateTimeOffset now);

    /// <summary>
    /// Reports that may go out now, oldest first: due, or retry whose time has come; only the first unfinished one of its order
    /// (a parked report is finished: it holds back nothing), never one of an order in <paramref name="ordersInHand"/>.
    /// </summary>
    IReadOnlyList<OutboxReport> Take(DateTimeOffset now, int limit, IReadOnlySet<string> ordersInHand);

    /// <summary>When the earliest retry becomes due; null when nothing waits for a time.</summary>
    DateTimeOffset? NextDue { get; }

    OutboxCounts Counts { get; }

    /// <summary>Durable before the request goes out: after a crash the report's fate is unknown.</summary>
    void MarkSending(long id, DateTimeOffset at);

    void Confirm(long id, DateTimeOffset at, string evidence);

    /// <param name="fateUnknown">The platform may have applied the report: ask before sending again.</param>
    void RetryAt(long id, DateTimeOffset notBefore, bool fateUnknown, string reason);

    void Park(long id, DateTimeOffset at, ParkReason reason, string evidence);

    /// <summary>Makes all waiting retries due now: the network is back.</summary>
    void WakeRetries(DateTimeOffset now);
}

public enum ReportState { Due, Sending, Retry, Confirmed, HandedOver, Parked }

/// <summary>Why a report waits for a person.</summary>
public enum ParkReason
{
    /// <summary>The platform refused it for a business reason.</summary>
    Refused,
    /// <summary>A ticket was given, but the platform has closed or refunded the order.</summary>
    PaperGivenOrderClosed,
    /// <summary>A failure was reported, but the platform holds the order as issued.</summary>
    Contradiction,
    /// <summary>The fate is unknown and cannot be asked.</summary>
    FateUnknown,
    /// <summary>The report lacks what the platform requires, or this release cannot read it.</summary>
    Unsendable,
}

/// <summary>One report that waits for the platform, or one notice that waits for the station's ticketing system.</summary>
public sealed record OutboxReport
{
    public required long Id { get; init; }
    /// <summary>
    /// The kiosk's own number of the report, reports and notices together: dense and growing within the journal's epoch, so that gaps show. It is the row's id.
    /// </summary>
    public long Sequence => Id;
    /// <summary>The platform's order number: reports of one order go out in order.</summary>
    public required string OrderNumber { get; init; }
    /// <summary>What is reported, "bus.book" for one. See <see cref="ReportKinds"/>.</summary>
    public required string Kind { get; init; }
    public required int PayloadVersion { get; init; }
    /// <summary>The outcome that is told. Never flipped.</summary>
    public required bool Success { get; init; }
    /// <summary>UTF-8 JSON without personal data: enough to send the report when the personal part cannot be read.</summary>
    public required byte[] Payload { get; init; }
    /// <summary>UTF-8 JSON with personal data; null when there is none or its key is gone.</summary>
    public byte[]? Personal { get; init; }
    /// <summary>Requests that went out before.</summary>
    public required int Sends { get; init; }
    /// <summary>An earlier send got no answer: the platform may have applied it.</summary>
    public required bool FateUnknown { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A report to be written with the transition that it tells of.</summary>
/// <param name="AskFirst">The platform may know more of the order than this kiosk: it is asked before the first send.</param>
public sealed record NewReport(string Kind, int PayloadVersion, bool Success, byte[] Payload, byte[]? Personal, bool AskFirst = false);

public static class ReportKinds
{
    /// <summary>taobao.bus.tvmbookorder.set</summary>
    public const string BusBook = "bus.book";
    /// <summary>A ticket or a whole order was given back at this kiosk.</summary>
    public const string BusReturn = "bus.return";
    /// <summary>The numbers of a ship order.</summary>
    public const string ShipNotify = "ship.notify";
    /// <summary>The seats of a train order, or that there are none.</summary>
    public const string TrainBook = "train.book";
    /// <summary>The station may count the order's tickets as given.</summary>
    public const string StationConfirm = "station.confirm";
    /// <summary>The station may give the order's seats to others.</summary>
    public const string StationRelease = "station.release";

    private const string StationPrefix = "station.";

    /// <summary>Whether it is a notice to the station's ticketing system. All else, of unknown kinds too, is the platform's.</summary>
    public static bool IsForStation(string kind)
    {
        ArgumentNullException.ThrowIfNull(kind);
        return kind.StartsWith(StationPrefix, StringComparison.Ordinal);
    }
}

/// <param name="Waiting">Due, sending and retry together.</param>
/// <param name="Unreadable">Rows of a newer release: shown, not touched.</param>
public sealed record OutboxCounts(int Waiting, int Parked, long Confirmed, int Unreadable, DateTimeOffset? OldestWaiting);
