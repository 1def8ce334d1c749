using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Platform.Gateway;

/// <summary>Watches whether the platform is heard, whoever calls it, and asks by itself while it is silent.</summary>
/// <remarks>
/// One scheduler that runs one continuation at a time, as <see cref="OutboxSender"/>. While the platform is heard it does nothing.
/// While it is silent it repeats the last order's query, which changes nothing there, with growing pauses, because passengers who see
/// "offline" present no code whose look-up could find out that the line is back.
/// </remarks>
public sealed class PlatformLine(IBusTvmApi api, TimeProvider time, Random random) : IBusTvmApi
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(15), LongestPause = TimeSpan.FromMinutes(2);

    private readonly RetrySchedule _schedule = new(FirstPause, LongestPause);
    private TaskCompletionSource _fellSilent = new();
    private long? _silentSince;
    private string? _lastOrder;

    /// <summary>Since when no call was answered; null while the last one was, and before the first.</summary>
    public TimeSpan? SilentFor => _silentSince is { } since ? time.GetElapsedTime(since) : null;

    /// <summary>The platform fell silent, or is heard again.</summary>
    public Action? Changed { get; set; }

    public async Task<TopResult<TvmQueryOrderResponse>> QueryOrderAsync(string alitripOrderId, CancellationToken cancellationToken)
    {
        _lastOrder = alitripOrderId;
        var result = await api.QueryOrderAsync(alitripOrderId, cancellationToken);
        Observe(result.Fault);
        return result;
    }

    public async Task<TopResult<TvmBookOrderResponse>> SetBookOrderAsync(TvmBookOrderRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        _lastOrder = request.AlitripOrderId;
        var result = await api.SetBookOrderAsync(request, cancellationToken);
        Observe(result.Fault);
        return result;
    }

    /// <summary>Asks while the platform is silent; ends when it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await _fellSilent.Task.WaitAsync(cancellationToken);
                for (var tries = 1; _silentSince is not null; tries++)
                {
                    // Half of the pause is certain, so that a short draw never makes a burst.
                    await Task.Delay(FirstPause / 2 + _schedule.Delay(tries, random), time, cancellationToken);
                    if (_silentSince is not null && _lastOrder is { } order) await QueryOrderAsync(order, cancellationToken);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The agent stops.
        }
    }

    private void Observe(TopFault? fault)
    {
        if (fault is not null && TopFaultRules.IsLocal(fault)) return;
        var silent = fault is not null && TopFaultRules.IsSilence(fault);
        if (silent == _silentSince is not null) return;
        _silentSince = silent ? time.GetTimestamp() : null;
        if (silent) _fellSilent.TrySetResult();
        else _fellSilent = new();
        Changed?.Invoke();
    }
}
