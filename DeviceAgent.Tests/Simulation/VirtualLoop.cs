namespace DeviceAgent.Tests.Simulation;

/// <summary>The agent's loop in a test: every continuation runs on the calling thread, in order, in virtual time.</summary>
internal sealed class VirtualLoop(VirtualTime time) : TaskScheduler
{
    private readonly Lock _lock = new();
    private readonly Queue<Task> _queue = new();
    private bool _isEnded;

    public VirtualTime Time => time;

    public Task Start(Func<Task> work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this).Unwrap();

    /// <summary>Runs one action on the loop, and everything that it sets off at once.</summary>
    public void Do(Action action)
    {
        var done = Task.Factory.StartNew(action, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this);
        Drain();
        done.GetAwaiter().GetResult();
    }

    /// <summary>Runs until the condition holds; lets time pass only when nothing else can be done.</summary>
    public void RunUntil(Func<bool> condition, TimeSpan limit)
    {
        var deadline = time.GetTimestamp() + limit.Ticks;
        while (true)
        {
            Drain();
            if (condition()) return;
            if (time.UntilNextTimer is not { } wait) throw new TimeoutException("Nothing is left that could happen, and the condition does not hold.");
            if (time.GetTimestamp() + wait.Ticks > deadline) throw new TimeoutException($"The condition does not hold within {limit} of virtual time.");
            time.Advance(wait);
        }
    }

    /// <summary>Lets time pass, with all that happens in it.</summary>
    public void Pass(TimeSpan by)
    {
        var end = time.GetTimestamp() + by.Ticks;
        while (true)
        {
            Drain();
            var left = TimeSpan.FromTicks(end - time.GetTimestamp());
            if (left <= TimeSpan.Zero) return;
            time.Advance(time.UntilNextTimer is { } wait && wait < left ? wait : left);
        }
    }

    /// <summary>Drops everything that waits to be run, and every timer: the process is gone.</summary>
    public void Abandon()
    {
        lock (_lock) _queue.Clear();
        time.DropTimers();
    }

    /// <summary>As <see cref="Abandon"/>, for a process whose timers are its own: nothing that is queued from now on runs either.</summary>
    public void End()
    {
        lock (_lock)
        {
            _isEnded = true;
            _queue.Clear();
        }
    }

    public void Drain()
    {
        while (true)
        {
            Task? next;
            lock (_lock)
            {
                if (!_queue.TryDequeue(out next)) return;
            }
            TryExecuteTask(next);
        }
    }

    protected override void QueueTask(Task task)
    {
        lock (_lock)
        {
            if (!_isEnded) _queue.Enqueue(task);
        }
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (_lock) return [.. _queue];
    }
}
