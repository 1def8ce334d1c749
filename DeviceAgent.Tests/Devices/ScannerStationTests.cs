using DeviceAgent.Devices;
using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Scanning;
using DeviceAgent.Tests.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Tests.Devices;

public sealed class ScannerStationTests
{
    private static readonly TimeSpan Session = TimeSpan.FromSeconds(5);
    private readonly VirtualTime _time = new();
    private readonly VirtualLoop _loop;
    private readonly ScriptedPort _port = new();
    private readonly List<string> _codes = [];
    private readonly ScannerStation _station;
    private bool _takesCodes;

    public ScannerStationTests()
    {
        _loop = new(_time);
        _station = new(_port, OnCode, () => _takesCodes, new() { Time = _time, Logger = NullLogger.Instance });
    }

    private Action<string>? Then { get; set; }

    [Fact]
    public void The_window_is_open_exactly_while_the_desk_takes_codes()
    {
        Run();
        Assert.Equal("", _port.Commands);
        Take(true);
        Assert.Equal("+", _port.Commands);
        _loop.Do(_station.Reconsider);
        Assert.Equal("+", _port.Commands);
        Take(false);
        Assert.Equal("+-", _port.Commands);
        Take(true);
        Assert.Equal("+-+", _port.Commands);
        Assert.Equal(DeviceState.Online, _station.Device);
    }

    [Fact]
    public void The_window_is_closed_before_the_next_code_when_a_code_is_taken_in_hand()
    {
        Then = _ => _takesCodes = false;
        Run();
        Take(true);
        _loop.Do(() => _port.Reader!.Read("8012", _time.GetTimestamp()));
        _loop.Do(_station.Reconsider);
        Assert.Equal(["8012"], _codes);
        Assert.Equal("+-", _port.Commands);
    }

    [Fact]
    public void A_code_that_came_before_the_window_is_never_taken_up()
    {
        Run();
        var before = _time.GetTimestamp();
        _loop.Pass(TimeSpan.FromSeconds(1));
        Take(true);
        _loop.Do(() => _port.Reader!.Read("old", before));
        _loop.Do(() => _port.Reader!.Read("new", _time.GetTimestamp()));
        Assert.Equal(["new"], _codes);
    }

    [Fact]
    public void A_code_that_comes_while_the_command_of_the_window_waits_its_turn_is_never_lost()
    {
        Run();
        _takesCodes = true;
        var told = _time.GetTimestamp();
        _loop.Do(() =>
        {
            _station.Reconsider();
            // The loop had other things to do first, and the clock went on.
            _time.Advance(TimeSpan.FromMilliseconds(30));
        });
        Assert.Equal("+", _port.Commands);
        _loop.Do(() => _port.Reader!.Read("8012", told));
        Assert.Equal(["8012"], _codes);
    }

    [Fact]
    public void A_trigger_that_goes_back_by_itself_is_pulled_again_and_only_while_codes_are_taken()
    {
        _port.Limit = Session;
        Run();
        Take(true);
        _loop.Pass(Session * 3);
        Assert.Equal("++++", _port.Commands);
        _loop.Do(() => _port.Reader!.Read("not understood", _time.GetTimestamp()));
        Assert.Equal("+++++", _port.Commands);
        Take(false);
        _loop.Pass(Session * 3);
        Assert.Equal("+++++-", _port.Commands);
    }

    [Fact]
    public void An_open_window_that_stays_open_wakes_nobody()
    {
        Run();
        Take(true);
        Assert.Null(_time.UntilNextTimer);
        _loop.Do(() => _port.Reader!.Read("8012", _time.GetTimestamp()));
        Assert.Equal("+", _port.Commands);
    }

    [Theory]
    [InlineData(TriggerFault.NoAnswer, DeviceState.PowerOff, RecoveryHint.Reset)]
    [InlineData(TriggerFault.Refused, DeviceState.UserError, RecoveryHint.Configuration)]
    public void A_scanner_that_does_not_follow_its_trigger_is_a_state_with_a_hint_and_is_read_all_the_same(TriggerFault fault, DeviceState state, RecoveryHint hint)
    {
        _port.Limit = Session;
        _port.Fault = fault;
        Run();
        Take(true);
        Assert.Equal((state, hint), (_station.Health.State, _station.Health.Hint));
        Assert.NotEqual("", _station.Health.Detail);
        _loop.Do(() => _port.Reader!.Read("8012", _time.GetTimestamp()));
        Assert.Equal(["8012"], _codes);
        // Tried again ever less often: 5, 10, 20, … at most every 5 minutes.
        var tries = _port.Commands.Length;
        _loop.Pass(TimeSpan.FromHours(1));
        Assert.InRange(_port.Commands.Length - tries, 12, 18);
        _port.Fault = TriggerFault.None;
        _loop.Pass(TimeSpan.FromMinutes(5));
        Assert.Equal((DeviceState.Online, RecoveryHint.None), (_station.Health.State, _station.Health.Hint));
    }

    [Fact]
    public void The_window_of_a_scanner_that_was_plugged_in_again_is_opened_again()
    {
        Run();
        Take(true);
        _loop.Do(() => _port.Reader!.Lose());
        Assert.Equal(DeviceState.NoDevice, _station.Device);
        Take(false);
        _port.Commands += "|";
        _loop.Pass(TimeSpan.FromSeconds(10));
        Assert.Equal("+|", _port.Commands);
        Take(true);
        Assert.Equal("+|+", _port.Commands);
        _loop.Do(() => _port.Reader!.Lose());
        _loop.Pass(TimeSpan.FromSeconds(10));
        Assert.Equal("+|++", _port.Commands);
        Assert.Equal((3, 2), (_port.Opened, _port.Closed));
    }

    [Fact]
    public void A_cable_that_is_pulled_during_a_command_is_a_loss_like_any_other()
    {
        _port.LosesAtCommand = true;
        Run();
        Take(true);
        Assert.Equal(DeviceState.NoDevice, _station.Device);
        _port.LosesAtCommand = false;
        _loop.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal((DeviceState.Online, "+"), (_station.Device, _port.Commands));
    }

    [Fact]
    public void What_is_no_scanner_is_told_with_a_hint_and_never_ends_the_agent()
    {
        _port.OpenFails = new IOException("/dev/hidraw0: is no HID-POS scanner");
        var running = Run();
        _loop.Pass(TimeSpan.FromMinutes(10));
        Assert.Equal((DeviceState.UserError, RecoveryHint.Configuration, "/dev/hidraw0: is no HID-POS scanner"), (_station.Health.State, _station.Health.Hint, _station.Health.Detail));
        Assert.False(running.IsCompleted);
        _port.OpenFails = null;
        _loop.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(DeviceState.Online, _station.Device);
    }

    [Fact]
    public void Stopping_ends_it_whatever_it_waits_for()
    {
        using var stop = new CancellationTokenSource();
        var running = _loop.Start(() => _station.RunAsync(stop.Token));
        Take(true);
        _loop.Do(stop.Cancel);
        Assert.True(running.IsCompletedSuccessfully);
        Assert.Equal((1, 1), (_port.Opened, _port.Closed));
    }

    private Task Run()
    {
        var running = _loop.Start(() => _station.RunAsync(CancellationToken.None));
        _loop.Drain();
        return running;
    }

    private void Take(bool takes)
    {
        _takesCodes = takes;
        _loop.Do(_station.Reconsider);
    }

    private void OnCode(string code)
    {
        _codes.Add(code);
        Then?.Invoke(code);
    }

    private sealed class ScriptedPort : IScannerPort
    {
        public string Path => "/dev/serial/by-id/scanner";

        public ScriptedReader? Reader { get; private set; }

        /// <summary>"+" for each opening of the window, "-" for each closing.</summary>
        public string Commands { get; set; } = "";

        public TimeSpan Limit { get; set; } = Timeout.InfiniteTimeSpan;

        public TriggerFault Fault { get; set; }

        public bool LosesAtCommand { get; set; }

        public IOException? OpenFails { get; set; }

        public int Opened { get; private set; }

        public int Closed { get; set; }

        public ValueTask<ICodeReader> OpenAsync(CancellationToken cancellationToken)
        {
            if (OpenFails is { } error) throw error;
            Opened++;
            Reader = new(this);
            return new(Reader);
        }
    }

    private sealed class ScriptedReader(ScriptedPort port) : ICodeReader
    {
        private readonly Queue<ScannedCode> _codes = [];
        private TaskCompletionSource<ScannedCode>? _waiting;

        public TimeSpan WindowLimit => port.Limit;

        public void Read(string code, long at)
        {
            _codes.Enqueue(new(code, null, at));
            var waiting = _waiting;
            _waiting = null;
            waiting?.SetResult(_codes.Dequeue());
        }

        public void Lose() => _waiting!.SetException(Loss);

        public async ValueTask<ScannedCode> ReadAsync(CancellationToken cancellationToken)
        {
            if (_codes.TryDequeue(out var code)) return code;
            _waiting = new();
            return await _waiting.Task.WaitAsync(cancellationToken);
        }

        public ValueTask<TriggerFault> OpenWindowAsync(CancellationToken cancellationToken) => Command("+");

        public ValueTask<TriggerFault> CloseWindowAsync(CancellationToken cancellationToken) => Command("-");

        public ValueTask DisposeAsync()
        {
            port.Closed++;
            return default;
        }

        private DeviceLostException Loss => new(port.Path, DeviceLoss.Unplugged, 5);

        private ValueTask<TriggerFault> Command(string command)
        {
            if (port.LosesAtCommand) throw Loss;
            port.Commands += command;
            return new(port.Fault);
        }
    }
}
