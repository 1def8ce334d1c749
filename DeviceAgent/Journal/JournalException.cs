namespace DeviceAgent.Journal;

/// <summary>The journal cannot do its work. The kiosk stops issuing; it does not end.</summary>
/// <param name="sqliteCode">SQLite's extended result code (sqlite.org/rescode.html); 0 when SQLite was not asked.</param>
public sealed class JournalException(JournalFailure reason, string message, int sqliteCode = 0, Exception? inner = null)
    : IOException(sqliteCode == 0 ? $"{message} ({reason})" : $"{message} ({reason}, SQLite code {sqliteCode})", inner)
{
    public JournalFailure Reason { get; } = reason;

    public int SqliteCode { get; } = sqliteCode;
}

public enum JournalFailure
{
    /// <summary>There is no journal; set-up makes the first one, never a start.</summary>
    Missing,
    /// <summary>A journal is there already; it is never overwritten.</summary>
    Exists,
    /// <summary>Another process has it open.</summary>
    Locked,
    /// <summary>Damaged, or not a journal. To be set aside, never overwritten.</summary>
    Corrupt,
    /// <summary>
    /// It is another board's (a cloned card, a swapped board), an older copy of itself, or one that does not know what its printer printed.
    /// Nothing is issued or sent from it before a person adopts it.
    /// </summary>
    Mismatch,
    /// <summary>A newer release wrote it and says that this one must not open it.</summary>
    NewerThanReadable,
    /// <summary>
    /// The storage failed: full, read-only, an I/O error. Nothing more is written until the journal is opened again;
    /// the step that failed may be found done or not done then.
    /// </summary>
    Unwritable,
    /// <summary>The engine did not take a setting that durability rests on.</summary>
    NotDurable,
    /// <summary>Personal data cannot be kept: the key that this journal was made with is not here.</summary>
    KeyMissing,
    /// <summary>The key file has a wrong length, or others may read it.</summary>
    KeyUnusable,
}
