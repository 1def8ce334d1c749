namespace DeviceAgent.Hosting;

/// <summary>The one thread of the desks, in effect: everything that is started here, and every continuation of it, runs one at a time.</summary>
internal sealed class AgentLoop
{
    private readonly TaskFactory _factory = new(
        CancellationToken.None, TaskCreationOptions.DenyChildAttach, TaskContinuationOptions.None, new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler);

    public Task Start(Func<Task> work) => _factory.StartNew(work).Unwrap();

    public Task<T> AskAsync<T>(Func<T> question, CancellationToken cancellationToken) => _factory.StartNew(question, cancellationToken);
}
