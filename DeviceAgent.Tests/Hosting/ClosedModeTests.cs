using DeviceAgent.Simulator.Gateway;
using DeviceAgent.Simulator.Kiosk;
using DeviceAgent.Simulator.Printing;

namespace DeviceAgent.Tests.Hosting;

/// <summary>The built agent where its journal is missing, damaged or not this machine's: it runs, says why, and issues again after an adoption.</summary>
public sealed class ClosedModeTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("missing", "JournalMissing")]
    [InlineData("not a journal", "JournalDamaged")]
    [InlineData("another's marker", "JournalMismatch")]
    [InlineData("unusable key", "JournalKeyMissing")]
    public async Task A_journal_that_cannot_be_used_never_ends_the_agent_and_an_adoption_lets_it_issue_again(string state, string reason)
    {
        var time = TimeProvider.System;
        var options = new VirtualKioskOptions
        {
            Agent = AgentProcess.BuiltBesideUs(),
            Orders = [OrderFile.Sample("bus-2", time.GetUtcNow())],
            Printer = SimulatedPrinterOptions.Profile("exact"),
        };
        await using var kiosk = await VirtualKiosk.CreateAsync(options, time);
        var number = kiosk.Gateway.Ledger.Orders.Single().OrderNumber;
        await kiosk.CreateJournalAsync(Stop);
        var (database, marker, key) = (Path.Combine(kiosk.Folder.State, "journal.db"), Path.Combine(kiosk.Folder.State, "journal.marker"), Path.Combine(kiosk.Folder.State, "secrets", "journal-key"));
        var wholeKey = File.ReadAllBytes(key);
        switch (state)
        {
            case "missing":
                File.Delete(database);
                break;
            case "not a journal":
                File.WriteAllText(database, new string('x', 9000));
                break;
            case "unusable key":
                File.WriteAllBytes(key, new byte[31]);
                break;
            default:
                File.WriteAllText(marker, $"{Guid.NewGuid()} 3\n");
                break;
        }
        var before = File.Exists(database) ? File.ReadAllBytes(database) : null;

        await kiosk.StartAgentAsync(Stop);
        Assert.Equal([reason], await ReasonsAsync(kiosk, [reason]));
        kiosk.Scan(number);
        Assert.Null(await kiosk.Api.OrderAsync(number, Stop));
        Assert.Equal(0, await kiosk.StopAgentAsync());
        Assert.Empty(kiosk.Printer.Pieces);
        Assert.Empty(kiosk.Gateway.Ledger.Orders.Single().Reports);
        Assert.Equal(before, File.Exists(database) ? File.ReadAllBytes(database) : null);
        Assert.Contains(kiosk.Folder.LogTail(100), l => l.Contains("nothing is issued", StringComparison.Ordinal) && l.Contains("To do:", StringComparison.Ordinal));

        if (state == "unusable key") File.WriteAllBytes(key, wholeKey);
        else
        {
            var (code, told) = await AdoptAsync(kiosk);
            Assert.Equal(0, code);
            Assert.Contains("next: systemctl restart device-agent", told, StringComparison.Ordinal);
        }
        var ready = Told(kiosk, "STATUS=Ready");
        await kiosk.StartAgentAsync(Stop);
        await ready.WaitAsync(Limit, Stop);
        var issued = Told(kiosk, "STATUS=TakeTicket");
        kiosk.Scan(number);
        await issued.WaitAsync(Limit, Stop);
        var (locked, refusal) = await AdoptAsync(kiosk);
        Assert.Equal(74, locked);
        Assert.Contains("stop the agent first", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_journal_is_never_made_anew_where_one_was_lost()
    {
        await using var kiosk = await VirtualKiosk.CreateAsync(new() { Agent = AgentProcess.BuiltBesideUs(), Orders = [] }, TimeProvider.System);
        await kiosk.CreateJournalAsync(Stop);
        File.Delete(Path.Combine(kiosk.Folder.State, "journal.db"));
        await Assert.ThrowsAsync<VirtualKioskException>(() => kiosk.CreateJournalAsync(Stop));
        Assert.Contains("journal adopt --reason", string.Join('\n', kiosk.Folder.LogTail(10)), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(kiosk.Folder.State, "journal.db")));
    }

    private static async Task<(int Code, string Told)> AdoptAsync(VirtualKiosk kiosk)
    {
        var log = Path.Combine(kiosk.Folder.Root, $"adopt-{Guid.NewGuid():N}.log");
        var code = 0;
        using (var adoption = AgentProcess.Start(AgentProcess.BuiltBesideUs(), ["journal", "adopt", "--reason", "a test", "--config", kiosk.Folder.ConfigPath], log, null))
            code = await adoption.WaitForExitAsync(Stop);
        return (code, await File.ReadAllTextAsync(log, Stop));
    }

    // The printer is opened and learned meanwhile: asked again until the answer is the expected one, or the limit is over and the last one tells.
    private static async Task<IReadOnlyList<string>> ReasonsAsync(VirtualKiosk kiosk, IReadOnlyList<string> expected)
    {
        var until = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var reasons = (await kiosk.Api.StatusAsync(Stop))?.Reasons ?? ["no answer"];
            if (reasons.SequenceEqual(expected) || TimeProvider.System.GetElapsedTime(until) > Limit) return reasons;
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Stop);
        }
    }

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
