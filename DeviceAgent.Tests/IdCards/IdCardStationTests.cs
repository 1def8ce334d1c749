using DeviceAgent.Devices;
using DeviceAgent.Drivers;
using DeviceAgent.Drivers.IdCards;
using DeviceAgent.Drivers.Serial;
using DeviceAgent.Issuance;
using DeviceAgent.Simulator;
using DeviceAgent.Simulator.IdCards;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Tests.IdCards;

/// <summary>The station on a pseudo-terminal, with the clock of this machine.</summary>
public sealed class IdCardStationTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly PseudoTerminal _terminal = new();
    private readonly SimulatedSdtReader _reader = new();
    private readonly CancellationTokenSource _stop = new();

    private static CancellationToken TestEnds => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _stop.Dispose();
        _terminal.Dispose();
    }

    [Fact]
    public async Task A_card_is_read_over_a_real_line_and_cleared_once_it_is_done_with()
    {
        _reader.Attach(_terminal);
        var port = new WatchedPort(_terminal.DevicePath);
        var station = new IdCardStation(port, TimeSpan.FromMilliseconds(300), new() { Time = TimeProvider.System, Logger = NullLogger.Instance });
        var running = station.RunAsync(_stop.Token);
        // It is online before it has said who it is.
        await UntilAsync(() => station.Health is { State: DeviceState.Online, Detail: not "" });
        Assert.Equal($"SAM {SimulatedSdtReader.SamLabel}", station.Health.Detail);

        // The second look finds it.
        var looks = 0;
        _reader.Requested += request =>
        {
            if (request == "2001" && ++looks == 2) _reader.Present(IdCardTextTests.Permit);
        };
        var presented = await station.NextAsync(TestEnds).AsTask().WaitAsync(Limit, TestEnds);
        Assert.Equal(CardReading.Read, presented.Reading);
        using (presented.Card) Assert.Equal("830000199201300022", presented.Card!.Text.Number.ToString());
        Assert.Equal("Read, ID card (ResidencePermit, cleared)", $"{presented.Reading}, {presented.Card}");
        Assert.Equal(2, looks);

        await _stop.CancelAsync();
        await running.WaitAsync(Limit, TestEnds);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => port.Line!.ReadAsync(new byte[1], TestEnds).AsTask());
        Assert.Equal(CardReading.NoReader, (await station.NextAsync(TestEnds)).Reading);
    }

    [Fact]
    public async Task A_pulled_cable_ends_the_wait_for_a_card()
    {
        _reader.Attach(_terminal);
        var station = new IdCardStation(new WatchedPort(_terminal.DevicePath), TimeSpan.FromMilliseconds(300), new() { Time = TimeProvider.System, Logger = NullLogger.Instance });
        var running = station.RunAsync(_stop.Token);
        await UntilAsync(() => station.Health.State == DeviceState.Online);
        var next = station.NextAsync(TestEnds).AsTask();
        _terminal.HangUp();
        Assert.Equal(CardReading.NoReader, (await next.WaitAsync(Limit, TestEnds)).Reading);
        await UntilAsync(() => station.Health.State == DeviceState.NoDevice);
        await _stop.CancelAsync();
        await running.WaitAsync(Limit, TestEnds);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Limit, "Waited too long.");
            await Task.Yield();
        }
    }

    private sealed class WatchedPort(string path) : IIdCardPort
    {
        public SerialLine? Line { get; private set; }

        public string Path => path;

        public ValueTask<SdtReader> OpenAsync(CancellationToken cancellationToken) => SdtReader.OpenAsync(Line = SerialLine.Open(path, new() { BaudRate = 115_200 }), new() { Path = path, HeaderTimeout = TimeSpan.FromSeconds(10), ReadTimeout = TimeSpan.FromSeconds(10) }, null, cancellationToken);
    }
}
