using System.Collections.Concurrent;

namespace DeviceAgent.Tests.Sync;

/// <summary>The agent's loop in small: continuations run one at a time, on the test's own thread, when it lets them.</summary>
internal sealed class OneThread : SynchronizationContext
{
    private const int Endless = 100_000;
    private readonly ConcurrentQueue<(SendOrPostCallback Callback, object? State)> _posted = new();

    public override void Post(SendOrPostCallback d, object? state) => _posted.Enqueue((d, state));

    public override void Send(SendOrPostCallback d, object? state) => d(state);

    /// <summary>Runs the action and everything that it sets off, until nothing is left to run.</summary>
    /// <returns>How many continuations ran.</returns>
    public int Run(Action action)
    {
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            action();
            var count = 0;
            while (_posted.TryDequeue(out var work))
            {
                Assert.True(++count < Endless, "the loop never comes to rest");
                work.Callback(work.State);
            }
            return count;
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }
}
