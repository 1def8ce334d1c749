using System.Text;

namespace DeviceAgent.Tests.PowerLoss;

/// <param name="TicketJobs">Jobs of attempts, VOID strips included, that went to the printer.</param>
/// <param name="ReportRequests">Requests that report an order to the platform.</param>
/// <param name="Violations">Effects that went out before what they rest on was durable.</param>
internal sealed record SyncOrderFindings(int TicketJobs, int ReportRequests, int Syncs, IReadOnlyList<string> Violations);

/// <summary>Judges a trace of the agent: an effect goes out only when what it rests on has been written to the journal and synced.</summary>
/// <remarks>
/// Exactly this is checked:
/// 1. A job of an attempt (everything that goes to the printer's line since the last echo request, real-time status requests left out, up to
///    the echo request with the attempt's process id; Epson ESC/POS, GS ( H function 48) begins after a write to the journal that holds the
///    attempt's row, and after a sync of that file that began when the write had ended and has itself ended without an error.
/// 2. The same for the n-th request of taobao.bus.tvmbookorder.set and the audit row of the n-th "report sending".
/// 3. No part of either begins while anything in the journal's files is written and not yet synced.
/// For runs with one order: beside another order's report a ticket may rightly go on printing during a sync (rule 3).
/// </remarks>
internal sealed class SyncOrder
{
    private static readonly byte[] EchoRequest = [0x1D, 0x28, 0x48, 6, 0, 0x30, 0x30];
    private static readonly byte[] Sending = "report sendingreport "u8.ToArray();
    private static readonly byte[] ReportRequest = "taobao.bus.tvmbookorder.set"u8.ToArray();
    private static readonly string[] AttemptKinds = ["ticket", "void_strip"];
    private readonly List<TracedCall> _writes = [];
    private readonly List<TracedCall> _syncs = [];
    private readonly List<string> _violations = [];

    private SyncOrder(IReadOnlyList<TracedCall> calls)
    {
        _writes.AddRange(calls.Where(c => IsJournal(c.Path) && c.Error is null && c.Name is "pwrite64" or "pwritev" or "write" or "writev"));
        _syncs.AddRange(calls.Where(c => IsJournal(c.Path) && c.Error is null && c.Name is "fsync" or "fdatasync"));
    }

    public static SyncOrderFindings Check(IReadOnlyList<TracedCall> calls)
    {
        var order = new SyncOrder(calls);
        var sent = calls.Where(c => c.Name is "write" or "writev" or "sendto" or "sendmsg").OrderBy(c => c.Begun).ToList();
        var jobs = order.CheckJobs(sent.Where(c => c.Path.StartsWith("/dev/pts/", StringComparison.Ordinal)));
        var requests = sent.Where(c => c.Path.StartsWith("socket:", StringComparison.Ordinal) && c.Data.AsSpan().IndexOf(ReportRequest) >= 0).ToList();
        for (var i = 0; i < requests.Count; i++)
        {
            order.CheckRests($"report request {i + 1}", requests[i], w => Occurrences(w.Data, Sending) >= i + 1);
            order.CheckNothingUnsynced($"report request {i + 1}", requests[i]);
        }
        return new(jobs, requests.Count, order._syncs.Count, order._violations);
    }

    private int CheckJobs(IEnumerable<TracedCall> lineWrites)
    {
        var jobs = 0;
        List<TracedCall> job = [];
        foreach (var write in lineWrites.Where(w => !IsStatusRequest(w.Data)))
        {
            job.Add(write);
            var at = write.Data.AsSpan().IndexOf(EchoRequest);
            if (at < 0) continue;
            var id = Encoding.ASCII.GetString(write.Data.AsSpan(at + EchoRequest.Length, 4));
            // Ids of fences and probes begin with '~': nothing durable stands behind them.
            if (id[0] != '~')
            {
                jobs++;
                CheckRests($"the job of {id}", job[0], w => HoldsAttempt(w.Data, id));
                foreach (var part in job) CheckNothingUnsynced($"the job of {id}", part);
            }
            job.Clear();
        }
        return jobs;
    }

    /// <summary>A row of the table attempt: kind, ticket_index, process_id. An index of 0 or 1 takes no byte in the record, a higher one a single byte (sqlite.org/fileformat2.html, 2.1).</summary>
    private static bool HoldsAttempt(byte[] page, string id)
    {
        var at = page.AsSpan().IndexOf(Encoding.ASCII.GetBytes(id));
        return at > 0 && AttemptKinds.Any(k => Ends(page.AsSpan(0, at), k) || Ends(page.AsSpan(0, at - 1), k));
        static bool Ends(ReadOnlySpan<byte> before, string kind) => before.EndsWith(Encoding.ASCII.GetBytes(kind));
    }

    private void CheckRests(string what, TracedCall effect, Predicate<TracedCall> isItsRow)
    {
        if (_writes.Find(isItsRow) is not { } row) _violations.Add($"{what}: nothing in the journal tells of it");
        else if (row.Ended > effect.Begun) _violations.Add($"{what} began before its row was written");
        else if (!_syncs.Exists(s => s.Path == row.Path && s.Begun > row.Ended && s.Ended < effect.Begun)) _violations.Add($"{what} began before its row was synced");
    }

    private void CheckNothingUnsynced(string what, TracedCall effect)
    {
        var unsynced = _writes.Find(w => w.Begun < effect.Begun && !_syncs.Exists(s => s.Path == w.Path && s.Begun > w.Ended && s.Ended < effect.Begun));
        if (unsynced is not null) _violations.Add($"a part of {what} began while {Path.GetFileName(unsynced.Path)} was not synced");
    }

    private static bool IsJournal(string path) => path.EndsWith("/journal.db", StringComparison.Ordinal) || path.EndsWith("/journal.db-wal", StringComparison.Ordinal);

    /// <summary>DLE EOT n, any number of them: asked at any time, whatever the journal does.</summary>
    private static bool IsStatusRequest(byte[] data) => data.Chunk(3).All(c => c is [0x10, 0x04, _]);

    private static int Occurrences(byte[] data, byte[] text)
    {
        var count = 0;
        for (var at = 0; data.AsSpan(at).IndexOf(text) is >= 0 and var next; at += next + text.Length) count++;
        return count;
    }
}
