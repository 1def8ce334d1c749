using DeviceAgent.Devices;
using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Contactless;
using DeviceAgent.Simulator.Contactless;
using DeviceAgent.Tests.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Tests.Contactless;

/// <summary>What becomes of a card: the station on the agent's loop, in virtual time.</summary>
public sealed class ContactlessStationTests : IDisposable
{
    private static readonly byte[] Uid = [0x04, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6];

    private readonly VirtualTime _time = new();
    private readonly VirtualLoop _loop;
    private readonly Desk _desk = new();
    private readonly ScriptedPort _port;
    private readonly CancellationTokenSource _stop = new();
    private ContactlessStation? _station;
    private Task? _running;

    public ContactlessStationTests()
    {
        _loop = new(_time);
        _port = new(_time);
    }

    private ContactlessStation Station => _station!;

    [Fact]
    public void A_card_that_stays_is_told_once()
    {
        Run();
        Present(new Type2Card(NdefBytes.Text("8012")) { Uid = Uid });
        _loop.Pass(TimeSpan.FromMinutes(5));
        Assert.Equal(["8012"], _desk.Codes);
        Assert.Equal(0, _desk.NoCodes);
    }

    [Fact]
    public void A_card_that_flickers_never_confirms_what_it_asked_for_and_one_that_comes_back_does()
    {
        Run();
        for (var i = 0; i < 5; i++)
        {
            Present(new Type4Card(NdefBytes.Uri(4, "example.com/8012")) { Uid = Uid });
            Happen(CardReaderEventKind.CardGone);
            _loop.Pass(TimeSpan.FromMilliseconds(300));
        }
        Assert.Equal(["https://example.com/8012"], _desk.Codes);
        _loop.Pass(ContactlessStation.AwayFor);
        Present(new Type4Card(NdefBytes.Uri(4, "example.com/8012")) { Uid = Uid });
        Assert.Equal(["https://example.com/8012", "https://example.com/8012"], _desk.Codes);
        Happen(CardReaderEventKind.CardGone);
        Present(new Type4Card(NdefBytes.Text("8013")) { Uid = Uid }); // another one is taken at once
        Assert.Equal(3, _desk.Codes.Count);
    }

    [Fact]
    public void A_number_alone_is_never_a_code_unless_the_operator_says_so()
    {
        Run();
        Present(SimulatedCard.Bare(1, 2, 3, 4));
        Present(new Type2Card(null) { Uid = Uid });
        Present(new Type4Card(null) { Uid = Uid });
        Assert.Empty(_desk.Codes);
        Assert.Equal(3, _desk.NoCodes);
    }

    [Fact]
    public void Where_the_operator_says_so_a_number_is_a_code_and_a_made_up_one_is_none()
    {
        Run(new ContactlessOptions { UseUid = true });
        Present(SimulatedCard.Bare(1, 2, 3, 4));
        Present(SimulatedCard.Bare(8, 2, 3, 4));
        Present(new Type2Card(NdefBytes.Text("8012")) { Uid = Uid });
        Assert.Equal(["01020304", "8012"], _desk.Codes);
        Assert.Equal(1, _desk.NoCodes);
    }

    [Fact]
    public void A_card_that_leaves_in_the_middle_is_no_code_and_no_mistake_of_the_passenger()
    {
        Run();
        Present(new Type4Card(NdefBytes.Text("8012")) { Uid = Uid, LeavesInExchange = 5 });
        Assert.Empty(_desk.Codes);
        Assert.Equal(0, _desk.NoCodes);
        Assert.Equal(DeviceState.Online, Station.Health.State);
    }

    [Fact]
    public void A_longer_message_than_allowed_is_not_read()
    {
        Run(new ContactlessOptions { MaxMessageBytes = 10 });
        Present(new Type2Card(NdefBytes.Text("80128012")) { Uid = Uid });
        Assert.Empty(_desk.Codes);
        Assert.Equal(1, _desk.NoCodes);
    }

    [Fact]
    public void A_reader_that_is_lost_is_opened_again_and_the_next_card_is_taken()
    {
        Run();
        Assert.Equal((DeviceState.Online, "scripted reader"), (Station.Health.State, Station.Health.Detail));
        _port.Why = "somebody pulled it";
        _port.Refuses = DeviceLoss.Unplugged;
        _loop.Do(() => _port.Reader!.Lose(DeviceLoss.Unplugged));
        Assert.Equal((DeviceState.NoDevice, "somebody pulled it"), (Station.Health.State, Station.Health.Detail));
        _loop.Pass(TimeSpan.FromMinutes(1));
        Assert.InRange(_port.Opened, 5, 30);
        _port.Refuses = null;
        _loop.Pass(TimeSpan.FromSeconds(10));
        Assert.Equal((DeviceState.Online, "scripted reader"), (Station.Health.State, Station.Health.Detail));
        Present(new Type2Card(NdefBytes.Text("8012")) { Uid = Uid });
        Assert.Equal(["8012"], _desk.Codes);
        Assert.Equal(1, Station.Health.LossesInLastHour);
        Assert.Equal(_port.Opened, 1 + _port.Asked.Count);
        Assert.All(_port.Asked, node => Assert.Equal("/run/scripted", node));
    }

    [Fact]
    public void A_service_that_refuses_is_told_with_what_helps()
    {
        (_port.Refuses, _port.Why) = (DeviceLoss.Denied, "install the rule");
        Run();
        Assert.Equal((DeviceState.UserError, RecoveryHint.Configuration, "install the rule"), (Station.Health.State, Station.Health.Hint, Station.Health.Detail));
    }

    [Fact]
    public void Readers_that_come_and_go_change_the_state_and_lose_nothing()
    {
        _port.Model = "";
        Run(new ContactlessOptions { Pcsc = new() { Reader = "ACS" } });
        Assert.Equal(DeviceState.NoDevice, Station.Health.State);
        Assert.Contains("\"ACS\"", Station.Health.Detail, StringComparison.Ordinal);
        _port.Reader!.Model = "ACS 0";
        Happen(CardReaderEventKind.ReaderAttached);
        Assert.Equal((DeviceState.Online, "ACS 0"), (Station.Health.State, Station.Health.Detail));
        Present(new Type2Card(NdefBytes.Text("8012")) { Uid = Uid });
        Happen(CardReaderEventKind.CardGone);
        Happen(CardReaderEventKind.ReaderGone);
        Assert.Equal(DeviceState.NoDevice, Station.Health.State);
        Assert.Equal(0, Station.Health.LossesInLastHour);
        Assert.Equal(["8012"], _desk.Codes);
    }

    public void Dispose()
    {
        _loop.Do(_stop.Cancel);
        _loop.Drain();
        Assert.True(_running is null or { IsCompletedSuccessfully: true });
        Assert.Equal(_port.Succeeded, _port.Closed);
        _stop.Dispose();
    }

    private void Run(ContactlessOptions? options = null)
    {
        _station = new(_port, options ?? new(), _desk.Codes.Add, () => _desk.NoCodes++,
            new() { Time = _time, Logger = NullLogger.Instance, Nodes = _port });
        _running = _loop.Start(() => _station.RunAsync(_stop.Token));
        _loop.Drain();
    }

    private void Present(SimulatedCard card) => Happen(CardReaderEventKind.CardPresented, CardOnTheDesk.Of(card));

    private void Happen(CardReaderEventKind kind, ICardChannel? card = null) => _loop.Do(() => _port.Reader!.Happen(new(kind, "reader 0", card)));

    private sealed class Desk
    {
        public List<string> Codes { get; } = [];

        public int NoCodes { get; set; }
    }

    private sealed class ScriptedPort(VirtualTime time) : IContactlessPort, IDeviceNodes
    {
        public DeviceLoss? Refuses { get; set; }

        public string Model { get; set; } = "scripted reader";

        public string? Why { get; set; }

        public ScriptedReader? Reader { get; private set; }

        public int Opened { get; private set; }

        public int Succeeded { get; private set; }

        public int Closed { get; set; }

        public List<string> Asked { get; } = [];

        public string Path => "a reader's name";

        public string Node => "/run/scripted";

        public ValueTask<ICardReader> OpenAsync(CancellationToken cancellationToken)
        {
            Opened++;
            if (Refuses is { } loss) throw new DeviceLostException(Path, loss, 0);
            Succeeded++;
            Reader = new(this) { Model = Model };
            return ValueTask.FromResult<ICardReader>(Reader);
        }

        public string? Explain(DeviceLoss loss, bool wasOpen) => Why;

        public async ValueTask WaitAsync(string path, DeviceLoss loss, TimeSpan pause, CancellationToken stop)
        {
            Asked.Add(path);
            await Task.Delay(pause, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    private sealed class ScriptedReader(ScriptedPort port) : ICardReader
    {
        private readonly Queue<CardReaderEvent> _events = [];
        private TaskCompletionSource _happened = new();
        private DeviceLoss? _loss;

        public required string Model { get; set; }

        public void Happen(CardReaderEvent what)
        {
            _events.Enqueue(what);
            Wake();
        }

        public void Lose(DeviceLoss loss)
        {
            _loss = loss;
            Wake();
        }

        public async ValueTask<CardReaderEvent> ReadAsync(CancellationToken cancellationToken)
        {
            while (true)
            {
                if (_events.TryDequeue(out var next)) return next;
                if (_loss is { } loss) throw new DeviceLostException(port.Path, loss, 0);
                await _happened.Task.WaitAsync(cancellationToken);
            }
        }

        public ValueTask DisposeAsync()
        {
            port.Closed++;
            return ValueTask.CompletedTask;
        }

        private void Wake()
        {
            var happened = _happened;
            _happened = new();
            happened.SetResult();
        }
    }
}
