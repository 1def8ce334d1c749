using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Platform.Sync;
using DeviceAgent.Tests.Simulation;
using static DeviceAgent.Tests.Journal.JournalSamples;

namespace DeviceAgent.Tests.Journal;

/// <summary>The totals that are carried along in memory, against those that the file tells.</summary>
public sealed class JournalTotalsTests : IDisposable
{
    private readonly VirtualTime _time = new();
    private readonly JournalFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Totals_never_drift_from_what_the_file_tells(int seed)
    {
        var random = new Random(seed);
        var journal = _folder.Create(_time);
        var seen = new HashSet<string>();
        var most = new int[6];
        try
        {
            for (var step = 0; step < 4000; step++)
            {
                if (step % 150 == 149)
                {
                    journal.Dispose();
                    journal = _folder.Open(_time);
                }
                // Also back: the oldest report is not always the first one.
                var at = _time.GetUtcNow().AddSeconds(random.Next(-500, 500));
                try
                {
                    seen.Add(Step(journal, random, step, at));
                }
                catch (JournalTransitionException)
                {
                    seen.Add("refused");
                }
                Assert.Equal(journal.TotalReports().Reports.Counts, journal.Counts);
                Assert.Equal(journal.TotalReports().Notices.Counts, journal.StationNotices.Counts);
                Assert.Equal(journal.TotalIssuances().Counts, journal.CountIssuances());
                int[] now = [journal.Counts.Waiting, journal.Counts.Parked, journal.StationNotices.Counts.Waiting,
                    journal.CountIssuances().Open, journal.CountIssuances().InDoubt, journal.StationNotices.Counts.Parked];
                for (var i = 0; i < now.Length; i++) most[i] = Math.Max(most[i], now[i]);
            }
            Assert.Equal(19, seen.Count(s => !s.StartsWith("nothing", StringComparison.Ordinal)));
            Assert.All(most, n => Assert.True(n > 0));
        }
        finally
        {
            journal.Dispose();
        }
    }

    /// <returns>What was done, when it was allowed.</returns>
    private static string Step(SqliteJournal journal, Random random, int step, DateTimeOffset at)
    {
        // Among the newest few, or nearly every step would be refused.
        var order = $"{(step / 10) + random.Next(4)}";
        var issuance = journal.Find(Journey.Bus, order)?.Id ?? 0;
        var (counts, notices) = (journal.Counts, journal.StationNotices.Counts);
        var report = counts.Waiting + counts.Parked + counts.Confirmed + notices.Waiting + notices.Parked + notices.Confirmed - random.Next(4);
        // Now and then the other destination's.
        var line = journal.FindReport(report) is { } found && ReportKinds.IsForStation(found.Kind) != (random.Next(8) == 0) ? journal.StationNotices : journal;
        long Newest(IssuanceState state) => journal.Unfinished(1000).LastOrDefault(i => i.State == state)?.Id ?? 0;
        var doubtful = random.Next(6) == 0 ? Newest(IssuanceState.InDoubt) : 0;
        long Parked() => random.Next(8) == 0 && journal.Reports(ReportFilter.Parked, 1) is [var parked] ? parked.Id : report;
        switch (random.Next(24))
        {
            case 0:
                journal.RecordIntent(Journey.Bus, order, at);
                return "intent";
            case 1 or 11 or 12:
                journal.Accept(issuance, Accepted(order), [], at);
                return "accept";
            case 2:
                journal.Print(issuance, random.Next(2), NotPresented, at);
                return "print";
            case 3 or 13 or 14:
                journal.Complete(issuance, random.Next(3) == 0 ? [Report] : [Report, Confirmation], at);
                return "complete";
            case 4:
                journal.Release(issuance, "why", [], at);
                return "release";
            case 5:
                journal.StandInDoubt(Newest(IssuanceState.Accepted), "why", at);
                return "doubt";
            case 6:
                line.MarkSending(report, at);
                return "sending";
            case 7:
                line.Confirm(report, at, "applied");
                return "confirm";
            case 8:
                line.RetryAt(report, at, true, "offline");
                return "retry";
            case 9 or 20 or 21:
                line.Park(report, at, ParkReason.Refused, "no");
                return "park";
            case 15:
                journal.Fail(Newest(IssuanceState.Accepted), [Report with { Success = false }], "why", at);
                return "fail";
            case 16:
                journal.Decide(doubtful, new(DecisionKind.Void, "root", "why", "30"), [Report with { Success = false, AskFirst = true }], at);
                return "void";
            case 17:
                journal.Decide(doubtful, new(DecisionKind.Reissue, "root", "why", "30"), [], at);
                return "reissue";
            case 18:
                journal.RetryReport(Parked(), "root", "why", true, at);
                return "retry by hand";
            case 22:
                return journal.PurgePersonal(at, 2, at) > 0 ? "purge" : "nothing to erase";
            case 23:
                return journal.Retire(at.AddSeconds(-100), 20, 2, at) > 0 ? "retire" : "nothing to delete";
            case 19:
                journal.SettleReport(Parked(), "root", "why", at);
                return "settle";
            default:
                if (random.Next(2) == 0) line.RecoverInterrupted(at);
                else line.WakeRetries(at);
                return "many";
        }
    }
}
