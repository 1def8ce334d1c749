using DeviceAgent.Platform.Gateway;
using DeviceAgent.Tests.Issuance;
using DeviceAgent.Tests.Simulation;

namespace DeviceAgent.Tests.Gateway;

/// <summary>A silent platform is noticed whoever calls it, and found again without a passenger.</summary>
public sealed class PlatformLineTests
{
    private readonly VirtualTime _time = new();
    private readonly VirtualLoop _loop;
    private readonly LedgerPlatform _platform = new();
    private readonly PlatformLine _line;
    private int _changes;

    public PlatformLineTests()
    {
        _loop = new(_time);
        _platform.Orders["1"] = EligibilityTests.Answer(null, 1).TvmBusOrderLineInfo!;
        _line = new(_platform, _time, new Random(3)) { Changed = () => _changes++ };
    }

    private void Ask() => _loop.Do(() => _ = _line.QueryOrderAsync("1", CancellationToken.None));

    [Fact]
    public void Silence_is_counted_from_the_first_call_that_got_no_answer()
    {
        Assert.Null(_line.SilentFor);
        Ask();
        Assert.Null(_line.SilentFor);
        _platform.Down = true;
        Ask();
        Assert.Equal(1, _changes);
        _time.Advance(TimeSpan.FromSeconds(40));
        _loop.Do(() => _ = _line.SetBookOrderAsync(new() { AlitripOrderId = "1", BookTime = _time.GetUtcNow(), PayMode = "CASH", Success = true }, CancellationToken.None));
        Assert.Equal(TimeSpan.FromSeconds(40), _line.SilentFor);
        _platform.Down = false;
        Ask();
        Assert.Null(_line.SilentFor);
        Assert.Equal(2, _changes);
    }

    [Fact]
    public void A_platform_that_is_back_is_found_although_nobody_comes()
    {
        using var stop = new CancellationTokenSource();
        var running = _loop.Start(() => _line.RunAsync(stop.Token));
        Ask();
        _platform.Down = true;
        Ask();
        _loop.Pass(TimeSpan.FromHours(2));
        var asked = _platform.Queries;
        // Bounded: never more often than each 7 s, and never less often than each 2 min 8 s.
        Assert.InRange(asked, 7200 / 128, 7200 / 7);
        _platform.Down = false;
        _loop.RunUntil(() => _line.SilentFor is null, TimeSpan.FromMinutes(3));
        var after = _platform.Queries;
        _loop.Pass(TimeSpan.FromHours(2));
        Assert.Equal(after, _platform.Queries);
        stop.Cancel();
        _loop.RunUntil(() => running.IsCompleted, TimeSpan.FromSeconds(1));
        Assert.True(running.IsCompletedSuccessfully);
    }

    [Fact]
    public void What_was_refused_on_this_machine_never_counts_as_silence()
    {
        _platform.Fault = new(TopRemedy.Park, "40", null, "alitrip_order_id is missing", null, null, false, null, null);
        Ask();
        Assert.Null(_line.SilentFor);
        _platform.Fault = new(TopRemedy.WaitUntil, "7", null, null, "This ban will last for 2 more seconds", "r", false, TimeSpan.FromSeconds(2), null);
        Ask();
        Assert.Null(_line.SilentFor);
        Assert.Equal(0, _changes);
    }

    [Theory, MemberData(nameof(Calls))]
    public void A_ban_is_never_told_later_than_that_the_platform_is_heard(string call)
    {
        List<string> told = [];
        _line.Changed = () => told.Add(_line.SilentFor is null ? "heard" : "silent");
        _line.Banned = fault => told.Add($"banned {fault.WaitFor?.TotalSeconds}");
        _platform.Down = true;
        Ask();
        _platform.Down = false;
        _platform.Fault = new(TopRemedy.WaitUntil, "7", null, null, "This ban will last for 2 more seconds", "r", false, TimeSpan.FromSeconds(2), null);
        _loop.Do(() => Call(call == "book" ? "query" : call));
        Assert.Equal(["silent", "banned 2", "heard"], told);
    }

    public static TheoryData<string> Calls() => ["query", "book", "return", "ship", "train"];

    [Theory, MemberData(nameof(Calls))]
    public void Silence_is_noticed_whichever_call_meets_it(string call)
    {
        _platform.Down = true;
        _loop.Do(() => Call(call));
        Assert.Equal((TimeSpan.Zero, 1), (_line.SilentFor, _changes));
        _platform.Down = false;
        _loop.Do(() => Call(call));
        Assert.Null(_line.SilentFor);
        Assert.Equal(2, _changes);
    }

    [Theory]
    [InlineData("ship")]
    [InlineData("train")]
    public void A_platform_that_fell_silent_before_the_first_bus_order_never_stays_so_unasked(string call)
    {
        using var stop = new CancellationTokenSource();
        var running = _loop.Start(() => _line.RunAsync(stop.Token));
        _platform.Down = true;
        _loop.Do(() => Call(call));
        _loop.Pass(TimeSpan.FromMinutes(10));
        Assert.NotNull(_line.SilentFor);
        Assert.InRange(_platform.Queries, 3, 100);
        // That there is no such bus order is an answer.
        _platform.Down = false;
        _loop.Pass(TimeSpan.FromMinutes(3));
        Assert.Null(_line.SilentFor);
        Assert.Equal(1, _platform.Others);
        stop.Cancel();
        _loop.RunUntil(() => running.IsCompleted, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void A_return_is_never_repeated_to_find_the_platform()
    {
        using var stop = new CancellationTokenSource();
        var running = _loop.Start(() => _line.RunAsync(stop.Token));
        _platform.Down = true;
        _loop.Do(() => Call("return"));
        Assert.NotNull(_line.SilentFor);
        // Nothing to ask with: not even a timer runs.
        Assert.Null(_time.UntilNextTimer);
        _loop.Pass(TimeSpan.FromHours(1));
        Assert.Equal((1, 0), (_platform.Others, _platform.Queries));
        // The first bus order, asked for while the platform is silent, is what the line repeats from then on.
        Ask();
        _loop.Pass(TimeSpan.FromMinutes(10));
        Assert.InRange(_platform.Queries, 3, 100);
        Assert.Equal(1, _platform.Others);
        stop.Cancel();
        _loop.RunUntil(() => running.IsCompleted, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void A_train_report_that_could_not_be_encrypted_never_counts_as_silence_nor_as_an_answer()
    {
        _platform.Down = true;
        Ask();
        Assert.NotNull(_line.SilentFor);
        _platform.Down = false;
        _platform.Fault = TopFaultRules.NoCipher("why");
        _loop.Do(() => Call("train"));
        Assert.NotNull(_line.SilentFor);
        _platform.Fault = null;
        Ask();
        _platform.Fault = TopFaultRules.NoCipher("why");
        _loop.Do(() => Call("train"));
        Assert.Null(_line.SilentFor);
    }

    private Task Call(string call) => call switch
    {
        "query" => _line.QueryOrderAsync("1", CancellationToken.None),
        "book" => _line.SetBookOrderAsync(new() { AlitripOrderId = "1", BookTime = _time.GetUtcNow(), PayMode = "CASH", Success = true }, CancellationToken.None),
        "return" => _line.ConfirmReturnAsync(DocumentExamples.Return, CancellationToken.None),
        "ship" => _line.NotifyOrderAsync(DocumentExamples.Ship, CancellationToken.None),
        _ => _line.CallbackBookAsync(DocumentExamples.Train, CancellationToken.None),
    };
}
