#pragma warning disable CA1416 // The agent runs on Linux alone.
using System.Diagnostics;
using DeviceAgent.Simulator.Gateway;
using DeviceAgent.Simulator.Kiosk;

namespace DeviceAgent.Tests.Hosting;

/// <summary>The built agent, its command line and a platform that takes another session than the kiosk has.</summary>
public sealed class SessionProcessTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60), PollEvery = TimeSpan.FromMilliseconds(50);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Reports_that_an_expired_session_holds_are_not_lost_and_go_out_when_a_new_one_is_set()
    {
        var time = TimeProvider.System;
        var job = JobFile.Sample("ship-1", time.GetUtcNow());
        await using var kiosk = await VirtualKiosk.CreateAsync(new() { Agent = AgentProcess.BuiltBesideUs(), Orders = [], Jobs = [job] }, time);
        var number = (string)job["report"]!["alitrip_order_id"]!;
        var session = Path.Combine(kiosk.Folder.State, "secrets", "top-session");
        var valid = await File.ReadAllTextAsync(session, Stop);
        await File.WriteAllTextAsync(session, "expired", Stop);
        await kiosk.CreateJournalAsync(Stop);
        await kiosk.StartAgentAsync(Stop);
        await UntilAsync(kiosk, async () => (await kiosk.Api.StatusAsync(Stop))?.CanIssue == true);
        await kiosk.Api.SubmitJobAsync(job, Stop);
        await UntilAsync(kiosk, async () => (await kiosk.Api.StatusAsync(Stop)) is { } status && status.Reasons.Contains("SessionExpired"));
        Assert.Equal("none", kiosk.Gateway.Ledger.Ships.Find(number)!.Outcome);

        Assert.Equal(0, await SetSessionAsync(kiosk, valid));
        await UntilAsync(kiosk, () => Task.FromResult(kiosk.Gateway.Ledger.Ships.Find(number)!.Outcome == "success"));
        await UntilAsync(kiosk, async () => (await kiosk.Api.StatusAsync(Stop)) is { CanIssue: true, OutboxWaiting: 0, OutboxParked: 0 });
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(session));
        Assert.Equal(0, await kiosk.StopAgentAsync());
        Assert.DoesNotContain(kiosk.Folder.LogTail(2000), line => line.Contains("\"expired\"", StringComparison.Ordinal) || line.Contains("session=", StringComparison.Ordinal));
    }

    private static async Task<int> SetSessionAsync(VirtualKiosk kiosk, string session)
    {
        var start = new ProcessStartInfo(AgentProcess.BuiltBesideUs(), ["session", "set", "--socket", kiosk.Folder.ApiSocket]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var command = Process.Start(start)!;
        try
        {
            await command.StandardInput.WriteLineAsync(session);
            command.StandardInput.Close();
            await command.WaitForExitAsync(Stop).WaitAsync(Limit, Stop);
            return command.ExitCode;
        }
        finally
        {
            if (!command.HasExited) command.Kill();
        }
    }

    private static async Task UntilAsync(VirtualKiosk kiosk, Func<Task<bool>> holds)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            if (TimeProvider.System.GetElapsedTime(began) > Limit) Assert.Fail($"Not within {Limit}.\n{string.Join('\n', kiosk.TimeLine.Entries)}\n{string.Join('\n', kiosk.Folder.LogTail(60))}");
            await Task.Delay(PollEvery, TimeProvider.System, Stop);
        }
    }
}
