namespace DeviceAgent.Journal;

// What an adoption changes, and what tells that one is needed.
internal static partial class JournalSql
{
    /// <summary>?2 bounds how far back it looks.</summary>
    public const string LastCuts = """
        SELECT coalesce(CASE WHEN after_serial = ?1 THEN after_cuts END, before_cuts) FROM attempt
        WHERE id > ?2 AND before_serial = ?1 AND before_cuts IS NOT NULL ORDER BY id DESC LIMIT 1
        """;
    public const string AcceptedIssuances = $"SELECT id FROM issuance INDEXED BY issuance_open WHERE {IsOpen} AND state = 'accepted'";
    public const string EndOpenAttempts = """
        UPDATE attempt INDEXED BY attempt_issuance SET ended_at = ?2, outcome = 'unknown', judgement = ?3 WHERE issuance = ?1 AND ended_at IS NULL
        """;
    /// <summary>The station's notices say the same however often they arrive.</summary>
    public const string DoubtReports = $"""
        UPDATE outbox INDEXED BY outbox_waiting SET state = 'retry', fate_unknown = 1, not_before = ?1, changed_at = ?1
        WHERE {IsOpen} AND state IN ('due', 'sending', 'retry') AND {IsKnownFormat} AND NOT {IsForStation}
        """;
    public const string ForgetMeta = "DELETE FROM meta WHERE key = ?1";
    /// <summary>A row for each printer that was ever attached.</summary>
    public const string ForgetCuts = "UPDATE device_counter SET cuts = NULL";
}
