using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using DeviceAgent.Tests.Simulation;

namespace DeviceAgent.Tests.Printing;

/// <summary>Runs a test on one thread and moves the virtual clock on only when nothing else is left to do: no races, no waiting.</summary>
internal static class PrinterLoop
{
    public static void Run(VirtualTime time, Func<Task> body)
    {
        var before = SynchronizationContext.Current;
        using var context = new Queue();
        SynchronizationContext.SetSynchronizationContext(context);
        try
        {
            var test = body();
            for (var steps = 0; !test.IsCompleted; steps++)
            {
                Assert.True(steps < 1_000_000, "The test does not come to an end.");
                if (context.RunOne()) continue;
                if (time.UntilNextTimer is { } next) time.Advance(next);
                else Assert.True(context.WaitForOne(TimeSpan.FromSeconds(20)), "Everything waits and nothing is due.");
            }
            if (test.IsCanceled) throw new OperationCanceledException("The test was cancelled.");
            if (test.Exception is { } failure) ExceptionDispatchInfo.Throw(failure.InnerExceptions[0]);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    private sealed class Queue : SynchronizationContext, IDisposable
    {
        private readonly BlockingCollection<(SendOrPostCallback Call, object? State)> _calls = [];

        public override void Post(SendOrPostCallback d, object? state) => _calls.Add((d, state));

        public bool RunOne() => WaitForOne(TimeSpan.Zero);

        public bool WaitForOne(TimeSpan limit)
        {
            if (!_calls.TryTake(out var next, limit)) return false;
            next.Call(next.State);
            return true;
        }

        public void Dispose() => _calls.Dispose();
    }
}
