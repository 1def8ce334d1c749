using System.Net.Sockets;
using System.Threading.Channels;
using DeviceAgent.Hosting;
using DeviceAgent.Tests.Simulation;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Tests.Hosting;

public sealed class WatchdogTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly VirtualTime _time = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("watchdog-");
    private readonly Socket _systemd;
    private readonly SystemdNotifier _notifier;
    private readonly KeptLog _log = new();

    public WatchdogTests()
    {
        var path = Path.Combine(_folder.FullName, "notify.sock");
        _systemd = SystemdNotifierTests.Receiver(path);
        _notifier = new SystemdNotifier(path);
    }

    public void Dispose()
    {
        _notifier.Dispose();
        _systemd.Dispose();
        _folder.Delete(recursive: true);
    }

    private Watchdog Watching(params WatchedDesk[] desks) => new(Limit, desks, _notifier, _time, _log);

    private static WatchedDesk Alive(string name) => new(name, _ => ValueTask.FromResult(true));

    private int Messages()
    {
        var count = 0;
        for (; _systemd.Poll(0, SelectMode.SelectRead); count++) Assert.Equal("WATCHDOG=1", SystemdNotifierTests.Receive(_systemd));
        return count;
    }

    [Fact]
    public async Task Systemd_is_told_at_once_and_then_each_half_of_its_limit()
    {
        using var stop = new CancellationTokenSource();
        var running = Watching(Alive("loop"), Alive("outbox")).RunAsync(stop.Token);
        Assert.Equal(1, Messages());
        _time.Advance(TimeSpan.FromSeconds(14));
        Assert.Equal(0, Messages());
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("WATCHDOG=1", SystemdNotifierTests.Receive(_systemd)); // waits: the loop goes on by itself
        await stop.CancelAsync();
        await running;
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task Systemd_is_never_told_while_one_desk_is_silent()
    {
        var answers = Channel.CreateUnbounded<TaskCompletionSource<bool>>();
        var asked = 0;
        var stuck = new WatchedDesk("printer", _ =>
        {
            asked++;
            var answer = new TaskCompletionSource<bool>();
            answers.Writer.TryWrite(answer);
            return new(answer.Task);
        });
        var watchdog = Watching(Alive("loop"), stuck);
        var round = watchdog.ProbeAsync(TestContext.Current.CancellationToken);
        _time.Advance(Limit / 4);
        Assert.False(await round);
        Assert.Equal(0, Messages());
        Assert.Contains("printer has not answered", Assert.Single(_log.Lines), StringComparison.Ordinal);

        round = watchdog.ProbeAsync(TestContext.Current.CancellationToken);
        _time.Advance(Limit / 4);
        Assert.False(await round);
        Assert.Equal(1, asked); // still owes its first answer: a stuck desk's queue is not filled

        Assert.True(answers.Reader.TryRead(out var owed));
        owed.SetResult(true);
        round = watchdog.ProbeAsync(TestContext.Current.CancellationToken);
        Assert.True(answers.Reader.TryRead(out var second));
        second.SetResult(true);
        Assert.True(await round);
        Assert.Equal(1, Messages());
    }

    [Fact]
    public async Task A_desk_that_says_no_or_has_stopped_or_gives_up_is_not_alive()
    {
        foreach (var dead in new Func<CancellationToken, ValueTask<bool>>[]
        {
            _ => ValueTask.FromResult(false),
            _ => ValueTask.FromException<bool>(new ChannelClosedException()),
            _ => ValueTask.FromException<bool>(new OperationCanceledException()),
        })
        {
            Assert.False(await Watching(Alive("loop"), new WatchedDesk("dead", dead)).ProbeAsync(TestContext.Current.CancellationToken));
        }
        Assert.Equal(0, Messages());
        Assert.Equal(3, _log.Lines.Count);
    }

    [Fact]
    public async Task The_probe_is_cancelled_when_its_time_is_over()
    {
        var seen = new TaskCompletionSource();
        var slow = new WatchedDesk("slow", async stop =>
        {
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, _time, stop);
                return true;
            }
            finally
            {
                seen.SetResult();
            }
        });
        var round = Watching(slow).ProbeAsync(TestContext.Current.CancellationToken);
        Assert.False(round.IsCompleted);
        _time.Advance(Limit / 4);
        Assert.False(await round);
        await seen.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_fault_of_the_program_is_not_swallowed() =>
        await Assert.ThrowsAsync<InvalidDataException>(() =>
            Watching(new WatchedDesk("broken", _ => throw new InvalidDataException())).RunAsync(TestContext.Current.CancellationToken));

    [Theory]
    [InlineData("30000000", null, 30.0)]
    [InlineData("30000000", "42", 30.0)]
    [InlineData("30000000", "43", null)]
    [InlineData("0", "42", null)]
    [InlineData("-1", null, null)]
    [InlineData("x", null, null)]
    [InlineData("9223372036854775807", null, null)]
    [InlineData(null, "42", null)]
    public void The_limit_is_systemds_and_for_this_process_only(string? usec, string? pid, double? seconds)
    {
        var environment = new Dictionary<string, string>();
        if (usec is not null) environment["WATCHDOG_USEC"] = usec;
        if (pid is not null) environment["WATCHDOG_PID"] = pid;
        Assert.Equal(seconds, Watchdog.LimitFrom(environment, 42)?.TotalSeconds);
    }

    [Fact]
    public async Task Without_systemd_the_desks_are_still_watched()
    {
        using var nobody = new SystemdNotifier(null);
        var watchdog = new Watchdog(Limit, [Alive("loop")], nobody, _time, NullLogger.Instance);
        Assert.True(await watchdog.ProbeAsync(TestContext.Current.CancellationToken));
    }

    private sealed class KeptLog : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }
}
