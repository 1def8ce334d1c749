using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Contactless;
using DeviceAgent.Simulator;
using DeviceAgent.Simulator.Contactless;

namespace DeviceAgent.Tests.Contactless;

/// <summary>The driver and the simulated chip at the two ends of a pseudo-terminal.</summary>
internal sealed class Pn532Fixture : IAsyncDisposable
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>Short pauses: the chip answers at once.</summary>
    public static readonly Pn532Options Brisk = new()
    {
        AckTimeout = TimeSpan.FromMilliseconds(200),
        AnswerTimeout = TimeSpan.FromSeconds(2),
        PresenceInterval = TimeSpan.FromMilliseconds(50),
    };

    private Pn532Fixture()
    {
        Chip = new SimulatedPn532(Terminal);
    }

    public PseudoTerminal Terminal { get; private set; } = new();

    public SimulatedPn532 Chip { get; }

    public Pn532Reader Reader { get; private set; } = null!;

    /// <summary>What opens the line; set before the reader is opened.</summary>
    private DriverBackend Backend { get; init; }

    private static CancellationToken TestEnds => TestContext.Current.CancellationToken;

    public static async Task<Pn532Fixture> OpenAsync(Pn532Options? options = null, Action<SimulatedPn532>? prepare = null, DriverBackend backend = DriverBackend.Kernel)
    {
        var fixture = new Pn532Fixture { Backend = backend };
        prepare?.Invoke(fixture.Chip);
        await fixture.OpenReaderAsync(options);
        return fixture;
    }

    public async Task OpenReaderAsync(Pn532Options? options = null)
    {
        var path = Terminal.DevicePath;
        Reader = await Pn532Reader.OpenAsync(DriverBackends.OpenSerial(path, new() { BaudRate = 115_200, Backend = Backend }), path, options ?? Brisk, null, TestEnds).AsTask().WaitAsync(Limit, TestEnds);
    }

    /// <summary>The cable is pulled, and plugged in again.</summary>
    public void Replug()
    {
        Terminal.HangUp();
        Terminal = new PseudoTerminal();
        Chip.Attach(Terminal);
    }

    public async Task<CardReaderEvent> NextAsync() => await Reader.ReadAsync(TestEnds).AsTask().WaitAsync(Limit, TestEnds);

    /// <summary>The next event is a card; gives what it says.</summary>
    public async Task<NdefReading> ReadCardAsync()
    {
        var happened = await NextAsync();
        Assert.Equal(CardReaderEventKind.CardPresented, happened.Kind);
        return await NdefReader.ReadAsync(happened.Card!, 1024, TestEnds).AsTask().WaitAsync(Limit, TestEnds);
    }

    /// <summary>The chip waits for a card.</summary>
    public Task ListingAsync() => UntilAsync(chip => chip.IsListing);

    public Task UntilAsync(Func<SimulatedPn532, bool> condition) => Chip.UntilAsync(condition).WaitAsync(Limit, TestEnds);

    public async ValueTask DisposeAsync()
    {
        if (Reader is not null) await Reader.DisposeAsync();
        Terminal.Dispose();
    }
}
