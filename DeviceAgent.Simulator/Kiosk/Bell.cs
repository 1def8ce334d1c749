namespace DeviceAgent.Simulator.Kiosk;

/// <summary>Wakes one waiter when something happened: it looks for itself what that was. Rung while nobody waits, it wakes the next wait. Rings from any thread.</summary>
internal sealed class Bell(TimeProvider time)
{
    private TaskCompletionSource _rung = New();

    public void Ring() => Volatile.Read(ref _rung).TrySetResult();

    /// <summary>Returns when it rings, or after the limit.</summary>
    public async Task WaitAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        var rung = Volatile.Read(ref _rung);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(rung.Task, Task.Delay(limit, time, over.Token));
        await over.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        if (rung.Task.IsCompleted) Interlocked.CompareExchange(ref _rung, New(), rung);
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
