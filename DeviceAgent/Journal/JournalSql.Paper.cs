namespace DeviceAgent.Journal;

// Paper and printers.
internal static partial class JournalSql
{
    public const string OpenTestStrip = $"{AttemptColumns} FROM attempt INDEXED BY attempt_issuance WHERE issuance = 0 AND ended_at IS NULL ORDER BY id DESC LIMIT 1";
    public const string EndLowPaper = "UPDATE device_counter SET low_since_attempt = NULL WHERE unit = ?1";

    /// <summary>Walks back from the newest attempt; where the paper is numbered, that one has a number or the one before it. ?2 bounds how far.</summary>
    public const string LastStock = "SELECT stock, outcome, id FROM attempt WHERE id > ?1 AND id > ?2 AND stock IS NOT NULL ORDER BY id DESC LIMIT 1";

    public const string OldestOpenAttempt = "SELECT min(id) FROM attempt WHERE id > ?1 AND ended_at IS NULL";

    /// <summary><see cref="PrinterUse"/> of the attempts after ?1, up to ?2.</summary>
    public const string UseOfAttempts = """
        SELECT before_unit, min(started_at), sum(kind = 'ticket' AND outcome = 'presented'), sum(iif(bytes_sent = 0, 0, millimetres)),
            sum(iif(before_exact = 1 AND after_exact = 1 AND before_serial = after_serial AND after_cuts >= before_cuts, after_cuts - before_cuts, outcome = 'presented')),
            sum(outcome <> 'presented' AND bytes_sent IS NOT 0)
        FROM attempt WHERE id > ?1 AND id <= ?2 AND ended_at IS NOT NULL GROUP BY before_unit
        """;
    /// <summary>A row for each printer that was ever attached.</summary>
    public const string PrinterUses = "SELECT unit, since, tickets, millimetres, cuts, faults FROM printer_use";
    public const string AddPrinterUse = """
        INSERT INTO printer_use (unit, since, tickets, millimetres, cuts, faults) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT (unit) DO UPDATE SET tickets = tickets + excluded.tickets, millimetres = millimetres + excluded.millimetres,
            cuts = cuts + excluded.cuts, faults = faults + excluded.faults
        """;
    public const string DeleteTestStrips = "DELETE FROM attempt INDEXED BY attempt_issuance WHERE issuance = 0 AND id < ?1 AND ended_at < ?2";
}
