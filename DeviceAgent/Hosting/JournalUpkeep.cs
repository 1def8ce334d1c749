using DeviceAgent.Journal;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Hosting;

/// <summary>Erases and deletes what is over, in small steps while the desk has nothing in hand: hourly, once the clock is trusted.</summary>
/// <remarks>Runs on the agent's loop. Each step is one durable transaction of some milliseconds; between two of them a passenger's code is heard.</remarks>
internal sealed class JournalUpkeep(IIssuanceJournal journal, JournalOptions options, Func<bool> mayWork, TimeProvider time, ILogger logger)
{
    // What one step may take: some 10 ms of the loop on the build machine.
    private const int ReportsOfAStep = 100, IssuancesOfAStep = 20;

    internal static readonly TimeSpan Interval = TimeSpan.FromHours(1), Pause = TimeSpan.FromMilliseconds(200), AskAgain = TimeSpan.FromMinutes(1);

    /// <summary>Runs until it is cancelled.</summary>
    /// <exception cref="JournalException">The journal cannot be written any more.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                while (!mayWork()) await Task.Delay(AskAgain, time, cancellationToken);
                await RoundAsync(cancellationToken);
                await Task.Delay(Interval, time, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The agent stops.
        }
    }

    private async Task RoundAsync(CancellationToken cancellationToken)
    {
        int erased = 0, deleted = 0;
        while (mayWork())
        {
            var now = time.GetUtcNow();
            var purged = journal.PurgePersonal(now - TimeSpan.FromDays(options.PersonalDataDays), ReportsOfAStep, now);
            var retired = purged > 0 ? 0 : journal.Retire(now - TimeSpan.FromDays(options.KeepDays), options.KeepIssuances, IssuancesOfAStep, now);
            if (purged + retired == 0) break;
            (erased, deleted) = (erased + purged, deleted + retired);
            await Task.Delay(Pause, time, cancellationToken);
        }
        if (erased + deleted > 0) logger.KeptUp(erased, deleted);
    }
}

internal static partial class UpkeepLog
{
    [LoggerMessage(1040, LogLevel.Information, "Personal data of {Erased} confirmed reports is erased, {Deleted} old orders and audit rows are deleted")]
    internal static partial void KeptUp(this ILogger logger, int erased, int deleted);
}
