using System.Globalization;
using LiteDB;
using LiteDB.Engine;

namespace DeviceAgent.Journal.LiteDb;

/// <summary>One LiteDB engine over streams of our own. Any failure makes it unfit for writing until it is opened again.</summary>
/// <remarks>
/// Source: github.com/litedb-org/LiteDB, tag v5.0.21. Its low-level engine alone: documents, no mapping, no expressions over what was stored.
/// A transaction belongs to the thread that began it: each method of the journal begins and ends its own. Owns the engine and both files.
/// </remarks>
internal sealed class LiteFile : IDisposable
{
    public const string LogEnding = "-log";

    private readonly string _path;
    private readonly DataFile _data;
    private readonly FramedLog _log;
    private readonly LiteEngine _engine;
    private readonly long _checkpointBytes;
    private bool _inTransaction;

    private LiteFile(string path, DataFile data, FramedLog log, long checkpointBytes)
    {
        (_path, _data, _log, _checkpointBytes) = (path, data, log, checkpointBytes);
        _engine = new(new EngineSettings { DataStream = data, LogStream = log, TempStream = new MemoryStream(), Collation = Collation.Binary });
        // Not when LiteDB likes, which is before the log is durable.
        if (_engine.Pragma("CHECKPOINT").AsInt64 != 0) _engine.Pragma("CHECKPOINT", 0);
        MakeDurable();
    }

    /// <summary>Something failed; what the file holds is not known for sure.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>The file is known to be this machine's: closing it may copy the log into it.</summary>
    public bool IsOurs { get; set; }

    /// <summary>Opens existing files; never makes one.</summary>
    /// <param name="checkpointBytes">Of the log, after which it is copied into the data file.</param>
    /// <param name="isNew">Both files are empty, and LiteDB lays its first page.</param>
    public static LiteFile Open(string path, long checkpointBytes, bool isNew = false)
    {
        DataFile? data = null;
        FramedLog? log = null;
        try
        {
            data = DataFile.Open(path);
            if (!File.Exists(path + LogEnding)) throw new JournalException(JournalFailure.Corrupt, $"{path}{LogEnding} is missing, and without it nobody knows what is.");
            log = FramedLog.Open(path + LogEnding);
            // LiteDB would make a database of an empty file, and cut off what is not a whole page; only a cut in a checkpoint leaves such a length.
            if (!isNew && (data.Length == 0 || (data.Length % FramedLog.PageBytes != 0 && log.Length == 0))) throw new JournalException(JournalFailure.Corrupt, $"{path} is not a journal.");
            return new(path, data, log, checkpointBytes);
        }
        catch (Exception e)
        {
            log?.Dispose();
            data?.Dispose();
            throw Failure(path, e);
        }
    }

    /// <summary>For the controls of the power-loss tests: commits that are not synced, or nothing that is.</summary>
    internal void DoWithoutSyncs(bool alsoInCheckpoints)
    {
        _log.LeavesCommitsUnsynced = true;
        _log.NeverSyncs = _data.NeverSyncs = alsoInCheckpoints;
    }

    public void Begin() => Do(() =>
    {
        if (!_engine.BeginTrans()) throw new InvalidOperationException("A transaction was left open.");
        _inTransaction = true;
        return 0;
    });

    public void Commit() => Do(() =>
    {
        _engine.Commit();
        _inTransaction = false;
        MakeDurable();
        if (_log.Length > _checkpointBytes) _engine.Checkpoint();
        return 0;
    });

    /// <summary>Ends a transaction that is not committed. What fails here fails again at the next step, which is refused.</summary>
    public void RollBack()
    {
        if (!_inTransaction) return;
        _inTransaction = false;
        if (HasFailed) return;
        try
        {
            _engine.Rollback();
        }
        catch (Exception e) when (IsOfDamage(e))
        {
            HasFailed = true;
        }
    }

    public void Insert(string collection, BsonDocument row) => Do(() => _engine.Insert(collection, [row], BsonAutoId.Int64));

    public void Update(string collection, BsonDocument row) => Do(() => _engine.Update(collection, [row]) == 1 ? 0 : throw new InvalidDataException($"A row of {collection} is gone."));

    public void Upsert(string collection, BsonDocument row) => Do(() => _engine.Upsert(collection, [row], BsonAutoId.Int64));

    public void Delete(string collection, IEnumerable<BsonValue> ids) => Do(() => _engine.Delete(collection, ids));

    /// <summary>LiteDB makes one with its first document.</summary>
    public void MakeCollection(string collection)
    {
        Insert(collection, new() { ["_id"] = collection });
        Delete(collection, [collection]);
    }

    public void EnsureIndex(string collection, string field, bool unique) => Do(() => _engine.EnsureIndex(collection, field, BsonExpression.Create("$." + field), unique));

    /// <summary>The document with this _id; null when there is none.</summary>
    public BsonDocument? Find(string collection, BsonValue id) => Where(collection, "_id", id).SingleOrDefault();

    /// <summary>All documents whose indexed field has this value, in no order.</summary>
    public List<BsonDocument> Where(string collection, string field, BsonValue value) => Read(collection, int.MaxValue, $"$.{field} = @0", value);

    /// <summary>All documents whose indexed field is a text, in no order.</summary>
    public List<BsonDocument> Marked(string collection, string field) => Read(collection, int.MaxValue, $"$.{field} > @0", "");

    /// <summary>All documents whose indexed field is a number below this one, from the lowest; read to its end before the caller changes any of them.</summary>
    public List<BsonDocument> Under(string collection, string field, long value)
    {
        // Null sorts below every number (bsontype order), and is what a document has that is in no such state.
        var query = new Query { OrderBy = BsonExpression.Create("$." + field) };
        query.Where.Add(BsonExpression.Create($"$.{field} BETWEEN @0 AND @1", 0L, value - 1));
        return Run(collection, query, null);
    }

    /// <summary>All documents of a collection that stays small.</summary>
    public List<BsonDocument> All(string collection) => Run(collection, new(), null);

    /// <summary>Documents with ids above <paramref name="after"/>, ascending.</summary>
    public List<BsonDocument> After(string collection, long after, int limit) => Read(collection, limit, "$._id > @0", after);

    /// <summary>The newest documents with ids above <paramref name="after"/>, descending.</summary>
    /// <param name="until">Ends the reading with the document for which it is true.</param>
    public List<BsonDocument> Newest(string collection, long after, int limit, Func<BsonDocument, bool>? until = null)
    {
        var query = new Query { OrderBy = BsonExpression.Create("$._id"), Order = Query.Descending, Limit = limit };
        query.Where.Add(BsonExpression.Create("$._id > @0", after));
        return Run(collection, query, until);
    }

    /// <summary>How many documents an index has under each text, from the index alone.</summary>
    public Dictionary<string, int> CountMarks(string collection, string field)
    {
        var query = new Query { Select = BsonExpression.Create("$." + field) };
        query.Where.Add(BsonExpression.Create($"$.{field} > @0", ""));
        return Run(collection, query, null).GroupBy(d => d[field].AsString, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
    }

    /// <summary>The highest _id; 0 in an empty collection.</summary>
    public long LastId(string collection) => Newest(collection, 0, 1) is [var newest] ? newest["_id"].AsInt64 : 0;

    /// <summary>Reads every document, and every index from end to end.</summary>
    /// <returns>Null when all of them agree.</returns>
    public string? WhyNotSound(string collection, IEnumerable<string> indexes, CancellationToken stop)
    {
        long last = 0;
        var count = 0;
        var outOfOrder = false;
        Read(collection, new() { OrderBy = BsonExpression.Create("$._id") }, row =>
        {
            var id = row["_id"].AsInt64;
            outOfOrder |= id <= last;
            last = id;
            count++;
            return stop.IsCancellationRequested;
        });
        if (outOfOrder) return "documents out of order";
        foreach (var field in indexes)
        {
            stop.ThrowIfCancellationRequested();
            var found = 0;
            Read(collection, new() { Select = BsonExpression.Create("$." + field), OrderBy = BsonExpression.Create("$." + field) }, _ =>
            {
                found++;
                return stop.IsCancellationRequested;
            });
            stop.ThrowIfCancellationRequested();
            if (found != count) return string.Create(CultureInfo.InvariantCulture, $"the index {field} has {found} entries for {count} documents");
        }
        return null;
    }

    private List<BsonDocument> Read(string collection, int limit, string condition, BsonValue value)
    {
        var query = new Query { Limit = limit };
        if (condition.StartsWith("$._id", StringComparison.Ordinal)) query.OrderBy = BsonExpression.Create("$._id");
        query.Where.Add(BsonExpression.Create(condition, value));
        return Run(collection, query, null);
    }

    private List<BsonDocument> Run(string collection, Query query, Func<BsonDocument, bool>? until)
    {
        List<BsonDocument> found = [];
        Read(collection, query, row =>
        {
            found.Add(row);
            return until is not null && until(row);
        });
        return found;
    }

    // Read and closed at once: a cursor that is left open holds back commits and checkpoints.
    private void Read(string collection, Query query, Func<BsonDocument, bool> until) => Do(() =>
    {
        using var reader = _engine.Query(collection, query);
        while (reader.Read() && !until((BsonDocument)reader.Current)) { }
        return 0;
    });

    /// <summary>Copies the log into the data file and empties it.</summary>
    public void Checkpoint() => Do(() => _engine.Checkpoint());

    public void Dispose()
    {
        try
        {
            if (IsOurs && !HasFailed)
            {
                MakeDurable();
                _engine.Checkpoint();
            }
        }
        catch (Exception e) when (IsOfDamage(e))
        {
            // The log has it all: the next opening copies it again.
            HasFailed = true;
        }
        finally
        {
            _engine.Dispose();
            _log.Dispose();
            _data.Dispose();
        }
    }

    // What a rollback gave back goes along with the next commit.
    private void MakeDurable() => _log.MakeDurable();

    private T Do<T>(Func<T> step)
    {
        try
        {
            return step();
        }
        catch (Exception e) when (IsOfDamage(e))
        {
            HasFailed = true;
            throw Failure(_path, e);
        }
    }

    // LiteDB checks little of what it reads: a damaged page shows as whatever its code runs into.
    private static bool IsOfDamage(Exception e) => e is not (JournalException or OutOfMemoryException or ThreadInterruptedException);

    private static JournalException Failure(string path, Exception e) => e switch
    {
        JournalException known => known,
        // errno.h (x64, arm64): EAGAIN, by flock.
        IOException { HResult: 11 } => new(JournalFailure.Locked, $"{path}: another process has it open", inner: e),
        EndOfStreamException or InvalidDataException => new(JournalFailure.Corrupt, $"{path}: {e.Message}", inner: e),
        IOException or UnauthorizedAccessException => new(JournalFailure.Unwritable, $"{path}: {e.Message}", inner: e),
        // LiteDB's messages may quote what was stored.
        _ => new(JournalFailure.Corrupt, $"{path}: LiteDB met {e.GetType().Name}{(e is LiteException lite ? $" {lite.ErrorCode}" : "")}", inner: e),
    };
}
