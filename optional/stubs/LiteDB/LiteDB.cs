// Written from the public signatures of LiteDB 5.0.21 (MIT): only the members that the journal's engine uses. Nothing here runs.
using System.Collections;
using LiteDB.Engine;

namespace LiteDB
{
    public class BsonValue
    {
        public static BsonValue Null;

        public BsonValue(long value) => throw null;

        public BsonValue(string value) => throw null;

        public BsonValue(byte[] value) => throw null;

        public BsonValue(bool value) => throw null;

        protected BsonValue() => throw null;

        public virtual BsonValue this[string name] { get => throw null; set => throw null; }

        public bool AsBoolean => throw null;

        public string AsString => throw null;

        public long AsInt64 => throw null;

        public byte[] AsBinary => throw null;

        public bool IsNull => throw null;

        public static implicit operator BsonValue(int value) => throw null;

        public static implicit operator BsonValue(long value) => throw null;

        public static implicit operator BsonValue(string value) => throw null;

        public static implicit operator BsonValue(byte[] value) => throw null;

        public static implicit operator BsonValue(bool value) => throw null;
    }

    public class BsonDocument : BsonValue, IEnumerable
    {
        public BsonDocument() => throw null;

        public override BsonValue this[string key] { get => throw null; set => throw null; }

        public bool Remove(string key) => throw null;

        IEnumerator IEnumerable.GetEnumerator() => throw null;
    }

    public sealed class BsonExpression
    {
        public static BsonExpression Create(string expression) => throw null;

        public static BsonExpression Create(string expression, params BsonValue[] args) => throw null;
    }

    public class Query
    {
        public const int Descending = -1;

        public BsonExpression Select { get; set; }

        public List<BsonExpression> Where => throw null;

        public BsonExpression OrderBy { get; set; }

        public int Order { get; set; }

        public int Limit { get; set; }
    }

    public interface IBsonDataReader : IDisposable
    {
        BsonValue Current { get; }

        bool Read();
    }

    public enum BsonAutoId
    {
        Int64 = 12,
    }

    public class Collation
    {
        public static Collation Binary;
    }

    public class LiteException : Exception
    {
        public int ErrorCode => throw null;
    }
}

namespace LiteDB.Engine
{
    public class EngineSettings
    {
        public Stream DataStream { get; set; }

        public Stream LogStream { get; set; }

        public Stream TempStream { get; set; }

        public Collation Collation { get; set; }
    }

    public class LiteEngine : IDisposable
    {
        public LiteEngine(EngineSettings settings) => throw null;

        public BsonValue Pragma(string name) => throw null;

        public bool Pragma(string name, BsonValue value) => throw null;

        public bool BeginTrans() => throw null;

        public bool Commit() => throw null;

        public bool Rollback() => throw null;

        public int Checkpoint() => throw null;

        public int Insert(string collection, IEnumerable<BsonDocument> docs, BsonAutoId autoId) => throw null;

        public int Update(string collection, IEnumerable<BsonDocument> docs) => throw null;

        public int Upsert(string collection, IEnumerable<BsonDocument> docs, BsonAutoId autoId) => throw null;

        public int Delete(string collection, IEnumerable<BsonValue> ids) => throw null;

        public bool EnsureIndex(string collection, string name, BsonExpression expression, bool unique) => throw null;

        public IBsonDataReader Query(string collection, Query query) => throw null;

        public void Dispose() => throw null;
    }
}
