using System.Runtime.CompilerServices;
using DeviceAgent.Platform.Gateway;
using DeviceAgent.Platform.Sync;
using DeviceAgent.Tests.Gateway;
using DeviceAgent.Tests.Simulation;

namespace DeviceAgent.Tests.Sync;

/// <summary>A sender, its queue and the platform on one thread and one clock.</summary>
internal sealed class SenderWorld : IDisposable
{
    private readonly OneThread _thread = new();
    private CancellationTokenSource _stop = new();

    public SenderWorld(OutboxOptions? options = null)
    {
        Options = options ?? new OutboxOptions();
        Sender = NewSender();
    }

    public OutboxOptions Options { get; }
    public int MaxTurns { get; set; } = 10_000;
    public VirtualTime Time { get; } = new();
    public MemoryOutbox Outbox { get; } = new();
    public PlatformDouble Platform { get; } = new();
    public LogLines<OutboxSender> Log { get; } = new();
    public List<SenderState> States { get; } = [];
    public List<(string Order, ParkReason Reason)> Parked { get; } = [];
    public OutboxSender Sender { get; private set; }
    public Task Running { get; private set; } = Task.CompletedTask;

    public DateTimeOffset Now => Time.GetUtcNow();

    public long Add(string order, bool success = true) => Outbox.Add(
        order, BusBookPayload.Create(new TvmBookOrderRequest { AlitripOrderId = order, BookTime = Now, Success = success, PayMode = "ALIPAY" }), Now);

    public void Start() => _thread.Run(() => Running = Sender.RunAsync(_stop.Token));

    public void Do(Action action) => _thread.Run(action);

    public void Wake() => _thread.Run(Sender.Wake);

    public void Advance(TimeSpan by) => _thread.Run(() => Time.Advance(by));

    public void Stop() => _thread.Run(_stop.Cancel);

    /// <returns>Holds the answer once there is one.</returns>
    public StrongBox<bool?> Probe()
    {
        var answer = new StrongBox<bool?>(null);
        _thread.Run(() => _ = AskAsync());
        return answer;

        async Task AskAsync() => answer.Value = await Sender.AnswerProbeAsync(CancellationToken.None);
    }

    /// <summary>Moves time on from timer to timer until nothing waits, or the limit is reached.</summary>
    public void RunUntilIdle(TimeSpan limit)
    {
        var end = Now + limit;
        for (var turns = 0; Time.UntilNextTimer is { } next && Now + next <= end; turns++)
        {
            Assert.True(turns < MaxTurns, "the sender never comes to rest");
            Advance(next);
        }
    }

    /// <summary>Another process on the same queue, as after a crash.</summary>
    public void Restart()
    {
        _stop.Dispose();
        _stop = new CancellationTokenSource();
        Sender = NewSender();
        Start();
    }

    public void Dispose() => _stop.Dispose();

    private OutboxSender NewSender() => new(Outbox, BusRoutes.Over(Platform), Options, Time, new Random(11), Log) { StateChanged = States.Add, Parked = (report, reason) => Parked.Add((report.OrderNumber, reason)) };
}
