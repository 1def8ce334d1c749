namespace DeviceAgent.Journal;

/// <summary>How the journal's engine writes ("Journal" in agent.json). What makes it durable is not an option.</summary>
public sealed record JournalOptions
{
    internal const string WhyNotInThisBuild = "must be sqlite: litedb is not in this build, which must be made with -p:WithLiteDb=true";

    /// <summary>
    /// What keeps the journal: "sqlite" (default), or "litedb" in a build with it (docs/optional-builds.md). Another engine does not read what this one
    /// wrote: a kiosk that has issued is changed over with an empty queue and `journal adopt`.
    /// </summary>
    public JournalEngineKind Engine { get; init; }

    /// <summary>
    /// Pages of 4 KiB in the write-ahead log after which they are copied into the database file; 10 to 100,000. Of LiteDB, half as many pages of 8 KiB.
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

    /// <summary>
    /// Days after the platform confirmed an order's report for which its personal data is kept; 1 to 3650, default 90. Then names and numbers of
    /// certificates are erased; order numbers, outcomes and counts stay. It waits as long as the order is not closed.
    /// </summary>
    public int PersonalDataDays { get; init; } = 90;

    /// <summary>
    /// Days for which a closed and reported order is kept; 30 to 3650, default 400. After that the platform alone knows that it was collected.
    /// </summary>
    public int KeepDays { get; init; } = 400;

    /// <summary>
    /// Orders that are kept, open ones among them; 1,000 to 5,000,000, default 500,000. Closed and reported ones beyond that are deleted before
    /// their time, the oldest first. An order of two tickets takes some 3 KiB.
    /// </summary>
    public int KeepIssuances { get; init; } = 500_000;

    /// <returns>Every mistake: "section:Key must be …", with what is allowed; none when all is well.</returns>
    public IEnumerable<string> Validate(string section)
    {
        if (!JournalEngine.All.Any(e => e.Word == WordOf(Engine))) yield return $"{section}:{nameof(Engine)} {WhyNotInThisBuild}";
        if (WalAutoCheckpointPages is < 10 or > 100_000) yield return $"{section}:{nameof(WalAutoCheckpointPages)} must be a whole number from 10 to 100000";
        if (DiskReserveBytes is < 1 << 20 or > 10L << 30) yield return $"{section}:{nameof(DiskReserveBytes)} must be a whole number from 1048576 to 10737418240";
        if (UnseenCutsAllowed is < 10 or > 10_000) yield return $"{section}:{nameof(UnseenCutsAllowed)} must be a whole number from 10 to 10000";
        if (PersonalDataDays is < 1 or > 3650) yield return $"{section}:{nameof(PersonalDataDays)} must be a whole number from 1 to 3650";
        if (KeepDays is < 30 or > 3650) yield return $"{section}:{nameof(KeepDays)} must be a whole number from 30 to 3650";
        if (KeepIssuances is < 1000 or > 5_000_000) yield return $"{section}:{nameof(KeepIssuances)} must be a whole number from 1000 to 5000000";
    }

    internal static string WordOf(JournalEngineKind engine) => engine == JournalEngineKind.LiteDb ? "litedb" : "sqlite";
}

/// <summary>The engines of the journal.</summary>
public enum JournalEngineKind { Sqlite, LiteDb }
