using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Contactless;

namespace DeviceAgent.Devices;

/// <summary>Keeps the card reader open and hands on the code on each card that is presented, as a scanner does. On the agent's loop.</summary>
/// <remarks>
/// A card is told once, however long it stays; one that flickers at the edge of the field is not told again before it was away for
/// <see cref="AwayFor"/>: a second time confirms a return.
/// </remarks>
public sealed class ContactlessStation : IKioskDevice
{
    /// <summary>Away for a shorter time, the same code has not been presented again.</summary>
    internal static readonly TimeSpan AwayFor = TimeSpan.FromSeconds(1);

    private readonly IContactlessPort _port;
    private readonly ContactlessOptions _options;
    private readonly Action<string> _onCode;
    private readonly Action _onNoCode;
    private readonly DeviceSurroundings _around;
    private readonly DeviceLoop _loop;
    private readonly HashSet<string> _readers = [];
    private string? _why;
    private string? _lastCode;
    private long _lastSeen;

    /// <param name="port">How the reader is reached.</param>
    /// <param name="options">Whether a card's number is a code, and how much is read.</param>
    /// <param name="onCode">Takes a code.</param>
    /// <param name="onNoCode">A card without one was presented.</param>
    /// <param name="around">Clock, log, supervision.</param>
    public ContactlessStation(IContactlessPort port, ContactlessOptions options, Action<string> onCode, Action onNoCode, DeviceSurroundings around)
    {
        ArgumentNullException.ThrowIfNull(port);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(onCode);
        ArgumentNullException.ThrowIfNull(onNoCode);
        ArgumentNullException.ThrowIfNull(around);
        (_port, _options, _onCode, _onNoCode, _around) = (port, options, onCode, onNoCode, around);
        _loop = new("card reader", port.Path, around with { Nodes = new NodeOf(port.Node, around.Nodes ?? new PatientNodes(around.Time)) });
    }

    public DeviceHealth Health => _loop.Health is var health && _why is { } why && !health.IsFlapping && health.State != DeviceState.Online ? health with { Detail = why } : _loop.Health;

    public Task RunAsync(CancellationToken stop) => _loop.RunAsync(OpenAsync, UseAsync, stop);

    private async ValueTask<ICardReader> OpenAsync(CancellationToken stop)
    {
        try
        {
            var reader = await _port.OpenAsync(stop);
            _why = null;
            return reader;
        }
        catch (DeviceLostException e)
        {
            Explain(e.Loss, wasOpen: false);
            throw;
        }
    }

    private async Task UseAsync(ICardReader reader, CancellationToken stop)
    {
        _readers.Clear();
        var model = reader.Model;
        if (model.Length > 0) _around.Logger.CardReaderOpened(_port.Path, model);
        TellReaders(model);
        try
        {
            while (true) await HandleAsync(reader, await reader.ReadAsync(stop), stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped.
        }
        catch (DeviceLostException e)
        {
            Explain(e.Loss, wasOpen: true);
            throw;
        }
    }

    private async ValueTask HandleAsync(ICardReader reader, CardReaderEvent happened, CancellationToken stop)
    {
        switch (happened.Kind)
        {
            case CardReaderEventKind.ReaderAttached:
                if (_readers.Add(happened.Reader)) _around.Logger.CardReaderAttached(happened.Reader);
                TellReaders(reader.Model);
                break;
            case CardReaderEventKind.ReaderGone:
                if (_readers.Remove(happened.Reader)) _around.Logger.CardReaderDetached(happened.Reader);
                TellReaders(_readers.Count == 0 ? "" : reader.Model);
                break;
            case CardReaderEventKind.CardGone:
                _lastSeen = _around.Time.GetTimestamp();
                break;
            case CardReaderEventKind.CardPresented when happened.Card is { } card:
                await ReadAsync(card, stop);
                break;
        }
    }

    private async ValueTask ReadAsync(ICardChannel card, CancellationToken stop)
    {
        var reading = await NdefReader.ReadAsync(card, _options.MaxMessageBytes, stop);
        // Who takes a card away too early sees that nothing happens, and presents it again.
        if (reading.Outcome is NdefOutcome.Left) return;
        var code = reading.Text ?? (_options.UseUid ? await NdefReader.ReadUidAsync(card, stop) : null);
        if (code is null)
        {
            _around.Logger.CardWithoutCode(reading.Outcome);
            if (reading.Outcome != NdefOutcome.InUse) _onNoCode();
            return;
        }
        var isTheSame = code == _lastCode && _around.Time.GetElapsedTime(_lastSeen) < AwayFor;
        (_lastCode, _lastSeen) = (code, _around.Time.GetTimestamp());
        if (!isTheSame) _onCode(code);
    }

    private void TellReaders(string model)
    {
        if (model.Length > 0) _loop.Tell(DeviceState.Online, detail: model);
        else _loop.Tell(DeviceState.NoDevice, RecoveryHint.Maintenance, _options.Pcsc.Reader.Length > 0 ? $"no reader is plugged in whose name begins with \"{_options.Pcsc.Reader}\"" : "no reader is plugged in");
    }

    private void Explain(DeviceLoss loss, bool wasOpen)
    {
        var why = _port.Explain(loss, wasOpen);
        if (why is not null && why != _why) _around.Logger.CardReaderNotThere(_port.Path, why);
        _why = why;
    }

    /// <summary>Waits for pcscd's socket, not for a reader's name.</summary>
    private sealed class NodeOf(string node, IDeviceNodes nodes) : IDeviceNodes
    {
        public ValueTask WaitAsync(string path, DeviceLoss loss, TimeSpan pause, CancellationToken stop) => nodes.WaitAsync(node, loss, pause, stop);
    }
}
