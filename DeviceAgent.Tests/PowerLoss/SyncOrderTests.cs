using System.Text;
using DeviceAgent.Simulator.Gateway;
using DeviceAgent.Simulator.Kiosk;
using DeviceAgent.Simulator.Printing;

namespace DeviceAgent.Tests.PowerLoss;

/// <summary>The built agent on the virtual kiosk: nothing goes to the printer or to the platform before what it rests on is on the disk.</summary>
public sealed class SyncOrderTests
{
    private const string Wal = "/s/journal.db-wal";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task Nothing_goes_out_before_the_journal_has_synced_what_it_rests_on()
    {
        Strace.Require();
        using var agent = new TracedAgent();
        await IssueAsync(agent.Script);
        var calls = await agent.ReadRunAsync(TestContext.Current.CancellationToken);

        var found = SyncOrder.Check(calls);
        Assert.Empty(found.Violations);
        Assert.Equal((2, 1), (found.TicketJobs, found.ReportRequests));
        TestContext.Current.TestOutputHelper?.WriteLine($"{found.TicketJobs} ticket jobs, {found.ReportRequests} report request, {found.Syncs} syncs of the journal");

        // The same run without its syncs, or with each of them failed: every effect is found.
        var unsynced = SyncOrder.Check([.. calls.Where(c => c.Name != "fsync")]);
        var failed = SyncOrder.Check([.. calls.Select(c => c.Name == "fsync" ? c with { Error = "EIO", Result = -1 } : c)]);
        Assert.Equal(3, unsynced.Violations.Count(v => v.EndsWith("before its row was synced", StringComparison.Ordinal)));
        Assert.Equal(unsynced.Violations, failed.Violations);
    }

    [Fact]
    public void A_sync_in_time_is_never_a_violation()
    {
        var found = Check([.. Attempt, Sync, Ticket, .. Ended, Sync, .. SendingReport, Sync, Request]);
        Assert.Empty(found.Violations);
        Assert.Equal((1, 1, 3), (found.TicketJobs, found.ReportRequests, found.Syncs));
    }

    public static TheoryData<string, string[], string> Wrong => new()
    {
        { "no sync at all", [.. Attempt, Ticket], "the job of ab!c began before its row was synced" },
        { "the sync comes late", [.. Attempt, Ticket, Sync], "the job of ab!c began before its row was synced" },
        { "the sync has not ended", [.. Attempt, "1 fsync(3<" + Hex(Wal) + "> <unfinished ...>", Ticket.Replace("1 ", "2 ", StringComparison.Ordinal), "1 <... fsync resumed>) = 0"], "the job of ab!c began before its row was synced" },
        { "the sync began too early", ["2 fsync(3<" + Hex(Wal) + "> <unfinished ...>", .. Attempt, "2 <... fsync resumed>) = 0", Ticket], "the job of ab!c began before its row was synced" },
        { "the sync failed", [.. Attempt, Sync.Replace("= 0", "= -1 EIO (Input/output error)", StringComparison.Ordinal), Ticket], "the job of ab!c began before its row was synced" },
        { "another file was synced", [.. Attempt, Sync.Replace(Hex("wal"), Hex("war"), StringComparison.Ordinal), Ticket], "the job of ab!c began before its row was synced" },
        { "nothing was written", [Sync, Ticket], "the job of ab!c: nothing in the journal tells of it" },
        { "written afterwards", [Ticket, .. Attempt, Sync], "the job of ab!c began before its row was written" },
        { "a part of the ticket went out first", [Line("\x1b@BUS TICKET"), .. Attempt, Sync, Ticket], "the job of ab!c began before its row was written" },
        { "something else is not synced", [.. Attempt, Sync, .. Ended, Ticket], "a part of the job of ab!c began while journal.db-wal was not synced" },
        { "a report without a sync", [.. SendingReport, Request], "report request 1 began before its row was synced" },
        { "sent twice, written once", [.. SendingReport, Sync, Request, Request], "report request 2: nothing in the journal tells of it" },
    };

    [Theory, MemberData(nameof(Wrong))]
    public void A_missing_or_late_sync_is_never_overlooked(string why, string[] trace, string violation)
    {
        Assert.NotEmpty(why);
        Assert.Contains(violation, Check(trace).Violations);
    }

    private static string[] Attempt => [Write("1...ticketab!c...", 56), Write("attempt startedissuance 1 attempt 1", 4176)];

    private static string[] Ended => [Write("attempt endedattempt 1 presented", 8296)];

    private static string[] SendingReport => [Write("report sendingreport 1", 12416)];

    private static string Sync => $"1 fsync(3<{Hex(Wal)}>) = 0";

    private static string Ticket => Line("\x1b@BUS TICKET\x1d(H\x06\x00" + "00ab!c");

    private static string Request => Call("sendto", "socket:[7]", "POST /router/rest HTTP/1.1\r\n\r\nmethod=taobao.bus.tvmbookorder.set", ", 0, NULL, 0");

    private static string Line(string data) => Call("write", "/dev/pts/3", data, "");

    private static string Write(string data, int offset) => Call("pwrite64", Wal, data, $", {offset}");

    private static string Call(string name, string path, string data, string rest) => $"1 {name}(3<{Hex(path)}>, \"{Hex(data)}\", {data.Length}{rest}) = {data.Length}";

    private static string Hex(string text) => string.Concat(Encoding.Latin1.GetBytes(text).Select(b => $"\\x{b:x2}"));

    private static SyncOrderFindings Check(IEnumerable<string> trace) => SyncOrder.Check(TraceReader.Read(new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', trace) + "\n"))));

    private static async Task IssueAsync(string agent)
    {
        var time = TimeProvider.System;
        var order = OrderFile.Sample("bus-2", time.GetUtcNow());
        var options = new VirtualKioskOptions { Agent = agent, Orders = [order], Printer = SimulatedPrinterOptions.Profile("exact") with { BaudRate = 115_200 } };
        await using var kiosk = await VirtualKiosk.CreateAsync(options, time);
        var result = await new BusRun(kiosk, order, new OnceFaults(), time).RunAsync(Limit, TestContext.Current.CancellationToken);
        Assert.Empty(result.Verdict.Disagreements);
    }
}
