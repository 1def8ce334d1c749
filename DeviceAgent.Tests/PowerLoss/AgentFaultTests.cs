using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Simulator.Gateway;
using DeviceAgent.Simulator.Kiosk;
using DeviceAgent.Simulator.Printing;
using DeviceAgent.Tests.Simulation;

namespace DeviceAgent.Tests.PowerLoss;

/// <summary>The built agent on the virtual kiosk, when the storage below its journal fails.</summary>
public sealed class AgentFaultTests
{
    private const int BytesIntoTicket = 200;
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(50), Limit = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("fsync,fdatasync", "EIO", true)]
    [InlineData("pwrite64", "ENOSPC", false)]
    [InlineData("pwrite64", "ENOSPC", true)]
    public async Task Nothing_is_printed_on_the_strength_of_a_journal_that_failed(string calls, string error, bool duringTheFirstTicket)
    {
        Strace.Require();
        var time = TimeProvider.System;
        var options = new VirtualKioskOptions
        {
            Agent = AgentProcess.BuiltBesideUs(),
            Orders = [OrderFile.Sample("bus-2", time.GetUtcNow())],
            Printer = SimulatedPrinterOptions.Profile("exact") with { BaudRate = 19_200 },
        };
        await using var kiosk = await VirtualKiosk.CreateAsync(options, time);
        var order = kiosk.Gateway.Ledger.Orders.Single().OrderNumber;
        await kiosk.CreateJournalAsync(TestContext.Current.CancellationToken);
        await StartAsync(kiosk);

        using (var faults = duringTheFirstTicket ? await FailDuringATicketAsync(kiosk, order, calls, error) : FailNow(kiosk, calls, error))
        {
            if (!duringTheFirstTicket) kiosk.Scan(order);
            await UntilAsync(async () => (await StatusAsync(kiosk)).Reasons.Any(TellsOfTheJournal));
            Assert.False((await StatusAsync(kiosk)).CanIssue);
            // A code that is presented now is refused, and the log says why.
            kiosk.Scan(order);
            await UntilAsync(() => Task.FromResult(kiosk.Folder.LogTail(50).Any(l => l.Contains("Not issuing: ", StringComparison.Ordinal) && l.Contains("Journal", StringComparison.Ordinal))));
            Assert.True(faults.Detach() > 0, "no call failed");
        }
        Assert.True(kiosk.AgentRuns);
        Assert.Equal(0, await kiosk.StopAgentAsync());
        Assert.Equal(duringTheFirstTicket ? 1 : 0, Tickets(kiosk).Count);
        AssertHolds(kiosk, order, duringTheFirstTicket);

        await StartAsync(kiosk);
        var given = Told(kiosk, "STATUS=TakeTicket");
        kiosk.Scan(order);
        await given.WaitAsync(Limit, TestContext.Current.CancellationToken);
        await UntilAsync(async () => await kiosk.Api.OrderAsync(order, TestContext.Current.CancellationToken) is { State: "Issued", Report: "confirmed" });
        Assert.Equal((2, 2), (Tickets(kiosk).Count, Tickets(kiosk).Distinct().Count()));
        Assert.Equal(0, kiosk.Printer.UnknownBytes);
    }

    private static bool TellsOfTheJournal(string reason) => reason.StartsWith("Journal", StringComparison.Ordinal);

    private static AttachedFaults FailNow(VirtualKiosk kiosk, string calls, string error) =>
        new(kiosk.AgentProcessId!.Value, JournalWorkload.PathIn(kiosk.Folder.State), calls, error);

    /// <summary>The printer stands still while strace takes hold of the agent: the first ticket's attempt has been started, and has not ended.</summary>
    private static async Task<AttachedFaults> FailDuringATicketAsync(VirtualKiosk kiosk, string order, string calls, string error)
    {
        var attached = new TaskCompletionSource<AttachedFaults>(TaskCreationOptions.RunContinuationsAsynchronously);
        var printing = Told(kiosk, "STATUS=Printing");
        long? start = null;
        kiosk.Printer.BytesTaken += taken =>
        {
            if (!printing.IsCompleted || attached.Task.IsCompleted) return;
            start ??= taken;
            if (taken - start >= BytesIntoTicket) attached.SetResult(FailNow(kiosk, calls, error));
        };
        kiosk.Scan(order);
        return await attached.Task.WaitAsync(Limit, TestContext.Current.CancellationToken);
    }

    /// <summary>What the agent has acted on stands in the journal: the ticket that was printed has its attempt, and nothing has an outcome that it has not.</summary>
    private static void AssertHolds(VirtualKiosk kiosk, string order, bool ticketPrinted)
    {
        using var keys = JournalKeys.Load(kiosk.Folder.State, null);
        using var journal = SqliteJournal.Open(JournalWorkload.PathIn(kiosk.Folder.State), new(), keys, new VirtualTime());
        Assert.True(journal.QuickCheck(out var findings), findings);
        var record = journal.Find(Journey.Bus, order);
        if (!ticketPrinted)
        {
            Assert.True(record is null or { State: IssuanceState.Intent, Attempts: [] });
            return;
        }
        Assert.Equal((IssuanceState.Accepted, (string?)null), (record!.State, record.ReportState));
        var attempt = Assert.Single(record.Attempts);
        Assert.Equal((AttemptKind.Ticket, 0), (attempt.Kind, attempt.TicketIndex));
        Assert.True(attempt.End is null or { Outcome: AttemptOutcome.Presented });
    }

    private static async Task StartAsync(VirtualKiosk kiosk)
    {
        var ready = Told(kiosk, "STATUS=Ready");
        await kiosk.StartAgentAsync(TestContext.Current.CancellationToken);
        await ready.WaitAsync(Limit, TestContext.Current.CancellationToken);
    }

    private static async Task<AgentStatus> StatusAsync(VirtualKiosk kiosk)
    {
        var status = await kiosk.Api.StatusAsync(TestContext.Current.CancellationToken);
        Assert.NotNull(status);
        return status;
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        for (var end = TimeProvider.System.GetUtcNow() + Limit; !await holds();)
        {
            Assert.True(TimeProvider.System.GetUtcNow() < end, "It did not come about in time.");
            await Task.Delay(PollEvery, TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    private static List<string> Tickets(VirtualKiosk kiosk) => [.. kiosk.Printer.Pieces.Where(p => p.Cut).SelectMany(p => p.QrTexts)];

    private static Task Told(VirtualKiosk kiosk, string text)
    {
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        kiosk.TimeLine.Added += entry =>
        {
            if (entry.ToString()!.Contains(text, StringComparison.Ordinal)) told.TrySetResult();
        };
        return told.Task;
    }
}
