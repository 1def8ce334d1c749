using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Gpio;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Devices;

/// <summary>The kiosk's switches and buttons, from the edges that the kernel has debounced. On the agent's loop.</summary>
/// <remarks>
/// Nothing is asked while nothing changes. Levels are read when the lines are taken, and again after edges were dropped.
/// When the chip is gone, an open door and a failing supply stand until they are seen to be over: the chip may have gone for want of that supply.
/// Every other input counts as inactive then, and <see cref="IsKnown"/> tells; the chip is taken again when it is back.
/// </remarks>
public sealed class GpioInputs : IKioskInputs, IKioskDevice
{
    private readonly Func<IGpioInputs> _open;
    private readonly KioskInput[] _inputs;
    private readonly string _chip;
    private readonly ILogger _logger;
    private readonly DeviceLoop _loop;
    private ulong _active;
    private bool _known;
    private GpioException? _fault;
    private long _toldMissed;

    /// <param name="open">Takes the lines; the n-th is the n-th of <paramref name="inputs"/>, and tells both edges.</param>
    internal GpioInputs(Func<IGpioInputs> open, IReadOnlyList<KioskInput> inputs, string chip, DeviceSurroundings around)
    {
        (_open, _inputs, _chip, _logger) = (open, [.. inputs], chip, around.Logger);
        _loop = new("inputs", chip, around);
    }

    /// <summary>What the options name; null where the machine has no switches.</summary>
    internal static GpioInputs? From(InputsOptions options, GpioLines gpio, DeviceSurroundings around)
    {
        switch (options.Backend)
        {
            case InputsBackend.Gpio:
                KioskInput[] wired = [.. options.Lines.Keys.Order()];
                GpioInput[] lines = [.. wired.Select(i => LineOf(options.Lines[i]))];
                return new(() => gpio.RequestInputs(options.Chip!, lines, "device-agent"), wired, options.Chip!, around);
            case InputsBackend.Simulated:
                KioskInput[] all = options.Lines.Count > 0 ? [.. options.Lines.Keys.Order()] : Enum.GetValues<KioskInput>();
                string[] names = [.. all.Select(i => i.ToString())];
                return new(() => new SimulatedInputs(options.Path!, names, around.Time), all, options.Path!, around);
            default:
                return null;
        }
    }

    /// <inheritdoc/>
    public event Action<KioskInput, bool>? Changed;

    /// <inheritdoc/>
    public DeviceHealth Health
    {
        get
        {
            var health = _loop.Health;
            if (_fault is { } fault) return health with { State = GpioFaults.StateOf(fault.Fault), Hint = GpioFaults.HintOf(fault.Fault), Detail = fault.Message + Standing() };
            return health with { Detail = _known ? Describe() : health.Detail + Standing() };
        }
    }

    /// <inheritdoc/>
    public bool IsConfigured(KioskInput input) => Array.IndexOf(_inputs, input) >= 0;

    /// <inheritdoc/>
    public bool IsKnown(KioskInput input) => _known && IsConfigured(input);

    /// <inheritdoc/>
    public bool IsActive(KioskInput input) => Array.IndexOf(_inputs, input) is >= 0 and var index && (_active >> index & 1) != 0;

    /// <inheritdoc/>
    public Task RunAsync(CancellationToken stop) => _loop.RunAsync(_ => new ValueTask<Held>(Open()), WatchAsync, stop);

    private static GpioInput LineOf(InputLineOptions options) => new(GpioLine.Parse(options.Line!), GpioEdges.Both, options.Bias, options.Debounce, options.ActiveLow);

    private Held Open()
    {
        try
        {
            var lines = _open();
            _fault = null;
            return new(lines);
        }
        catch (GpioException e)
        {
            throw Lost(e);
        }
    }

    private async Task WatchAsync(Held held, CancellationToken stop)
    {
        var levels = new InputLevels(_inputs.Length);
        try
        {
            // The lines tell their edges from the request on: what changes between the request and the reading is told once more.
            levels.Set(held.Lines.Read());
            _known = true;
            Show(levels.Levels, anew: true);
            _logger.InputsOpened(_chip, Describe());
            while (await held.Lines.Edges.WaitToReadAsync(stop))
            {
                while (held.Lines.Edges.TryRead(out var edge))
                {
                    if (levels.Take(edge) == EdgeNews.ReadAgain)
                    {
                        TellMissed(levels.Missed);
                        levels.Set(held.Lines.Read());
                    }
                    Show(levels.Levels, anew: false);
                }
            }
            throw new DeviceLostException(_chip, DeviceLoss.Unplugged, 0);
        }
        catch (GpioException e)
        {
            throw Lost(e);
        }
        finally
        {
            _known = false;
            if (!stop.IsCancellationRequested) Show(_active & Lasting(), anew: true);
        }
    }

    // A contact that bounces all day is told of ever more seldom.
    private void TellMissed(long missed)
    {
        if (missed < 2 * _toldMissed) return;
        _toldMissed = missed;
        _logger.EdgesMissed(missed);
    }

    private DeviceLostException Lost(GpioException e)
    {
        // Told once a fault, not once a try.
        if (_fault?.Message != e.Message) _logger.InputsFailed(e.Message);
        _fault = e;
        return new(_chip, GpioFaults.LossOf(e.Fault), e.Errno);
    }

    private void Show(ulong levels, bool anew)
    {
        var changed = levels ^ _active;
        _active = levels;
        for (var i = 0; i < _inputs.Length; i++)
        {
            if ((changed >> i & 1) == 0) continue;
            var active = (levels >> i & 1) != 0;
            _logger.InputChanged(_inputs[i], active);
            Changed?.Invoke(_inputs[i], active);
        }
        // What an inactive switch means changes with its being known.
        if (anew && changed == 0 && _inputs.Length > 0) Changed?.Invoke(_inputs[0], (levels & 1) != 0);
    }

    /// <summary>What stops the kiosk is not over because nobody can tell any more.</summary>
    private ulong Lasting()
    {
        var mask = 0UL;
        for (var i = 0; i < _inputs.Length; i++)
        {
            if (_inputs[i] is KioskInput.Door or KioskInput.PowerFail) mask |= 1UL << i;
        }
        return mask;
    }

    private string Standing() => _active == 0 ? "" : $"; last seen: {Describe()}";

    private string Describe() => string.Join(", ", _inputs.Where(IsActive)) is { Length: > 0 } active ? active : "none active";

    /// <summary>The lines as the loop disposes of them.</summary>
    private sealed class Held(IGpioInputs lines) : IAsyncDisposable
    {
        public IGpioInputs Lines => lines;

        public ValueTask DisposeAsync()
        {
            lines.Dispose();
            return default;
        }
    }
}
