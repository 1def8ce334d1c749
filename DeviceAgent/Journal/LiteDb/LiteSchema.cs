using System.Globalization;
using LiteDB;

namespace DeviceAgent.Journal.LiteDb;

/// <summary>The collections, as numbered steps that only add; the fields are named as the columns in <see cref="JournalSchema"/> and mean the same.</summary>
/// <remarks>
/// A release must open what its successor wrote: a step adds collections and indexes, a field that is missing is as its default, fields that a release
/// does not know stay in a document that it changes, and new words take effect only where this release leaves them alone.
/// LiteDB has no partial indexes: <see cref="Mark"/> stands for them. The meta rows are those of <see cref="JournalSchema"/>.
/// </remarks>
internal static class LiteSchema
{
    public const string Meta = "meta", Issuance = "issuance", Attempt = "attempt", Decision = "decision", Outbox = "outbox", Audit = "audit", DeviceCounter = "device_counter";

    /// <summary>
    /// Written with the state. "open" until the state is a final one; then the state's word, or nothing where it needs no attention any more:
    /// with an issuance when it is issued, with a report when it is confirmed.
    /// </summary>
    public const string Mark = "mark";
    public const string Open = "open";

    /// <summary>Journey and number of an issuance in one text.</summary>
    public const string Key = "key";
    /// <summary>True while a slip is owed, else nothing.</summary>
    public const string Slip = "slip_owed";
    /// <summary>The id of the issuance that an attempt, a decision or a report belongs to.</summary>
    public const string Of = "issuance";
    /// <summary>When a confirmed report last changed whose personal data is still there, else nothing.</summary>
    public const string Unpurged = "unpurged";

    /// <summary>
    /// Before a printer's unit, the _id of what its attempts did that are deleted, or are many. Among the meta rows: another collection would change the
    /// list in the file's first page.
    /// </summary>
    public const string PrinterUse = "printer_use/";

    public static int Version => Steps.Count;

    /// <summary>Step n brings a file from version n to n + 1, within a transaction.</summary>
    public static IReadOnlyList<Action<LiteFile>> Steps { get; } =
    [
        database =>
        {
            database.EnsureIndex(Issuance, Key, unique: true);
            database.EnsureIndex(Issuance, Mark, unique: false);
            database.EnsureIndex(Issuance, Slip, unique: false);
            database.EnsureIndex(Attempt, Of, unique: false);
            database.EnsureIndex(Decision, Of, unique: false);
            database.EnsureIndex(Outbox, Mark, unique: false);
            database.EnsureIndex(Outbox, Of, unique: false);
            database.EnsureIndex(Outbox, Unpurged, unique: false);
            // All at once: the list of collections stands in the file's first page, which is then never written in place with another list.
            database.MakeCollection(Audit);
            database.MakeCollection(DeviceCounter);
        },
        // The lengths of what an older release printed are not all known: counting begins here.
        database => database.Upsert(Meta, new() { ["_id"] = JournalSchema.PrinterUseTo, ["value"] = database.LastId(Attempt).ToString(CultureInfo.InvariantCulture) }),
    ];

    public static string KeyOf(string journey, string orderNumber) => $"{journey}/{orderNumber}";
}

/// <summary>Fields of a document; one that is missing is null.</summary>
internal static class LiteRow
{
    public static long Int64(this BsonDocument row, string field) => row[field].AsInt64;

    public static int Int32(this BsonDocument row, string field) => (int)row[field].AsInt64;

    public static long? Int64OrNull(this BsonDocument row, string field) => row[field] is { IsNull: false } value ? value.AsInt64 : null;

    public static bool Flag(this BsonDocument row, string field) => row[field] is { IsNull: false } value && value.AsBoolean;

    public static bool? FlagOrNull(this BsonDocument row, string field) => row[field] is { IsNull: false } value ? value.AsBoolean : null;

    public static string Text(this BsonDocument row, string field) => row.TextOrNull(field) ?? "";

    public static string? TextOrNull(this BsonDocument row, string field) => row[field] is { IsNull: false } value ? value.AsString : null;

    public static byte[] Bytes(this BsonDocument row, string field) => row[field] is { IsNull: false } value ? value.AsBinary : [];

    public static DateTimeOffset Instant(this BsonDocument row, string field) => DateTimeOffset.FromUnixTimeMilliseconds(row.Int64(field));

    public static BsonValue Value(long? value) => value is { } v ? new BsonValue(v) : BsonValue.Null;

    public static BsonValue Value(string? value) => value is null ? BsonValue.Null : new BsonValue(value);

    public static BsonValue Value(bool? value) => value is { } v ? new BsonValue(v) : BsonValue.Null;

    public static BsonValue Value(byte[]? value) => value is null ? BsonValue.Null : new BsonValue(value);
}
