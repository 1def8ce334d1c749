using DeviceAgent.Devices;
using DeviceAgent.Drivers;
using DeviceAgent.Drivers.IdCards;
using DeviceAgent.Issuance;
using DeviceAgent.Simulator.IdCards;
using DeviceAgent.Tests.Simulation;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Tests.IdCards;

/// <summary>The desk's bench with an ID-card reader: the real station and driver over a simulated reader, in virtual time on one thread.</summary>
internal sealed class CardBench : IIdCardPort, ILogger, IDisposable
{
    /// <summary>Whose number the passengers of the bench's order carry.</summary>
    public const string Number = "11010519491231002X";

    private readonly IdCardOptions _options;
    private CancellationTokenSource _stop = new();
    private IdCardStation? _station;
    private SdtWire? _wire;

    public CardBench(IdCardOptions? options = null, int passengers = 2, bool isPlugged = true)
    {
        _options = options ?? new() { Require = IdCardRequirement.WhenCertificate };
        IsPlugged = isPlugged;
        Desk = new(passengers, with: s => s with { PassengerCheck = new IdCardCheck(MakeStation(s.Time), _options, s.Time), Logger = this });
        StartStation();
    }

    public DeskBench Desk { get; }

    public SimulatedSdtReader Reader { get; } = new();

    public IdCardStation Station => _station!;

    public bool IsPlugged { get; private set; }

    /// <summary>Every line that the desk and the reader's station have logged.</summary>
    public List<string> Log { get; } = [];

    public int Requests(string which) => Reader.Requests.Count(r => r == which);

    string IIdCardPort.Path => "wire";

    ValueTask<SdtReader> IIdCardPort.OpenAsync(CancellationToken cancellationToken)
    {
        if (!IsPlugged) throw new DeviceLostException("wire", DeviceLoss.Unplugged, 2);
        return SdtReader.OpenAsync(_wire = new(Reader), new() { Path = "wire" }, Desk.Time, cancellationToken);
    }

    public void Unplug()
    {
        IsPlugged = false;
        Desk.Loop.Do(() => _wire?.Cut());
    }

    public void Plug() => IsPlugged = true;

    public void UntilReady()
    {
        Desk.UntilReady();
        Desk.Loop.RunUntil(() => Station.Health.State != DeviceState.NoDevice || !IsPlugged, TimeSpan.FromMinutes(1));
    }

    /// <summary>Scans, and waits until a card is asked for.</summary>
    public void ScanUntilCardIsAsked()
    {
        Assert.Equal(PickupOffer.Taken, Desk.Scan());
        Desk.Loop.RunUntil(() => Desk.Shown[^1] == Guidance.PresentCard, TimeSpan.FromSeconds(5));
    }

    public void Until(Guidance guidance) => Desk.Loop.RunUntil(() => Desk.Shown[^1] == guidance, TimeSpan.FromSeconds(70));

    public void Present(string number) => Reader.Present(SimulatedIdCard.WithNumber(number));

    /// <summary>The agent dies and is started again; the reader keeps its power.</summary>
    public void Restart()
    {
        Desk.Kill();
        _stop = new();
        Desk.Boot();
        StartStation();
    }

    public void Dispose()
    {
        _stop.Cancel();
        Desk.Loop.Drain();
        _stop.Dispose();
        Desk.Dispose();
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Log.Add($"{formatter(state, exception)} {exception}");

    private IdCardStation MakeStation(TimeProvider time) => _station = new(this, TimeSpan.FromMilliseconds(400), new() { Time = time, Logger = this });

    private void StartStation()
    {
        var (station, stop) = (Station, _stop.Token);
        _ = Desk.Loop.Start(() => station.RunAsync(stop));
    }
}
