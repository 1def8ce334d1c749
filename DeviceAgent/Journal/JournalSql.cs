namespace DeviceAgent.Journal;

/// <summary>Every statement that the journal runs. INDEXED BY makes SQLite refuse a plan that would walk a whole table.</summary>
internal static partial class JournalSql
{
    // Conditions of partial indexes: a query uses the index only when it repeats the condition word for word.
    // They rest on the column open, not on states: a change of state between two open ones then leaves the index alone.
    public const string IsOpen = "open = 1";
    public const string IsClosedUnissued = "open = 0 AND state <> 'issued'";
    public const string IsClosedUnconfirmed = "open = 0 AND state <> 'confirmed'";
    public const string IsRetry = "state = 'retry'";
    public const string IsUnpurged = "state = 'confirmed' AND purged = 0";

    /// <summary><see cref="JournalWords.IsKnownFormat"/>, in SQL.</summary>
    private const string IsKnownFormat =
        "kind IN ('bus.book', 'bus.return', 'ship.notify', 'train.book', 'station.confirm', 'station.release') AND payload_version = 1";
    /// <summary><see cref="DeviceAgent.Platform.Sync.ReportKinds.IsForStation"/>, in SQL.</summary>
    public const string IsForStation = "substr(kind, 1, 8) = 'station.'";
    public const string IsForPlatform = "substr(kind, 1, 8) <> 'station.'";
    /// <summary>?2: 1 for the station's notices, 0 for the platform's reports.</summary>
    private const string IsOfLine = $"({IsForStation}) = ?2";
    private const string IsFirstOfItsOrder = $"""
        NOT EXISTS (SELECT 1 FROM outbox AS e INDEXED BY outbox_open
            WHERE e.order_number = o.order_number AND e.id < o.id AND {IsOpen} AND (substr(e.kind, 1, 8) = 'station.') = ?2)
        """;

    public const string Begin = "BEGIN";
    public const string Commit = "COMMIT";

    public const string ReadMeta = "SELECT value FROM meta WHERE key = ?1";
    public const string WriteMeta = "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";

    private const string IssuanceColumns = """
        SELECT id, journey, order_number, state, created_at, changed_at, ticket_count, reason,
            (SELECT state FROM outbox AS r WHERE r.id = i.report), accepted, slip_owed, intents
        FROM issuance AS i
        """;
    public const string FindIssuance = $"{IssuanceColumns} WHERE order_number = ?1 AND journey = ?2";
    public const string UnfinishedIssuances = $"{IssuanceColumns} INDEXED BY issuance_open WHERE {IsOpen} ORDER BY id LIMIT ?1";
    private const string AttemptColumns = """
        SELECT id, kind, ticket_index, process_id, started_at,
            before_unit, before_serial, before_cuts, before_exact, before_idle, before_disturbances, before_run, before_connection,
            before_read_at, before_calm_since,
            ended_at, outcome, bytes_sent, judgement,
            after_unit, after_serial, after_cuts, after_exact, after_idle, after_disturbances, after_run, after_connection,
            after_read_at, after_calm_since, copy, stock
        """;
    public const string AttemptsOfIssuance = $"{AttemptColumns} FROM attempt INDEXED BY attempt_issuance WHERE issuance = ?1 ORDER BY id";
    public const string DecisionsOfIssuance = """
        SELECT decided, at, by_whom, reason, platform, last_attempt FROM decision INDEXED BY decision_issuance WHERE issuance = ?1 ORDER BY id
        """;

    /// <summary>A person decided in a way that this release does not know.</summary>
    private const string HasUnknownDecision =
        "EXISTS (SELECT 1 FROM decision AS d INDEXED BY decision_issuance WHERE d.issuance = i.id AND d.decided NOT IN ('issued', 'void', 'reissue'))";

    public const string OpenIssuanceStates = $"""
        SELECT state, journey, EXISTS (SELECT 1 FROM attempt AS a INDEXED BY attempt_issuance WHERE a.issuance = i.id AND a.kind NOT IN ('ticket', 'void_strip'))
            OR {HasUnknownDecision}
        FROM issuance AS i INDEXED BY issuance_open WHERE {IsOpen}
        """;
    public const string ClosedUnissuedStates = $"SELECT state, count(*) FROM issuance INDEXED BY issuance_unissued WHERE {IsClosedUnissued} GROUP BY state";
    public const string LastIssuance = "SELECT coalesce(max(id), 0) FROM issuance";

    public const string FindIssuanceState = $"SELECT id, state, {HasUnknownDecision} FROM issuance AS i WHERE order_number = ?1 AND journey = ?2";
    public const string ReadIssuanceState = $"SELECT state, journey, order_number, ticket_count, {HasUnknownDecision}, report, changed_at FROM issuance AS i WHERE id = ?1";
    public const string ReadAttemptFacts = """
        SELECT kind, ticket_index, outcome, ended_at,
            id <= coalesce((SELECT max(last_attempt) FROM decision INDEXED BY decision_issuance WHERE issuance = ?1 AND decided = 'reissue'), 0)
        FROM attempt INDEXED BY attempt_issuance WHERE issuance = ?1
        """;
    public const string InsertIssuance = "INSERT INTO issuance (id, journey, order_number, state, created_at, changed_at, intents) VALUES (?1, ?2, ?3, 'intent', ?4, ?4, 1)";
    public const string ReopenIssuance = "UPDATE issuance SET state = 'intent', open = 1, changed_at = ?2, ticket_count = 0, reason = NULL, intents = intents + 1 WHERE id = ?1";
    public const string AcceptIssuance = "UPDATE issuance SET state = 'accepted', changed_at = ?2, ticket_count = ?3, accepted = ?4, report = coalesce(?5, report) WHERE id = ?1";
    public const string CompleteIssuance = "UPDATE issuance SET state = 'issued', open = 0, changed_at = ?2, report = coalesce(?3, report), reason = NULL WHERE id = ?1";
    public const string ReleaseIssuance = "UPDATE issuance SET state = 'released', open = 0, changed_at = ?2, reason = ?3, accepted = iif(?4, accepted, NULL) WHERE id = ?1";
    public const string FailIssuance = "UPDATE issuance SET state = 'failed', open = 0, changed_at = ?2, report = coalesce(?3, report), reason = ?4 WHERE id = ?1";
    public const string DoubtIssuance = "UPDATE issuance SET state = 'in_doubt', changed_at = ?2, reason = ?3, slip_owed = 1 WHERE id = ?1";
    public const string OrdersOwedASlip = """
        SELECT journey, order_number FROM issuance INDEXED BY issuance_slip
        WHERE slip_owed = 1 AND journey IN ('bus', 'bus_return', 'ship', 'train') ORDER BY id LIMIT ?1
        """;
    public const string EndSlip = "UPDATE issuance SET slip_owed = 0 WHERE id = ?1";
    public const string VoidIssuance = "UPDATE issuance SET state = 'void', open = 0, changed_at = ?2, report = coalesce(?3, report) WHERE id = ?1";
    public const string ReissueIssuance = "UPDATE issuance SET state = 'accepted', changed_at = ?2 WHERE id = ?1";
    public const string InsertDecision = """
        INSERT INTO decision (issuance, at, decided, by_whom, reason, platform, last_attempt)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, (SELECT coalesce(max(id), 0) FROM attempt INDEXED BY attempt_issuance WHERE issuance = ?1))
        """;
    public const string PaperUsedSince = "SELECT coalesce(sum(millimetres), 0) FROM attempt WHERE id > ?1";

    public const string LastAttempt = "SELECT coalesce(max(id), 0) FROM attempt";
    public const string ReadAttempt = "SELECT kind, ticket_index, outcome, ended_at, 0, issuance, stock FROM attempt WHERE id = ?1";
    public const string InsertAttempt = """
        INSERT INTO attempt (id, issuance, kind, ticket_index, process_id, started_at,
            before_unit, before_serial, before_cuts, before_exact, before_idle, before_disturbances, before_run, before_connection,
            before_read_at, before_calm_since, copy, millimetres, stock)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)
        """;
    public const string EndAttempt = """
        UPDATE attempt SET ended_at = ?2, outcome = ?3, bytes_sent = ?4, judgement = ?5,
            after_unit = ?6, after_serial = ?7, after_cuts = ?8, after_exact = ?9, after_idle = ?10, after_disturbances = ?11,
            after_run = ?12, after_connection = ?13, after_read_at = ?14, after_calm_since = ?15,
            -- What took no paper took no number.
            stock = iif(?4 = 0, NULL, stock)
        WHERE id = ?1
        """;

    public const string LastReport = "SELECT coalesce(max(id), 0) FROM outbox";
    public const string InsertReport = """
        INSERT INTO outbox (id, order_number, kind, payload_version, success, state, created_at, changed_at, payload, personal, not_before, fate_unknown, issuance)
        VALUES (?1, ?2, ?3, ?4, ?5, iif(?9, 'retry', 'due'), ?6, ?6, ?7, ?8, iif(?9, ?6, 0), ?9, ?10)
        """;
    public const string ReadReport = "SELECT state, kind, payload_version, created_at FROM outbox WHERE id = ?1";
    public const string RecoverInterrupted = $"""
        UPDATE outbox INDEXED BY outbox_waiting SET state = 'retry', fate_unknown = 1, not_before = ?1, changed_at = ?1
        WHERE {IsOpen} AND state = 'sending' AND {IsKnownFormat} AND {IsOfLine}
        """;
    private const string TakeColumns = """
        SELECT id, order_number, kind, payload_version, success, payload, personal, sends, fate_unknown, created_at FROM outbox AS o
        """;
    private const string MayGoOut = $"{IsOpen} AND not_before <= ?1 AND state IN ('due', 'retry') AND {IsKnownFormat} AND {IsFirstOfItsOrder}";
    // One statement for each line: behind an index of its own no line walks past what waits in the other.
    public const string TakeReports = $"{TakeColumns} INDEXED BY outbox_waiting WHERE {IsForPlatform} AND {MayGoOut} ORDER BY id";
    public const string TakeNotices = $"{TakeColumns} INDEXED BY outbox_notices_waiting WHERE {IsForStation} AND {MayGoOut} ORDER BY id";
    public const string NextReport = $"""
        SELECT not_before FROM outbox AS o INDEXED BY outbox_reports_retry WHERE {IsRetry} AND {IsForPlatform} AND {IsKnownFormat} AND {IsFirstOfItsOrder}
        ORDER BY not_before LIMIT 1
        """;
    public const string NextNotice = $"""
        SELECT not_before FROM outbox AS o INDEXED BY outbox_notices_retry WHERE {IsRetry} AND {IsForStation} AND {IsKnownFormat} AND {IsFirstOfItsOrder}
        ORDER BY not_before LIMIT 1
        """;
    public const string OpenReports = $"""
        SELECT state IN ('due', 'sending', 'retry') AND {IsKnownFormat},
            state IN ('due', 'sending', 'retry', 'confirmed', 'handed_over', 'parked') AND {IsKnownFormat}, created_at, id, {IsForStation}
        FROM outbox INDEXED BY outbox_waiting WHERE {IsOpen}
        """;
    public const string ClosedUnconfirmedStates =
        $"SELECT state, {IsForStation} AS station, count(*) FROM outbox INDEXED BY outbox_unconfirmed WHERE {IsClosedUnconfirmed} GROUP BY state, station";
    public const string MarkSending = "UPDATE outbox SET state = 'sending', sends = sends + 1, changed_at = ?2 WHERE id = ?1";
    public const string ConfirmReport = "UPDATE outbox SET state = 'confirmed', open = 0, changed_at = ?2, evidence = ?3 WHERE id = ?1";
    public const string RetryReport = "UPDATE outbox SET state = 'retry', changed_at = ?2, not_before = ?3, fate_unknown = ?4, evidence = ?5 WHERE id = ?1";
    public const string ParkReport = "UPDATE outbox SET state = 'parked', open = 0, changed_at = ?2, park_reason = ?3, evidence = ?4 WHERE id = ?1";
    private const string ReportColumns = """
        SELECT id, order_number, kind, success, state, sends, fate_unknown, created_at, changed_at, not_before, park_reason, evidence FROM outbox
        """;
    public const string FindReport = $"{ReportColumns} WHERE id = ?1";
    public const string WaitingReports = $"{ReportColumns} INDEXED BY outbox_waiting WHERE {IsOpen} ORDER BY id LIMIT ?1";
    public const string ParkedReports =
        $"{ReportColumns} INDEXED BY outbox_unconfirmed WHERE {IsClosedUnconfirmed} AND state = 'parked' ORDER BY id DESC LIMIT ?1";
    public const string RetryReportByHand = """
        UPDATE outbox SET state = 'retry', open = 1, changed_at = ?2, not_before = ?2, fate_unknown = ?4, park_reason = NULL, evidence = ?3 WHERE id = ?1
        """;
    public const string SettleReport = "UPDATE outbox SET state = 'confirmed', open = 0, changed_at = ?2, evidence = ?3 WHERE id = ?1";
    public const string WakeReports =
        $"UPDATE outbox INDEXED BY outbox_reports_retry SET not_before = ?1 WHERE {IsRetry} AND {IsForPlatform} AND not_before > ?1 AND {IsKnownFormat}";
    public const string WakeNotices =
        $"UPDATE outbox INDEXED BY outbox_notices_retry SET not_before = ?1 WHERE {IsRetry} AND {IsForStation} AND not_before > ?1 AND {IsKnownFormat}";

    public const string FindPrinter = "SELECT unit, model, echoes_process_id, cuts_exact, cuts, seen_at, low_since_attempt, capabilities FROM device_counter WHERE unit = ?1";
    public const string SavePrinter = """
        INSERT INTO device_counter (unit, model, echoes_process_id, cuts_exact, cuts, seen_at, low_since_attempt, capabilities) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        ON CONFLICT (unit) DO UPDATE SET model = excluded.model, echoes_process_id = excluded.echoes_process_id,
            cuts_exact = excluded.cuts_exact, cuts = excluded.cuts, seen_at = excluded.seen_at, low_since_attempt = excluded.low_since_attempt,
            capabilities = excluded.capabilities
        """;

    public const string InsertAudit = "INSERT INTO audit (at, late, what, details) VALUES (?1, ?2, ?3, ?4)";
    public const string LatestTime = "SELECT at + late FROM audit ORDER BY id DESC LIMIT 1";
    public const string NewestAudit = "SELECT id, at, what, details FROM audit ORDER BY id DESC LIMIT ?1";
}
