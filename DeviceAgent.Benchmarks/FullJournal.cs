#pragma warning disable CA1416 // The benchmarks run on Linux alone.
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using DeviceAgent.Journal;
using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Benchmarks;

/// <summary>A journal of years: issued and reported orders of two passengers, and reports that wait. Made once and kept in the benchmarks' folder.</summary>
internal static class FullJournal
{
    /// <summary>Puts it, with its key, in place of the state folder's journal.</summary>
    /// <returns>Its size, and how long it took to make; 0 when it was there.</returns>
    public static (long Bytes, double Seconds) Provide(string folder, string state, int issuances, int reports)
    {
        var kept = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"journal-v{JournalSchema.Version}-{issuances}-{reports}"));
        var (database, key) = (Path.Combine(kept, SqliteJournal.FileName), Path.Combine(kept, JournalKeys.FileName));
        var started = Stopwatch.GetTimestamp();
        var made = !File.Exists(key);
        if (made) Make(kept, database, key, issuances, reports);
        var seconds = made ? Stopwatch.GetElapsedTime(started).TotalSeconds : 0;
        var place = Path.Combine(state, SqliteJournal.FileName);
        foreach (var old in Directory.GetFiles(state, SqliteJournal.FileName + "*")) File.Delete(old);
        File.Copy(database, place);
        // Beside another journal's marker the agent would take it for a foreign one, run with none and be ready all the sooner.
        File.Copy(JournalMarker.PathFor(database), JournalMarker.PathFor(place), overwrite: true);
        File.Copy(key, Path.Combine(state, "secrets", JournalKeys.FileName), overwrite: true);
        return (new FileInfo(place).Length, seconds);
    }

    private static void Make(string kept, string database, string key, int issuances, int reports)
    {
        if (Directory.Exists(kept)) Directory.Delete(kept, recursive: true);
        Directory.CreateDirectory(kept);
        var secret = RandomNumberGenerator.GetBytes(JournalKeys.KeyBytes);
        using (var keys = JournalKeys.FromKey(secret))
        using (var journal = SqliteJournal.Create(database, new(), keys, TimeProvider.System)) Fill(journal, issuances, reports);
        using (var keys = JournalKeys.FromKey(secret)) Check(database, keys, issuances, reports);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
        // The key comes last: a half made journal has none.
        using var file = new FileStream(key, options);
        file.Write(secret);
    }

    /// <summary>In SQLite itself, one statement for a table: through the journal's methods half a million issuances take minutes.</summary>
    private static void Fill(SqliteJournal journal, int issuances, int reports)
    {
        var accepted = Samples.Accepted(Samples.OrderNumber(0), 2);
        var report = Samples.ReportOf(accepted);
        // Sealed values open to nothing here: their length is what counts. 33 bytes are what sealing adds.
        var sealedOrder = JournalJson.Write(accepted).Length + 33;
        var personal = (report.Personal?.Length ?? 0) + 33;
        var payload = Convert.ToHexString(report.Payload);
        var evidence = Samples.Before;
        var sql = string.Create(CultureInfo.InvariantCulture, $"""
            PRAGMA synchronous = OFF;
            BEGIN;
            CREATE TEMP TABLE n AS WITH RECURSIVE c (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM c WHERE i < {issuances}) SELECT i FROM c;
            INSERT INTO issuance (id, journey, order_number, state, open, created_at, changed_at, ticket_count, report, accepted)
                SELECT i, 'bus', CAST(1000000000000000 + i AS TEXT), 'issued', 0, 1700000000000 + i * 60000, 1700000009000 + i * 60000, 2, i, randomblob({sealedOrder}) FROM n;
            INSERT INTO attempt (issuance, kind, ticket_index, process_id, started_at, before_unit, before_serial, before_cuts, before_exact, before_idle, before_disturbances,
                before_run, before_connection, ended_at, outcome, bytes_sent, judgement)
                SELECT i, 'ticket', t.k, 'abcd', 1700000000000 + i * 60000, '{evidence.Unit}', '{evidence.SerialNumber}', i, 1, 1, 2, randomblob(16), '{evidence.Connection}',
                    1700000009000 + i * 60000, 'presented', 1040, '{Samples.Presented.Judgement}' FROM n, (SELECT 0 AS k UNION ALL SELECT 1) AS t ORDER BY i, t.k;
            INSERT INTO outbox (id, order_number, kind, payload_version, success, state, open, created_at, changed_at, sends, issuance, payload, personal)
                SELECT i, CAST(1000000000000000 + i AS TEXT), '{ReportKinds.BusBook}', 1, 1, CASE WHEN i > {issuances - reports} THEN 'due' ELSE 'confirmed' END, i > {issuances - reports},
                    1700000009000 + i * 60000, 1700000010000 + i * 60000, i <= {issuances - reports}, i,
                    CAST(replace(CAST(X'{payload}' AS TEXT), '{Samples.OrderNumber(0)}', CAST(1000000000000000 + i AS TEXT)) AS BLOB), randomblob({personal}) FROM n;
            INSERT INTO audit (at, what, details) SELECT 1700000000000 + i * 60000, 'issued', 'issuance ' || i || ' report ' || i FROM n, (SELECT 0 UNION ALL SELECT 1 UNION ALL SELECT 2
                UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8) ORDER BY i;
            DROP TABLE n;
            COMMIT;
            PRAGMA wal_checkpoint(TRUNCATE);
            PRAGMA synchronous = FULL;
            """);
        journal.Database.Execute(sql);
    }

    // Opened again: what was written behind the journal's back it does not count.
    private static void Check(string database, JournalKeys keys, int issuances, int reports)
    {
        using var journal = SqliteJournal.Open(database, new(), keys, TimeProvider.System);
        var counts = journal.Counts;
        if (counts.Waiting != reports || journal.CountIssuances().Issued != issuances)
            throw new InvalidOperationException($"The full journal does not read as it was written: {counts.Waiting} reports wait.");
        if (BusBookPayload.Read(journal.Take(DateTimeOffset.MaxValue.AddYears(-1), 1, new HashSet<string>())[0]) is null)
            throw new InvalidOperationException("The full journal's reports cannot be sent.");
    }
}
