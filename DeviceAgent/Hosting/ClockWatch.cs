using DeviceAgent.Drivers;
using DeviceAgent.Issuance;
using DeviceAgent.Platform.Gateway;
using DeviceAgent.Platform.Sync;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Hosting;

/// <summary>Finds somebody who vouches for the clock, and is quiet from then on. Runs on the agent's loop.</summary>
/// <remarks>
/// The kernel is asked by a slow timer: it tells no event when it becomes synchronized. A cancelled timerfd (TFD_TIMER_CANCEL_ON_SET) tells a step,
/// which a small correction is not, and often comes before the status changes; /run/systemd/timesync is one daemon's alone.
/// The gateway is asked here, not by waiting for a pick-up: there is none before the clock is trusted, and no report may wait.
/// </remarks>
internal sealed class ClockWatch(KioskClock clock, GatewayDate gateway, IAlarms alarms, Random random, ILogger logger)
{
    internal static readonly TimeSpan KernelInterval = TimeSpan.FromSeconds(5);

    /// <summary>A network that comes up late is no alarm.</summary>
    internal static readonly TimeSpan AlarmAfter = TimeSpan.FromMinutes(10);

    private readonly RetrySchedule _schedule = new(TimeSpan.FromSeconds(4), TimeSpan.FromMinutes(5));

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (!clock.Consider())
        {
            logger.ClockNotTrusted(clock.GetUtcNow());
            if (clock.Kernel == KernelClockState.Unreadable) logger.KernelClockUnreadable();
            using var search = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            void End() => search.Cancel();
            clock.Trusted += End;
            try
            {
                await Task.WhenAll(AskKernelAsync(search.Token), AskGatewayAsync(search.Token));
            }
            finally
            {
                clock.Trusted -= End;
            }
        }
        if (clock.IsTrusted)
        {
            logger.ClockTrusted(clock.Voucher, clock.GetUtcNow());
            alarms.Clear(AlarmKind.ClockNotTrusted, null);
        }
        await PassAsync(Timeout.InfiniteTimeSpan, cancellationToken);
    }

    private async Task AskKernelAsync(CancellationToken search)
    {
        var (since, began) = (clock.GetTimestamp(), clock.GetUtcNow());
        while (!search.IsCancellationRequested && !clock.Consider())
        {
            if (clock.GetElapsedTime(since) >= AlarmAfter)
                alarms.Raise(new(AlarmKind.ClockNotTrusted, null, "neither the kernel nor the gateway vouches for the clock: nothing is issued", began));
            await PassAsync(KernelInterval, search);
        }
    }

    private async Task AskGatewayAsync(CancellationToken search)
    {
        if (!gateway.CanVouch) return;
        for (var tries = 1; !search.IsCancellationRequested; tries++)
        {
            GatewayDateAnswer answer;
            try
            {
                answer = await gateway.AskAsync(search);
            }
            catch (OperationCanceledException) when (search.IsCancellationRequested)
            {
                return;
            }
            if (answer.Date is { } date && clock.Believe(date)) return;
            logger.GatewayDoesNotVouch(answer.Fault ?? $"its Date {answer.Date:u} lies before this release");
            await PassAsync(_schedule.Delay(tries, random), search);
        }
    }

    private Task PassAsync(TimeSpan time, CancellationToken cancellationToken) => PassAsync(Task.Delay(time, clock, cancellationToken));

    private static async Task PassAsync(Task delay) => await delay.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
}

internal static partial class ClockLog
{
    [LoggerMessage(1020, LogLevel.Warning, "Nobody vouches for the clock, which shows {Now:u}: nothing is issued before somebody does")]
    internal static partial void ClockNotTrusted(this ILogger logger, DateTimeOffset now);

    [LoggerMessage(1021, LogLevel.Warning, "The kernel's clock state cannot be read (adjtimex is forbidden or missing): it counts as not synchronized")]
    internal static partial void KernelClockUnreadable(this ILogger logger);

    [LoggerMessage(1022, LogLevel.Warning, "The gateway does not vouch for a time: {Reason}")]
    internal static partial void GatewayDoesNotVouch(this ILogger logger, string reason);

    [LoggerMessage(1023, LogLevel.Information, "The clock is trusted, by the word of {Voucher}: {Now:u}")]
    internal static partial void ClockTrusted(this ILogger logger, ClockVoucher voucher, DateTimeOffset now);
}
