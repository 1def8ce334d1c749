using System.Globalization;
using System.Security.Cryptography;

namespace DeviceAgent.Journal;

/// <summary>The journal in one SQLite file.</summary>
/// <remarks>
/// Sources: sqlite.org/wal.html, sqlite.org/pragma.html; docs/decisions/001-the-journal-is-sqlite.md.
/// WAL, synchronous FULL, locking EXCLUSIVE: what a method has returned from survives power loss on storage that honours flush.
/// It owns the file while it is open (a second opener gets <see cref="JournalFailure.Locked"/>); the caller owns the keys.
/// Storage that fails is a <see cref="JournalException"/>; after it every change is refused until the journal is opened again.
/// </remarks>
public sealed partial class SqliteJournal : IJournalFile
{
    public const string FileName = "journal.db";

    /// <summary>Before WAL: then there is no shared memory file, and no second opener.</summary>
    private const string LockingMode = "PRAGMA locking_mode = EXCLUSIVE";

    private readonly SqliteDatabase _database;
    private readonly JournalKeys _keys;
    private readonly TimeProvider _time;
    private readonly string _path;
    private readonly string _journalKeyId;
    private readonly long _processIdStart;
    private readonly long _countersFrom;
    private long? _latest;
    // Row ids are dense and nobody else writes.
    private long _lastIssuance;
    private long _lastAttempt;
    private long _lastReport;
    // Null until asked for. A step that failed is not in them: after it the journal is opened again.
    private IssuanceTotals? _issuances;
    private readonly Line _reports;
    private readonly Line _notices;
    private long _noticesConfirmed;
    private long _unissuedRetired;
    private long _printerUseTo;
    private int _entered;
    private bool _disposed;

    private SqliteJournal(SqliteDatabase database, string path, JournalKeys keys, TimeProvider time)
    {
        _database = database;
        _path = path;
        _keys = keys;
        _time = time;
        Identity = new(
            Guid.Parse(Meta(JournalSchema.JournalId), CultureInfo.InvariantCulture),
            int.Parse(Meta(JournalSchema.Epoch), CultureInfo.InvariantCulture),
            int.Parse(Meta(JournalSchema.SchemaVersion), CultureInfo.InvariantCulture),
            Instant(long.Parse(Meta(JournalSchema.CreatedAt), CultureInfo.InvariantCulture)));
        _journalKeyId = Meta(JournalSchema.KeyId);
        _processIdStart = long.Parse(Meta(JournalSchema.ProcessIdStart), CultureInfo.InvariantCulture);
        _countersFrom = long.Parse(ReadMeta(database, JournalSchema.CountersFrom) ?? "0", CultureInfo.InvariantCulture);
        _lastIssuance = Scalar(JournalSql.LastIssuance);
        _lastAttempt = Scalar(JournalSql.LastAttempt);
        _lastReport = Scalar(JournalSql.LastReport);
        _noticesConfirmed = long.Parse(ReadMeta(database, JournalSchema.NoticesConfirmed) ?? "0", CultureInfo.InvariantCulture);
        _unissuedRetired = long.Parse(ReadMeta(database, JournalSchema.UnissuedRetired) ?? "0", CultureInfo.InvariantCulture);
        _printerUseTo = long.Parse(ReadMeta(database, JournalSchema.PrinterUseTo) ?? "0", CultureInfo.InvariantCulture);
        _reports = new(this, toStation: false);
        _notices = new(this, toStation: true);
        InMaintenance = ReadMeta(database, JournalSchema.Maintenance) is { Length: > 0 };
        using var latest = database.Use(JournalSql.LatestTime);
        if (latest.Step()) _latest = latest.Int64(0);
    }

    public JournalIdentity Identity { get; }

    public bool InMaintenance { get; private set; }

    public long LastAttempt => _lastAttempt;

    /// <summary>The key at hand is the one that this journal was made with. Without it orders cannot be accepted; reports still go out.</summary>
    public bool CanKeepPersonalData => _journalKeyId.Length > 0 && _keys.KeyId == _journalKeyId;

    /// <summary>For tests: plans, settings, damage.</summary>
    internal SqliteDatabase Database => _database;

    public DateTimeOffset? LastTime => _latest is { } latest ? Instant(latest) : null;

    /// <summary>Makes the first journal: whole, synced and closed to others, or not at all.</summary>
    /// <param name="board">Null: it belongs to any board (tests and tools).</param>
    /// <exception cref="JournalException">Exists; Missing, when a journal was here before; Unwritable.</exception>
    public static SqliteJournal Create(string path, JournalOptions options, JournalKeys keys, TimeProvider time, BoardIdentity? board = null) =>
        (SqliteJournal)JournalEngine.Sqlite.Create(path, options, keys, time, board);

    internal static void Make(string path, JournalOptions options, JournalKeys keys, TimeProvider time, JournalFounding founding)
    {
        try
        {
            DurableFiles.MakeFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
            var temporary = $"{path}.{Guid.NewGuid():N}.new";
            try
            {
                DurableFiles.MakeEmpty(temporary);
                using (var database = SqliteDatabase.Open(temporary))
                {
                    database.Execute(JournalSchema.AutoVacuum);
                    Set(database, options);
                    Lay(database, keys, time.GetUtcNow(), founding);
                }
                DurableFiles.Publish(temporary, path);
            }
            finally
            {
                File.Delete(temporary);
            }
        }
        catch (Exception e) when (e is (IOException and not JournalException) or UnauthorizedAccessException)
        {
            throw new JournalException(JournalFailure.Unwritable, $"{path} cannot be made: {e.Message}", inner: e);
        }
    }

    /// <summary>Opens an existing journal, brings an older one to this release's schema and never makes one.</summary>
    /// <param name="keys"><see cref="JournalKeys.None"/> or another key: it opens, personal data stays out of reach.</param>
    /// <param name="board">The machine's; null: nobody asks whose board it is (tests and tools).</param>
    /// <exception cref="JournalException">Missing, Locked, Corrupt, Mismatch, NewerThanReadable, Unwritable, NotDurable.</exception>
    public static SqliteJournal Open(string path, JournalOptions options, JournalKeys keys, TimeProvider time, BoardIdentity? board = null) =>
        OpenFile(path, options, keys, time, board, anyones: false);

    internal static SqliteJournal OpenFile(string path, JournalOptions options, JournalKeys keys, TimeProvider time, BoardIdentity? board, bool anyones)
    {
        if (!JournalEngine.IsThere(path)) throw new JournalException(JournalFailure.Missing, $"{path} is missing.");
        var database = SqliteDatabase.Open(path);
        try
        {
            // Until it is known to be ours: not even the log is copied into it.
            database.LeaveLogOnClose(true);
            Recognise(database, path);
            if (!anyones && JournalEngine.WhyNotOurs(key => ReadMeta(database, key), path, board) is { } why) throw new JournalException(JournalFailure.Mismatch, $"{path}: {why}.");
            database.LeaveLogOnClose(false);
            // From here on nobody else has it. Before anything is read from the log and acted on, or copied from it into the database.
            DurableFiles.WriteAgain(path + "-wal");
            Set(database, options);
            Migrate(database);
            var journal = new SqliteJournal(database, path, keys, time);
            if (!anyones) journal.BelongTo(board);
            return journal;
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentOutOfRangeException)
        {
            database.Dispose();
            throw new JournalException(JournalFailure.Corrupt, $"{path}: meta does not read.", inner: e);
        }
        catch (Exception e) when (e is (IOException and not JournalException) or UnauthorizedAccessException)
        {
            database.Dispose();
            throw new JournalException(JournalFailure.Unwritable, $"{path}-wal cannot be written again: {e.Message}", inner: e);
        }
        catch (JournalException)
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Reads the whole file and looks for damage; seconds where the file is large and not in memory. PRAGMA quick_check.</summary>
    /// <param name="findings">"ok", else what is damaged, at most ten lines.</param>
    public bool QuickCheck(out string findings) => QuickCheckUntil(CancellationToken.None, out findings);

    /// <summary>As <see cref="QuickCheck"/>; may run on another thread than the rest, while nobody else is inside.</summary>
    /// <exception cref="OperationCanceledException">Called off: the journal is not to be used afterwards.</exception>
    internal bool QuickCheckUntil(CancellationToken stop, out string findings)
    {
        using var entry = Enter();
        using var interrupt = stop.Register(_database.Interrupt);
        // What is not running yet cannot be interrupted.
        stop.ThrowIfCancellationRequested();
        try
        {
            using var check = _database.Use("PRAGMA quick_check(10)");
            List<string> lines = [];
            while (check.Step()) lines.Add(check.Text(0));
            findings = string.Join('\n', lines);
            return findings == "ok";
        }
        catch (JournalException) when (stop.IsCancellationRequested)
        {
            throw new OperationCanceledException(stop);
        }
    }

    bool IJournalFile.QuickCheckUntil(CancellationToken stop, out string findings) => QuickCheckUntil(stop, out findings);

    public void Dispose()
    {
        if (_disposed) return;
        using var entry = Enter();
        _disposed = true;
        _database.Dispose();
    }

    private static void Set(SqliteDatabase database, JournalOptions options)
    {
        var locking = database.Ask(LockingMode);
        var mode = database.Ask("PRAGMA journal_mode = WAL");
        database.Execute("PRAGMA synchronous = FULL");
        database.Execute("PRAGMA mmap_size = 0");
        database.Execute("PRAGMA temp_store = MEMORY");
        // What is erased does not stay behind in free space: sqlite.org/pragma.html#pragma_secure_delete.
        database.Execute("PRAGMA secure_delete = ON");
        database.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA wal_autocheckpoint = {options.WalAutoCheckpointPages}"));
        var synchronous = database.Ask("PRAGMA synchronous");
        if ((locking, mode, synchronous) != ("exclusive", "wal", "2"))
            throw new JournalException(JournalFailure.NotDurable, $"locking_mode is {locking}, journal_mode {mode}, synchronous {synchronous}.");
    }

    private static void Lay(SqliteDatabase database, JournalKeys keys, DateTimeOffset now, JournalFounding founding)
    {
        database.Execute("BEGIN");
        database.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA application_id = {JournalSchema.ApplicationId}"));
        foreach (var step in JournalSchema.Steps) database.Execute(step);
        SetVersion(database, JournalSchema.Version);
        WriteMeta(database, JournalSchema.JournalId, Guid.NewGuid().ToString());
        WriteMeta(database, JournalSchema.Epoch, Text(founding.Epoch));
        WriteMeta(database, JournalSchema.Replaces, founding.Replaced?.ToString() ?? "");
        WriteMeta(database, JournalSchema.MinimumReader, "1");
        WriteMeta(database, JournalSchema.CreatedAt, Text(Milliseconds(now)));
        WriteMeta(database, JournalSchema.KeyId, keys.KeyId);
        WriteMeta(database, JournalSchema.ProcessIdStart, Text(RandomNumberGenerator.GetInt32(AttemptProcessIds.Count)));
        if (founding.Audit.Length > 0) database.Use(JournalSql.InsertAudit).Bind(1, Milliseconds(now)).Bind(2, 0L).Bind(3, JournalAudit.Adopted).Bind(4, founding.Audit).Run();
        database.Execute("COMMIT");
    }

    /// <summary>Before anything is set: a file that is not ours stays as it is.</summary>
    private static void Recognise(SqliteDatabase database, string path)
    {
        database.Ask(LockingMode);
        if (database.Ask("PRAGMA application_id") != Text(JournalSchema.ApplicationId))
            throw new JournalException(JournalFailure.Corrupt, $"{path} is not a journal.");
        if (ReadMeta(database, JournalSchema.MinimumReader) is not { } reader || UserVersion(database) < 1)
            throw new JournalException(JournalFailure.Corrupt, $"{path} tells no schema version.");
        if (int.Parse(reader, CultureInfo.InvariantCulture) > JournalSchema.Version)
            throw new JournalException(JournalFailure.NewerThanReadable, $"{path} must be read by schema {reader} or newer; this release has {JournalSchema.Version}.");
    }

    private static int UserVersion(SqliteDatabase database) => int.Parse(database.Ask("PRAGMA user_version")!, CultureInfo.InvariantCulture);

    private static void Migrate(SqliteDatabase database)
    {
        var version = UserVersion(database);
        for (; version < JournalSchema.Version; version++)
        {
            database.Execute("BEGIN");
            database.Execute(JournalSchema.Steps[version]);
            SetVersion(database, version + 1);
            database.Execute("COMMIT");
        }
    }

    private static void SetVersion(SqliteDatabase database, int version)
    {
        database.Execute($"PRAGMA user_version = {Text(version)}");
        WriteMeta(database, JournalSchema.SchemaVersion, Text(version));
    }

    private static string? ReadMeta(SqliteDatabase database, string key)
    {
        using var read = database.Use(JournalSql.ReadMeta).Bind(1, key);
        return read.Step() ? read.Text(0) : null;
    }

    private static void WriteMeta(SqliteDatabase database, string key, string value) =>
        database.Use(JournalSql.WriteMeta).Bind(1, key).Bind(2, value).Run();

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static long Milliseconds(DateTimeOffset instant) => instant.ToUnixTimeMilliseconds();

    private static DateTimeOffset Instant(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private string Meta(string key) =>
        ReadMeta(_database, key) ?? throw new JournalException(JournalFailure.Corrupt, $"{_path}: meta lacks {key}.");

    private Entry Enter()
    {
        if (Interlocked.Exchange(ref _entered, 1) != 0)
            throw new InvalidOperationException("The journal has one caller at a time; another is inside.");
        if (!_disposed) return new(this);
        _entered = 0;
        throw new ObjectDisposedException(nameof(SqliteJournal));
    }

    /// <summary>Lets the caller in and opens a transaction: everything until <see cref="Change.Commit"/> happens together or not at all.</summary>
    private Change BeginChange()
    {
        var entry = Enter();
        try
        {
            if (_database.HasFailed)
                throw new JournalException(JournalFailure.Unwritable, $"{_path} failed before; it takes nothing until it is opened again.");
            _database.Run(JournalSql.Begin);
            return new(this);
        }
        catch
        {
            entry.Dispose();
            throw;
        }
    }

    private readonly ref struct Entry(SqliteJournal journal)
    {
        public void Dispose() => Volatile.Write(ref journal._entered, 0);
    }

    /// <summary>One transaction; disposed without a commit it leaves nothing behind.</summary>
    private readonly ref struct Change(SqliteJournal journal)
    {
        /// <summary>Writes the audit row and makes everything durable.</summary>
        public void Commit(DateTimeOffset at, string what, string details)
        {
            var written = Milliseconds(at);
            var late = Math.Max(0, (journal._latest ?? written) - written);
            journal._database.Use(JournalSql.InsertAudit).Bind(1, written).Bind(2, late).Bind(3, what).Bind(4, details).Run();
            journal._database.Run(JournalSql.Commit);
            journal._latest = written + late;
        }

        public void Dispose()
        {
            journal._database.RollBack();
            Volatile.Write(ref journal._entered, 0);
        }
    }
}
