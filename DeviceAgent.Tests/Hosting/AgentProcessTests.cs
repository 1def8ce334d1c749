using DeviceAgent.Simulator.Gateway;
using DeviceAgent.Simulator.Kiosk;
using DeviceAgent.Simulator.Printing;

namespace DeviceAgent.Tests.Hosting;

/// <summary>The built agent as a process, on the virtual kiosk.</summary>
public sealed class AgentProcessTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_stop_in_the_middle_of_a_ticket_never_tears_it_and_never_prints_it_twice()
    {
        var time = TimeProvider.System;
        var order = OrderFile.Sample("bus-2", time.GetUtcNow());
        var options = new VirtualKioskOptions
        {
            Agent = AgentProcess.BuiltBesideUs(),
            Orders = [order],
            Printer = SimulatedPrinterOptions.Profile("exact") with { BaudRate = 19_200 },
        };
        await using var kiosk = await VirtualKiosk.CreateAsync(options, time);
        var number = kiosk.Gateway.Ledger.Orders.Single().OrderNumber;
        await kiosk.CreateJournalAsync(TestContext.Current.CancellationToken);
        await StartAsync(kiosk);

        var inATicket = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var printing = Told(kiosk, "STATUS=Printing");
        kiosk.Printer.BytesTaken += _ =>
        {
            if (printing.IsCompleted) inATicket.TrySetResult();
        };
        kiosk.Scan(number);
        await Within(kiosk, inATicket.Task);
        Assert.Equal(0, await kiosk.StopAgentAsync());
        var whole = Tickets(kiosk);
        Assert.Single(whole);

        await StartAsync(kiosk);
        var issued = Told(kiosk, "STATUS=TakeTicket");
        kiosk.Scan(number);
        await Within(kiosk, issued);
        Assert.Equal(2, Tickets(kiosk).Distinct().Count());
        Assert.Equal(2, Tickets(kiosk).Count);
        Assert.Equal(0, kiosk.Printer.UnknownBytes);
    }

    private static async Task StartAsync(VirtualKiosk kiosk)
    {
        var ready = Told(kiosk, "STATUS=Ready");
        await kiosk.StartAgentAsync(TestContext.Current.CancellationToken);
        await Within(kiosk, ready);
    }

    private static async Task Within(VirtualKiosk kiosk, Task task)
    {
        try
        {
            await task.WaitAsync(Limit, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"Not within {Limit}.\n{string.Join('\n', kiosk.TimeLine.Entries)}\n{string.Join('\n', kiosk.Folder.LogTail(60))}");
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
