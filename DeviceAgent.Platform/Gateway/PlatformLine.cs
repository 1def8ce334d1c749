using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Platform.Gateway;

/// <summary>Watches whether the platform is heard, whoever calls it, and asks by itself while it is silent.</summary>
/// <remarks>
/// One scheduler that runs one continuation at a time, as <see cref="OutboxSender"/>. While the platform is heard it does nothing.
/// While it is silent it repeats the last bus order's query, which changes nothing there, with growing pauses, because passengers who see
/// "offline" present no code whose look-up could find out that the line is back. Before the first bus order it asks for the ship's or train's order: that there
/// is no such bus order is an answer, too. A train's result that nobody answered is never sent again, so that no other call might ever find out.
/// A return names no order that could be asked for; it is preceded by a question, or told again.
/// </remarks>
public sealed class PlatformLine(IPlatformApi api, TimeProvider time, Random random) : IPlatformApi
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(15), LongestPause = TimeSpan.FromMinutes(2);

    private readonly RetrySchedule _schedule = new(FirstPause, LongestPause);
    private TaskCompletionSource _canAsk = new();
    private long? _silentSince;
    private string? _lastOrder;

    /// <summary>Since when no call was answered; null while the last one was, and before the first.</summary>
    public TimeSpan? SilentFor => _silentSince is { } since ? time.GetElapsedTime(since) : null;

    /// <summary>The platform fell silent, or is heard again.</summary>
    public Action? Changed { get; set; }

    /// <summary>A call met a ban, which is the whole app key's. Told before <see cref="Changed"/>: a ban is also an answer.</summary>
    public Action<TopFault>? Banned { get; set; }

    public Task<TopResult<TvmQueryOrderResponse>> QueryOrderAsync(string alitripOrderId, CancellationToken cancellationToken)
    {
        _lastOrder = alitripOrderId;
        return ObserveAsync(api.QueryOrderAsync(alitripOrderId, cancellationToken));
    }

    public Task<TopResult<TvmBookOrderResponse>> SetBookOrderAsync(TvmBookOrderRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        _lastOrder = request.AlitripOrderId;
        return ObserveAsync(api.SetBookOrderAsync(request, cancellationToken));
    }

    public Task<TopResult<ReturnTicketConfirmResponse>> ConfirmReturnAsync(AgentConfirmReturnRq request, CancellationToken cancellationToken) =>
        ObserveAsync(api.ConfirmReturnAsync(request, cancellationToken));

    public Task<TopResult<ShipOrderNotifyResponse>> NotifyOrderAsync(ShipAgentConfirmBookRq request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        _lastOrder ??= request.AlitripOrderId;
        return ObserveAsync(api.NotifyOrderAsync(request, cancellationToken));
    }

    public Task<TopResult<TrainCallbackBookResponse>> CallbackBookAsync(BookCallbackParam request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        _lastOrder ??= request.OrderId;
        return ObserveAsync(api.CallbackBookAsync(request, cancellationToken));
    }

    /// <summary>Asks while the platform is silent; ends when it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await _canAsk.Task.WaitAsync(cancellationToken);
                for (var tries = 1; _silentSince is not null; tries++)
                {
                    // Half of the pause is certain, so that a short draw never makes a burst.
                    await Task.Delay(FirstPause / 2 + _schedule.Delay(tries, random), time, cancellationToken);
                    if (_silentSince is not null) await QueryOrderAsync(_lastOrder!, cancellationToken);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The agent stops.
        }
    }

    private async Task<TopResult<T>> ObserveAsync<T>(Task<TopResult<T>> call) where T : class
    {
        var result = await call;
        Observe(result.Fault);
        return result;
    }

    private void Observe(TopFault? fault)
    {
        if (fault is not null && TopFaultRules.IsLocal(fault)) return;
        if (fault is { Remedy: TopRemedy.WaitUntil }) Banned?.Invoke(fault);
        var silent = fault is not null && TopFaultRules.IsSilence(fault);
        var changed = silent == _silentSince is null;
        if (changed)
        {
            _silentSince = silent ? time.GetTimestamp() : null;
            if (!silent) _canAsk = new();
        }
        if (silent && _lastOrder is not null) _canAsk.TrySetResult();
        if (changed) Changed?.Invoke();
    }
}
