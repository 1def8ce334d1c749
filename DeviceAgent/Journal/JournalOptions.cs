namespace DeviceAgent.Journal;

/// <summary>How the journal's engine writes ("Journal" in agent.json). What makes it durable is not an option.</summary>
public sealed record JournalOptions
{
    /// <summary>
    /// Pages of 4 KiB in the write-ahead log after which they are copied into the database file; 10 to 100,000.
    /// More pages: fewer and longer pauses, a longer start after a power cut. SQLite, PRAGMA wal_autocheckpoint.
    /// </summary>
    public int WalAutoCheckpointPages { get; init; } = 1000;

    /// <returns>Every mistake: "section:Key must be …", with what is allowed; none when all is well.</returns>
    public IEnumerable<string> Validate(string section)
    {
        if (WalAutoCheckpointPages is < 10 or > 100_000) yield return $"{section}:{nameof(WalAutoCheckpointPages)} must be a whole number from 10 to 100000";
    }
}
