using DeviceAgent.Drivers;
using DeviceAgent.Drivers.IdCards;
using DeviceAgent.Drivers.Serial;
using DeviceAgent.Issuance;

namespace DeviceAgent.Devices;

/// <summary>How the ID-card reader is reached. The seeded world replaces it.</summary>
public interface IIdCardPort
{
    string Path { get; }

    /// <exception cref="DeviceLostException">It cannot be had now.</exception>
    ValueTask<SdtReader> OpenAsync(CancellationToken cancellationToken);
}

/// <summary>The reader on a serial line.</summary>
public sealed class SerialIdCardPort(string path, SerialLineOptions line, SdtReaderOptions options, TimeProvider time) : IIdCardPort
{
    private readonly SdtReaderOptions _options = options with { Path = path };

    public string Path => path;

    public ValueTask<SdtReader> OpenAsync(CancellationToken cancellationToken) => SdtReader.OpenAsync(DriverBackends.OpenSerial(path, line, time), _options, time, cancellationToken);
}

/// <summary>Keeps the ID-card reader open. It sleeps, and nothing is asked of it, but while a pick-up waits for a card. On the agent's loop.</summary>
public sealed class IdCardStation : IKioskDevice, IIdCards
{
    /// <summary>Of one card that lies there: an answer may come garbled.</summary>
    private const int ReadTries = 3;

    private readonly IIdCardPort _port;
    private readonly TimeSpan _pollInterval;
    private readonly DeviceSurroundings _around;
    private readonly DeviceLoop _loop;
    // Who waits for a card; null while nobody does.
    private TaskCompletionSource<PresentedCard>? _waiting;
    // Ends the reader's sleep.
    private TaskCompletionSource _wake = new();
    private bool _isOpen;

    public IdCardStation(IIdCardPort port, TimeSpan pollInterval, DeviceSurroundings around)
    {
        ArgumentNullException.ThrowIfNull(port);
        ArgumentNullException.ThrowIfNull(around);
        (_port, _pollInterval, _around) = (port, pollInterval, around);
        _loop = new("ID-card reader", port.Path, around);
    }

    public DeviceHealth Health => _loop.Health;

    public Task RunAsync(CancellationToken stop) => _loop.RunAsync(_port.OpenAsync, UseAsync, stop);

    public async ValueTask<PresentedCard> NextAsync(CancellationToken cancellationToken)
    {
        if (!_isOpen) return new(CardReading.NoReader);
        if (_waiting is not null) throw new InvalidOperationException("One waits at a time.");
        var waiting = _waiting = new();
        _wake.TrySetResult();
        try
        {
            return await waiting.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // A card that came at the very moment.
            if (waiting.Task.IsCompleted) (await waiting.Task).Card?.Dispose();
            throw;
        }
        finally
        {
            if (_waiting == waiting) _waiting = null;
        }
    }

    private async Task UseAsync(SdtReader reader, CancellationToken stop)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var stopped = Task.Delay(Timeout.InfiniteTimeSpan, _around.Time, end.Token);
        try
        {
            await TellAsync(reader, stop);
            _isOpen = true;
            while (!stop.IsCancellationRequested)
            {
                if (_waiting is null)
                {
                    _wake = new();
                    await reader.SleepUntilAsync(Task.WhenAny(_wake.Task, stopped));
                    continue;
                }
                await LookForCardAsync(reader, stop);
            }
        }
        finally
        {
            _isOpen = false;
            Give(new(CardReading.NoReader));
            end.Cancel();
        }
    }

    /// <summary>One look; then the pause.</summary>
    private async Task LookForCardAsync(SdtReader reader, CancellationToken stop)
    {
        if (reader.Sam is null && !await ReviveAsync(reader, stop))
        {
            Give(new(CardReading.NoReader));
            return;
        }
        var found = await reader.FindAsync(stop);
        if (IsModuleIll(found))
        {
            _around.Logger.IdCardModuleIll(_port.Path, found);
            // Opened anew, with its power cycled where that can be done.
            throw new DeviceLostException(_port.Path, DeviceLoss.Stalled, 0);
        }
        // An answer that did not come, or came garbled, may have been "found": the card then is not found again.
        if (found is SdtReason.Found or SdtReason.Garbled or SdtReason.NoAnswer && await ReadAsync(reader, found, stop) is { } presented) Give(presented);
        else await Task.Delay(_pollInterval, _around.Time, stop);
    }

    private async Task<PresentedCard?> ReadAsync(SdtReader reader, SdtReason found, CancellationToken stop)
    {
        var reason = await reader.SelectAsync(stop);
        if (reason != SdtReason.Ok && found != SdtReason.Found) return null;
        for (var tries = 1; reason == SdtReason.Ok || IsWorthAnother(reason); tries++)
        {
            (reason, var card) = await reader.ReadBaseAsync(stop);
            if (card is { Text.HasRightNumber: true }) return new(CardReading.Read, card);
            if (card is not null)
            {
                _around.Logger.IdCardWithoutNumber(card.Kind);
                card.Dispose();
                return new(CardReading.Unreadable);
            }
            if (tries == ReadTries) break;
        }
        _around.Logger.IdCardUnreadable(reason);
        return new(CardReading.Unreadable);
    }

    private async Task<bool> ReviveAsync(SdtReader reader, CancellationToken stop)
    {
        await reader.ResetAsync(stop);
        await reader.ReadSamIdAsync(stop);
        await TellAsync(reader, stop);
        return reader.Sam is not null;
    }

    private async Task TellAsync(SdtReader reader, CancellationToken stop)
    {
        if (reader.Sam is { } sam)
        {
            _loop.Tell(DeviceState.Online, RecoveryHint.None, $"SAM {sam}");
            _around.Logger.IdCardReaderOpened(_port.Path, sam);
            return;
        }
        var reason = await reader.ReadStatusAsync(stop);
        _loop.Tell(DeviceState.HardwareError, RecoveryHint.Reset, $"its security module does not tell its number ({reason})");
        _around.Logger.IdCardModuleIll(_port.Path, reason);
    }

    private void Give(PresentedCard presented)
    {
        var waiting = _waiting;
        _waiting = null;
        if (waiting?.TrySetResult(presented) != true) presented.Card?.Dispose();
    }

    // The reader's words, not the card's.
    private static bool IsModuleIll(SdtReason reason) => reason is SdtReason.RandomFailed or SdtReason.SelfTestFailed or SdtReason.NotAuthorised;

    private static bool IsWorthAnother(SdtReason reason) => reason is SdtReason.Garbled or SdtReason.NoAnswer or SdtReason.RequestChecksum or SdtReason.RequestLength or SdtReason.ReadFailed;
}
