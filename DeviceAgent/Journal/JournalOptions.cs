namespace DeviceAgent.Journal;

/// <summary>How the journal's engine writes ("Journal" in agent.json). What makes it durable is not an option.</summary>
public sealed record JournalOptions
{
    /// <summary>
    /// Pages of 4 KiB in the write-ahead log after which they are copied into the database file; 10 to 100,000.
    /// More pages: fewer and longer pauses, a longer start after a power cut. SQLite, PRAGMA wal_autocheckpoint.
    /// </summary>
    public int WalAutoCheckpointPages { get; init; } = 1000;

    /// <summary>
    /// Bytes that stay free on the journal's disk: with less the kiosk takes no order; 1 MiB to 10 GiB, default 64 MiB.
    /// One issuance needs some 10 KiB; the write-ahead log and other programs need the rest.
    /// </summary>
    public long DiskReserveBytes { get; init; } = 64L << 20;

    /// <summary>
    /// Cuts by which the printer's counter may be ahead of the journal; 10 to 10,000, default 50. A technician's test strips and self-tests make some.
    /// More of them, or a counter that went back, mean that the journal is not the one that this printer worked with.
    /// </summary>
    public int UnseenCutsAllowed { get; init; } = 50;

    /// <returns>Every mistake: "section:Key must be …", with what is allowed; none when all is well.</returns>
    public IEnumerable<string> Validate(string section)
    {
        if (WalAutoCheckpointPages is < 10 or > 100_000) yield return $"{section}:{nameof(WalAutoCheckpointPages)} must be a whole number from 10 to 100000";
        if (DiskReserveBytes is < 1 << 20 or > 10L << 30) yield return $"{section}:{nameof(DiskReserveBytes)} must be a whole number from 1048576 to 10737418240";
        if (UnseenCutsAllowed is < 10 or > 10_000) yield return $"{section}:{nameof(UnseenCutsAllowed)} must be a whole number from 10 to 10000";
    }
}
