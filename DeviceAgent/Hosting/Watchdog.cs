using System.Globalization;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Hosting;

/// <summary>A part of the agent that can be asked whether its loop still turns.</summary>
/// <param name="Name">For the log.</param>
/// <param name="AnswersAsync">Passes through the desk's own queue. True: it works.</param>
internal sealed record WatchedDesk(string Name, Func<CancellationToken, ValueTask<bool>> AnswersAsync);

/// <summary>Tells systemd that the agent lives, but only when every desk has just answered a probe through its own queue.</summary>
/// <remarks>
/// Source: sd_watchdog_enabled(3), systemd.service(5) WatchdogSec. A round starts each half of systemd's limit and waits at most a quarter of it,
/// so that two messages are never more than three quarters of the limit apart while all is well. A desk that still owes an answer is not asked again.
/// </remarks>
internal sealed class Watchdog(TimeSpan limit, IReadOnlyList<WatchedDesk> desks, SystemdNotifier systemd, TimeProvider time, ILogger logger)
{
    private readonly Task<bool>?[] _owed = new Task<bool>?[desks.Count];

    /// <summary>systemd's limit; null when it watches nobody, or another process than this.</summary>
    public static TimeSpan? LimitFrom(IReadOnlyDictionary<string, string> environment, int processId)
    {
        if (!environment.TryGetValue("WATCHDOG_USEC", out var usec)
            || !long.TryParse(usec, NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds)
            || microseconds <= 0 || microseconds > TimeSpan.MaxValue.Ticks / TimeSpan.TicksPerMicrosecond) return null;
        if (environment.TryGetValue("WATCHDOG_PID", out var pid) && pid != processId.ToString(CultureInfo.InvariantCulture)) return null;
        return TimeSpan.FromMicroseconds(microseconds);
    }

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var timer = new PeriodicTimer(limit / 2, time);
            do
            {
                await ProbeAsync(cancellationToken);
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopping: systemd's stop time-out has taken over.
        }
    }

    /// <summary>One round.</summary>
    /// <returns>Whether all answered in time.</returns>
    internal async Task<bool> ProbeAsync(CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(limit / 4, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        var rounds = new Task<bool>[desks.Count];
        for (var i = 0; i < rounds.Length; i++) rounds[i] = AskAsync(i, either.Token);
        var all = true;
        foreach (var (desk, round) in desks.Zip(rounds))
        {
            if (await round) continue;
            all = false;
            if (!cancellationToken.IsCancellationRequested) logger.DeskSilent(desk.Name, limit / 4);
        }
        cancellationToken.ThrowIfCancellationRequested();
        return all && (systemd.WatchdogAlive() || !systemd.IsActive);
    }

    private async Task<bool> AskAsync(int index, CancellationToken cancellationToken)
    {
        var owed = _owed[index];
        var answer = owed is { IsCompleted: false } ? owed : AnswerAsync(desks[index], cancellationToken);
        _owed[index] = answer;
        try
        {
            // An old answer that comes only now still shows that the desk turns.
            return await answer.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static async Task<bool> AnswerAsync(WatchedDesk desk, CancellationToken cancellationToken)
    {
        try
        {
            return await desk.AnswersAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        catch (System.Threading.Channels.ChannelClosedException)
        {
            return false; // the desk has stopped: exactly what the watchdog is for
        }
    }
}

internal static partial class HostingLog
{
    [LoggerMessage(1010, LogLevel.Error, "{Desk} has not answered the watchdog within {Limit}; systemd is not told that the agent lives")]
    internal static partial void DeskSilent(this ILogger logger, string desk, TimeSpan limit);
}
