using System.Globalization;
using System.Security.Cryptography;
using LiteDB;

namespace DeviceAgent.Journal.LiteDb;

/// <summary>The journal in a LiteDB file and its log; only in a build with -p:WithLiteDb=true.</summary>
/// <remarks>
/// Sources: docs/decisions/002-litedb-over-a-checked-log.md, docs/optional-builds.md. What a method has returned from survives power loss on storage
/// that honours flush: <see cref="FramedLog"/>. It owns the files while it is open (a second opener gets <see cref="JournalFailure.Locked"/>); the
/// caller owns the keys. Storage that fails is a <see cref="JournalException"/>; after it every change is refused until the journal is opened again.
/// Pages of the data file carry no checksum: what decays there is found only where it no longer reads.
/// </remarks>
internal sealed partial class LiteJournal : IJournalFile
{
    public const string FileName = "journal.litedb";

    private readonly LiteFile _database;
    private readonly JournalKeys _keys;
    private readonly TimeProvider _time;
    private readonly string _path;
    private readonly string _journalKeyId;
    private readonly long _processIdStart;
    private readonly long _countersFrom;
    private long? _latest;
    // Ids are dense and nobody else writes.
    private long _lastIssuance;
    private long _lastAttempt;
    private long _lastReport;
    private long _lastDecision;
    private long _lastAudit;
    // Null until asked for. A step that failed is not in them: after it the journal is opened again.
    private IssuanceTotals? _issuances;
    private readonly Line _reports;
    private readonly Line _notices;
    private bool _queuesAreRead;
    private long _noticesConfirmed;
    private long _unissuedRetired;
    private long _printerUseTo;
    private int _entered;
    private bool _disposed;

    private LiteJournal(LiteFile database, string path, JournalKeys keys, TimeProvider time)
    {
        (_database, _path, _keys, _time) = (database, path, keys, time);
        Identity = new(
            Guid.Parse(Needed(JournalSchema.JournalId), CultureInfo.InvariantCulture),
            int.Parse(Needed(JournalSchema.Epoch), CultureInfo.InvariantCulture),
            int.Parse(Needed(JournalSchema.SchemaVersion), CultureInfo.InvariantCulture),
            Instant(long.Parse(Needed(JournalSchema.CreatedAt), CultureInfo.InvariantCulture)));
        _journalKeyId = Needed(JournalSchema.KeyId);
        _processIdStart = Number(JournalSchema.ProcessIdStart);
        _countersFrom = Number(JournalSchema.CountersFrom);
        _noticesConfirmed = Number(JournalSchema.NoticesConfirmed);
        _unissuedRetired = Number(JournalSchema.UnissuedRetired);
        _printerUseTo = Number(JournalSchema.PrinterUseTo);
        InMaintenance = ReadMeta(database, JournalSchema.Maintenance) is { Length: > 0 };
        _lastIssuance = database.LastId(LiteSchema.Issuance);
        _lastAttempt = database.LastId(LiteSchema.Attempt);
        _lastReport = database.LastId(LiteSchema.Outbox);
        _lastDecision = database.LastId(LiteSchema.Decision);
        if (database.Newest(LiteSchema.Audit, 0, 1) is [var newest]) (_lastAudit, _latest) = (newest.Int64("_id"), newest.Int64("at") + newest.Int64("late"));
        (_reports, _notices) = (new(this, toStation: false), new(this, toStation: true));
    }

    public static JournalEngine Engine { get; } = new("litedb", FileName, [LiteFile.LogEnding], OpenFile, Make);

    public JournalIdentity Identity { get; }

    public bool InMaintenance { get; private set; }

    public long LastAttempt => _lastAttempt;

    /// <summary>The key at hand is the one that this journal was made with. Without it orders cannot be accepted; reports still go out.</summary>
    public bool CanKeepPersonalData => _journalKeyId.Length > 0 && _keys.KeyId == _journalKeyId;

    public DateTimeOffset? LastTime => _latest is { } latest ? Instant(latest) : null;

    /// <summary>For tests: what a newer release writes, damage.</summary>
    internal LiteFile Database => _database;

    internal static LiteJournal OpenFile(string path, JournalOptions options, JournalKeys keys, TimeProvider time, BoardIdentity? board, bool anyones)
    {
        if (!JournalEngine.IsThere(path)) throw new JournalException(JournalFailure.Missing, $"{path} is missing.");
        var database = LiteFile.Open(path, CheckpointBytes(options));
        try
        {
            Recognise(database, path);
            if (!anyones && JournalEngine.WhyNotOurs(key => ReadMeta(database, key), path, board) is { } why) throw new JournalException(JournalFailure.Mismatch, $"{path}: {why}.");
            database.IsOurs = true;
            Migrate(database);
            var journal = new LiteJournal(database, path, keys, time);
            if (!anyones) journal.BelongTo(board);
            return journal;
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentOutOfRangeException)
        {
            database.Dispose();
            throw new JournalException(JournalFailure.Corrupt, $"{path}: meta does not read.", inner: e);
        }
        catch (JournalException)
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Reads every document of this release's collections through every index: LiteDB has no check of its own, and its pages no checksums.</summary>
    public bool QuickCheckUntil(CancellationToken stop, out string findings)
    {
        using var entry = Enter();
        List<string> lines = [];
        foreach (var (collection, fields) in new[]
        {
            (LiteSchema.Issuance, new[] { LiteSchema.Key, LiteSchema.Mark, LiteSchema.Slip }), (LiteSchema.Attempt, [LiteSchema.Of]),
            (LiteSchema.Decision, [LiteSchema.Of]), (LiteSchema.Outbox, [LiteSchema.Mark, LiteSchema.Of, LiteSchema.Unpurged]), (LiteSchema.Audit, []),
        })
        {
            stop.ThrowIfCancellationRequested();
            if (_database.WhyNotSound(collection, fields, stop) is { } why && lines.Count < 10) lines.Add($"{collection}: {why}");
        }
        findings = lines.Count == 0 ? "ok" : string.Join('\n', lines);
        return lines.Count == 0;
    }

    public void Dispose()
    {
        if (_disposed) return;
        using var entry = Enter();
        _disposed = true;
        _database.Dispose();
    }

    internal static void Make(string path, JournalOptions options, JournalKeys keys, TimeProvider time, JournalFounding founding)
    {
        try
        {
            DurableFiles.MakeFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
            var temporary = $"{path}.{Guid.NewGuid():N}.new";
            try
            {
                DurableFiles.MakeEmpty(temporary);
                DurableFiles.MakeEmpty(temporary + LiteFile.LogEnding);
                using (var database = LiteFile.Open(temporary, CheckpointBytes(options), isNew: true))
                {
                    database.Begin();
                    Lay(database, keys, time.GetUtcNow(), founding);
                    database.Commit();
                    database.Checkpoint();
                }
                // The log's name is durable before the file has one: a file without a log is not a journal.
                DurableFiles.Replace(path + LiteFile.LogEnding, []);
                DurableFiles.Publish(temporary, path);
            }
            finally
            {
                File.Delete(temporary);
                File.Delete(temporary + LiteFile.LogEnding);
            }
        }
        catch (Exception e) when (e is (IOException and not JournalException) or UnauthorizedAccessException)
        {
            throw new JournalException(JournalFailure.Unwritable, $"{path} cannot be made: {e.Message}", inner: e);
        }
    }

    private static void Lay(LiteFile database, JournalKeys keys, DateTimeOffset now, JournalFounding founding)
    {
        foreach (var step in LiteSchema.Steps) step(database);
        WriteMeta(database, JournalSchema.SchemaVersion, Text(LiteSchema.Version));
        WriteMeta(database, JournalSchema.JournalId, Guid.NewGuid().ToString());
        WriteMeta(database, JournalSchema.Epoch, Text(founding.Epoch));
        WriteMeta(database, JournalSchema.Replaces, founding.Replaced?.ToString() ?? "");
        WriteMeta(database, JournalSchema.MinimumReader, "1");
        WriteMeta(database, JournalSchema.CreatedAt, Text(Milliseconds(now)));
        WriteMeta(database, JournalSchema.KeyId, keys.KeyId);
        WriteMeta(database, JournalSchema.ProcessIdStart, Text(RandomNumberGenerator.GetInt32(AttemptProcessIds.Count)));
        if (founding.Audit.Length > 0) database.Insert(LiteSchema.Audit, AuditRow(1, Milliseconds(now), 0, JournalAudit.Adopted, founding.Audit));
    }

    /// <summary>Before anything is changed: a file that is not ours stays as it is.</summary>
    private static void Recognise(LiteFile database, string path)
    {
        if (ReadMeta(database, JournalSchema.MinimumReader) is not { } reader || ReadMeta(database, JournalSchema.SchemaVersion) is not { } version || int.Parse(version, CultureInfo.InvariantCulture) < 1)
            throw new JournalException(JournalFailure.Corrupt, $"{path} tells no schema version.");
        if (int.Parse(reader, CultureInfo.InvariantCulture) > LiteSchema.Version)
            throw new JournalException(JournalFailure.NewerThanReadable, $"{path} must be read by schema {reader} or newer; this release has {LiteSchema.Version}.");
    }

    private static void Migrate(LiteFile database)
    {
        for (var version = int.Parse(ReadMeta(database, JournalSchema.SchemaVersion)!, CultureInfo.InvariantCulture); version < LiteSchema.Version; version++)
        {
            database.Begin();
            LiteSchema.Steps[version](database);
            WriteMeta(database, JournalSchema.SchemaVersion, Text(version + 1));
            database.Commit();
        }
    }

    private static long CheckpointBytes(JournalOptions options) => options.WalAutoCheckpointPages * 4096L;

    private static string? ReadMeta(LiteFile database, string key) => database.Find(LiteSchema.Meta, key)?.TextOrNull("value");

    private static void WriteMeta(LiteFile database, string key, string value) => database.Upsert(LiteSchema.Meta, new() { ["_id"] = key, ["value"] = value });

    private static BsonDocument AuditRow(long id, long at, long late, string what, string details) =>
        new() { ["_id"] = id, ["at"] = at, ["late"] = late, ["what"] = what, ["details"] = details };

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static long Milliseconds(DateTimeOffset instant) => instant.ToUnixTimeMilliseconds();

    private static DateTimeOffset Instant(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private string Needed(string key) => ReadMeta(_database, key) ?? throw new JournalException(JournalFailure.Corrupt, $"{_path}: meta lacks {key}.");

    private long Number(string key) => long.Parse(ReadMeta(_database, key) ?? "0", CultureInfo.InvariantCulture);

    private Entry Enter()
    {
        if (Interlocked.Exchange(ref _entered, 1) != 0)
            throw new InvalidOperationException("The journal has one caller at a time; another is inside.");
        if (!_disposed) return new(this);
        _entered = 0;
        throw new ObjectDisposedException(nameof(LiteJournal));
    }

    /// <summary>Lets the caller in and opens a transaction: everything until <see cref="Change.Commit"/> happens together or not at all.</summary>
    private Change BeginChange()
    {
        var entry = Enter();
        try
        {
            if (_database.HasFailed)
                throw new JournalException(JournalFailure.Unwritable, $"{_path} failed before; it takes nothing until it is opened again.");
            _database.Begin();
            return new(this);
        }
        catch
        {
            entry.Dispose();
            throw;
        }
    }

    private readonly ref struct Entry(LiteJournal journal)
    {
        public void Dispose() => Volatile.Write(ref journal._entered, 0);
    }

    /// <summary>One transaction; disposed without a commit it leaves nothing behind.</summary>
    private readonly ref struct Change(LiteJournal journal)
    {
        /// <summary>Writes the audit row and makes everything durable.</summary>
        public void Commit(DateTimeOffset at, string what, string details)
        {
            var written = Milliseconds(at);
            var late = Math.Max(0, (journal._latest ?? written) - written);
            journal._database.Insert(LiteSchema.Audit, AuditRow(journal._lastAudit + 1, written, late, what, details));
            journal._database.Commit();
            journal._lastAudit++;
            journal._latest = written + late;
        }

        public void Dispose()
        {
            journal._database.RollBack();
            Volatile.Write(ref journal._entered, 0);
        }
    }
}
