using DeviceAgent.Platform.Gateway;

namespace DeviceAgent.Tests.Simulation;

/// <summary>What becomes of one request.</summary>
internal enum RequestFate
{
    Answered,
    /// <summary>Never left the machine.</summary>
    NoNetwork,
    /// <summary>Lost on its way; nobody answers.</summary>
    Lost,
    /// <summary>Applied; the answer gets lost.</summary>
    AnswerLost,
    /// <summary>Applied long after the client has given up.</summary>
    Late,
    /// <summary>Delivered twice; the first answer comes back.</summary>
    Twice,
    /// <summary>A proxy's page in place of an answer, after the request was applied.</summary>
    Unreadable,
    Busy,
    Ban,
    SessionExpired,
    /// <summary>The business refuses what it could take.</summary>
    Refused,
    /// <summary>An answer without a verdict.</summary>
    NoVerdict,
}

/// <summary>One request on its way.</summary>
/// <param name="Apply">What the other side does and answers.</param>
internal sealed record WorldRequest<T>(string Name, Func<RequestFate, TopResult<T>> Apply) where T : class
{
    /// <summary>A report or a notice; else a question.</summary>
    public bool IsReport { get; init; }

    /// <summary>It leaves the machine.</summary>
    public Action Leaves { get; init; } = () => { };

    /// <summary>Its fate is known to the agent.</summary>
    public Action Answered { get; init; } = () => { };

    /// <summary>Its own fate; null: the line's.</summary>
    public RequestFate? Meets { get; init; }

    /// <summary>The other side promises that a second delivery changes nothing.</summary>
    public bool MayRepeat { get; init; } = true;
}

/// <summary>One destination and the line to it, which does to requests what lines do.</summary>
internal abstract class WorldLine(World world, string name)
{
    private static readonly TimeSpan Way = TimeSpan.FromMilliseconds(40), ClientTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Some answer told nothing: after many of them a report goes to a person.</summary>
    public bool GaveNoVerdict { get; private set; }

    /// <summary>What reports meet while questions are answered; null: nothing of the kind.</summary>
    public RequestFate? ReportsMeet { get; set; }

    /// <summary>What the next requests meet, in order; then <see cref="Always"/>.</summary>
    public Queue<RequestFate> Next { get; } = new();

    /// <summary>What every request meets until it is set again.</summary>
    public RequestFate Always { get; set; }

    /// <summary>When a request last met anything but its answer.</summary>
    public TimeSpan LastTrouble { get; private set; } = TimeSpan.FromDays(-1);

    protected World World => world;

    public void Heal()
    {
        Next.Clear();
        (Always, ReportsMeet) = (RequestFate.Answered, null);
    }

    /// <returns>The fault of a request that is not applied and is answered at once; null where the fate is another.</returns>
    protected abstract TopFault? FaultAtOnce(RequestFate fate);

    /// <summary>The agent's client gave up, or got what is no answer.</summary>
    protected static TopFault Silence(string code) => Fault(TopRemedy.Retry, code, true);

    protected static TopFault Fault(TopRemedy remedy, string code, bool mayHaveBeenApplied, TimeSpan? wait = null) =>
        new(remedy, code, null, "simulated", null, "r", mayHaveBeenApplied, wait, null);

    protected async Task<TopResult<T>> SendAsync<T>(AgentRun run, WorldRequest<T> request, CancellationToken cancellationToken) where T : class
    {
        var fate = Fate();
        if (request.IsReport && ReportsMeet is { } met) fate = met;
        fate = request.Meets ?? fate;
        GaveNoVerdict |= fate == RequestFate.NoVerdict;
        if (fate != RequestFate.Answered) LastTrouble = world.Now;
        var number = world.Begin(run, $"{name}: {request.Name}{(fate == RequestFate.Answered ? "" : $" ({fate})")}");
        var answer = new TaskCompletionSource<TopResult<T>>();
        var fault = FaultAtOnce(fate);
        if (fault is not null)
        {
            world.At(Way, () => answer.TrySetResult(TopResult.Failed<T>(fault)));
        }
        else
        {
            request.Leaves();
            Travel(request, fate, answer);
        }
        world.End(run, number);
        var result = await AnswerAsync(run, answer.Task, cancellationToken);
        if (result.Fault is not null) LastTrouble = world.Now;
        var came = world.Begin(run, $"{name}: answer to {request.Name}: {result.Fault?.Code ?? "ok"}");
        // What never left has told nothing.
        if (fault is null && result.Fault is not { MayHaveBeenApplied: true }) request.Answered();
        world.End(run, came);
        return result;
    }

    private RequestFate Fate() => Next.TryDequeue(out var next) ? next : Always != RequestFate.Answered ? Always : world.Trouble.OfRequest();

    private void Travel<T>(WorldRequest<T> request, RequestFate fate, TaskCompletionSource<TopResult<T>> answer) where T : class
    {
        if (fate == RequestFate.Lost) return;
        world.Script(fate == RequestFate.Late ? ClientTimeout * 2 : Way, () =>
        {
            TopResult<T>? result = null;
            world.Occur($"{name}: {request.Name} applied", () =>
            {
                result = request.Apply(fate);
                if (fate == RequestFate.Twice && request.MayRepeat) request.Apply(fate);
            });
            if (fate is RequestFate.AnswerLost or RequestFate.Late) return;
            world.At(Way, () => answer.TrySetResult(fate == RequestFate.Unreadable ? TopResult.Failed<T>(Silence("answer")) : result!));
        });
    }

    private static async Task<TopResult<T>> AnswerAsync<T>(AgentRun run, Task<TopResult<T>> answer, CancellationToken cancellationToken) where T : class
    {
        var patience = Task.Delay(ClientTimeout, run.Clock, cancellationToken);
        await Task.WhenAny(answer, patience);
        cancellationToken.ThrowIfCancellationRequested();
        return answer.IsCompleted ? await answer : TopResult.Failed<T>(Silence("timeout"));
    }
}
