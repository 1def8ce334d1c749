namespace DeviceAgent.Drivers.Contactless;

/// <summary>A thread for calls to pcscd, which may never answer; those that live are counted.</summary>
internal sealed class PcscThread
{
    private static int _living;

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="name">For a debugger.</param>
    /// <param name="run">All that it does.</param>
    public PcscThread(string name, Action run)
    {
        Interlocked.Increment(ref _living);
        var thread = new Thread(() =>
        {
            run();
            Interlocked.Decrement(ref _living);
            _ended.SetResult();
        }, maxStackSize: 256 * 1024)
        { IsBackground = true, Name = name };
        thread.UnsafeStart();
    }

    public static int Living => Volatile.Read(ref _living);

    public Task Ended => _ended.Task;
}
