namespace DeviceAgent.Journal;

// What erases and deletes what is over.
internal static partial class JournalSql
{
    public const string ToPurge = $"""
        SELECT id, state, kind, payload_version,
            coalesce(issuance, (SELECT i.id FROM issuance AS i WHERE i.order_number = o.order_number AND i.journey = 'bus'))
        FROM outbox AS o INDEXED BY outbox_unpurged WHERE {IsUnpurged} AND changed_at < ?1 ORDER BY changed_at
        """;
    public const string PurgeReport = "UPDATE outbox SET personal = NULL, purged = 1 WHERE id = ?1";
    public const string PurgeIssuance = "UPDATE issuance SET accepted = NULL WHERE id = ?1";
    /// <summary>The order was accepted once more, and has personal data again.</summary>
    public const string UnpurgeReport = "UPDATE outbox SET purged = 0 WHERE id = ?1 AND purged = 1";

    public const string ToRetire = $"""
        SELECT id, state, journey, created_at, changed_at, report, slip_owed,
            {HasUnknownDecision}
                OR EXISTS (SELECT 1 FROM attempt AS a INDEXED BY attempt_issuance WHERE a.issuance = i.id AND a.kind NOT IN ('ticket', 'void_strip')),
            (SELECT coalesce(max(a.id), 0) FROM attempt AS a INDEXED BY attempt_issuance WHERE a.issuance = i.id),
            (SELECT coalesce(max(d.id), 0) FROM decision AS d INDEXED BY decision_issuance WHERE d.issuance = i.id)
        FROM issuance AS i WHERE id > ?1 AND id < ?2 ORDER BY id
        """;
    public const string NoticesOfIssuance = $"SELECT id, state, kind, payload_version FROM outbox INDEXED BY outbox_notices WHERE {IsForStation} AND issuance = ?1";
    public const string LastDecision = "SELECT coalesce(max(id), 0) FROM decision";
    /// <summary>A row for each printer that was ever attached; those that are long gone hold back nothing.</summary>
    public const string PaperCountedFrom = "SELECT min(low_since_attempt) FROM device_counter WHERE seen_at >= ?1";
    public const string DeleteAttempts = "DELETE FROM attempt INDEXED BY attempt_issuance WHERE issuance = ?1";
    public const string DeleteDecisions = "DELETE FROM decision INDEXED BY decision_issuance WHERE issuance = ?1";
    public const string DeleteReport = "DELETE FROM outbox WHERE id = ?1";
    public const string DeleteIssuance = "DELETE FROM issuance WHERE id = ?1";
    /// <summary>From the oldest end; never the newest row, which tells the journal's time.</summary>
    public const string DeleteAudit = """
        DELETE FROM audit WHERE at + late < ?1 AND id IN (SELECT id FROM audit WHERE id < (SELECT max(id) FROM audit) ORDER BY id LIMIT ?2)
        """;
    public const string FreePages = "PRAGMA freelist_count";
    public const string Pages = "PRAGMA page_count";
}
