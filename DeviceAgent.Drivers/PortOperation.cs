using System.Threading.Tasks.Sources;

namespace DeviceAgent.Drivers;

/// <summary>One read or one write that waits for the port; used again for the next one, so that waiting allocates nothing.</summary>
/// <remarks>
/// The line's lock guards <see cref="IsPending"/>: who sets it to false, and nobody else, calls Complete.
/// Completion hops to the thread pool, so that a caller's continuation never runs on the line's poll thread.
/// </remarks>
internal sealed class PortOperation : IValueTaskSource<int>, IValueTaskSource, IThreadPoolWorkItem
{
    private ManualResetValueTaskSourceCore<int> _core;
    private CancellationTokenRegistration _registration;
    private Exception? _error;
    private int _result;
    private volatile bool _isInUse;

    public bool IsPending { get; set; }

    /// <summary>From Begin until the caller has taken the result.</summary>
    public bool IsInUse => _isInUse;

    public void Begin()
    {
        _isInUse = true;
        IsPending = true;
    }

    /// <summary>To be called between <see cref="Begin"/> and handing out the task, without the line's lock: the callback may run inside.</summary>
    public void CancelWith(Action<object?, CancellationToken> onCancel, object state, CancellationToken cancellationToken) =>
        _registration = cancellationToken.UnsafeRegister(onCancel, state);

    public ValueTask<int> AsValueTaskOfCount() => new(this, _core.Version);

    public ValueTask AsValueTask() => new(this, _core.Version);

    public void Complete(int result)
    {
        _result = result;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    public void Complete(Exception error)
    {
        _error = error;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute()
    {
        if (_error is { } error) _core.SetException(error);
        else _core.SetResult(_result);
    }

    public int GetResult(short token)
    {
        if (_core.GetStatus(token) == ValueTaskSourceStatus.Pending) throw new InvalidOperationException("The operation has not completed.");
        _registration.Dispose(); // waits for a callback that runs just now, so that it cannot meet the next operation
        _registration = default;
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            _error = null;
            _core.Reset();
            _isInUse = false;
        }
    }

    void IValueTaskSource.GetResult(short token) => GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
