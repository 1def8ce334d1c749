using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Gpio;

namespace DeviceAgent.Devices;

/// <summary>A relay in the supply of one device. On the agent's loop.</summary>
/// <remarks>
/// Never leaves the device without power: the line is taken with the power on, from the first moment; whatever ends a cycle gives the power
/// back; a relay that refuses is taken again, on, until it obeys. A process that is killed while the power is off gives it back when it is started again,
/// or, where <see cref="RelayOptions.NormallyOn"/> is wired, when the kernel lets go of the line.
/// </remarks>
internal sealed class PowerRelay : IPowerSwitch, IKioskDevice
{
    private readonly string _device;
    private readonly Func<ulong, IGpioOutputs> _open;
    private readonly RelayOptions _options;
    private readonly DeviceSurroundings _around;
    private readonly DeviceLoop _loop;
    private IGpioOutputs? _outputs;
    private TaskCompletionSource _failed = new();
    private Task? _cycle;
    private GpioException? _fault;

    /// <param name="device">Whose supply it is.</param>
    /// <param name="open">Takes the line with this value from the first moment.</param>
    public PowerRelay(string device, Func<ulong, IGpioOutputs> open, RelayOptions options, DeviceSurroundings around)
    {
        (_device, _open, _options, _around) = (device, open, options, around);
        _loop = new($"power of the {device}", options.Chip ?? "", around);
    }

    public static PowerRelay From(string device, RelayOptions options, GpioLines gpio, DeviceSurroundings around, Func<Task?> chipMayHaveCome) =>
        new(device, on => gpio.RequestOutputs(options.Chip!, [new(GpioLine.Parse(options.Line!), on != 0, options.ActiveLow)], "device-agent"), options, around)
        {
            ChipMayHaveCome = chipMayHaveCome,
        };

    /// <summary>Gives what completes when a chip may have come back; null: nobody can tell.</summary>
    public Func<Task?> ChipMayHaveCome { get; init; } = () => null;

    public DeviceHealth Health
    {
        get
        {
            var health = _loop.Health;
            return _fault is { } fault ? health with { State = GpioFaults.StateOf(fault.Fault), Hint = GpioFaults.HintOf(fault.Fault), Detail = fault.Message } : health;
        }
    }

    private ulong On => _options.NormallyOn ? 0UL : 1;

    public Task RunAsync(CancellationToken stop) => _loop.RunAsync(_ => new ValueTask<Held>(Open()), HoldAsync, stop);

    public async ValueTask CycleAsync(CancellationToken cancellationToken)
    {
        if (_cycle is { } running)
        {
            await running;
            return;
        }
        var over = new TaskCompletionSource();
        _cycle = over.Task;
        try
        {
            if (_outputs is null || !TrySet(On ^ 1)) return;
            _around.Logger.PowerTakenAway(_device, _options.OffTime.TotalSeconds);
            try
            {
                await Task.Delay(_options.OffTime, _around.Time, cancellationToken);
            }
            finally
            {
                // A relay that was lost meanwhile is taken again with the power on.
                if (_outputs is not null && TrySet(On)) _around.Logger.PowerGiven(_device);
            }
        }
        finally
        {
            _cycle = null;
            over.SetResult();
        }
    }

    private Held Open()
    {
        try
        {
            var held = new Held(this, _open(On));
            (_outputs, _failed, _fault) = (held.Outputs, new(), null);
            return held;
        }
        catch (GpioException e)
        {
            Tell(e);
            throw new DeviceLostException(_options.Chip ?? "", GpioFaults.LossOf(e.Fault), e.Errno);
        }
    }

    private async Task HoldAsync(Held held, CancellationToken stop)
    {
        var stopped = new TaskCompletionSource();
        await using var end = stop.Register(() => stopped.TrySetResult());
        while (!stop.IsCancellationRequested && !_failed.Task.IsCompleted)
        {
            await Task.WhenAny(ChipMayHaveCome() ?? stopped.Task, stopped.Task, _failed.Task);
            // A chip that went and came has forgotten its levels; to the one that is held this changes nothing.
            if (_cycle is null && !stop.IsCancellationRequested) TrySet(On);
        }
        if (!_failed.Task.IsCompleted) return;
        throw new DeviceLostException(_options.Chip ?? "", GpioFaults.LossOf(_fault!.Fault), _fault.Errno);
    }

    private bool TrySet(ulong value)
    {
        try
        {
            _outputs!.Set(1, value);
            return true;
        }
        catch (GpioException e)
        {
            Tell(e);
            _failed.TrySetResult();
            return false;
        }
    }

    private void Tell(GpioException e)
    {
        // Once a fault, not once a try.
        if (_fault?.Message != e.Message) _around.Logger.RelayFailed(_device, e.Message);
        _fault = e;
    }

    /// <summary>The line as the loop disposes of it: with the power on.</summary>
    private sealed class Held(PowerRelay relay, IGpioOutputs outputs) : IAsyncDisposable
    {
        public IGpioOutputs Outputs => outputs;

        public ValueTask DisposeAsync()
        {
            if (!relay._failed.Task.IsCompleted) relay.TrySet(relay.On);
            relay._outputs = null;
            outputs.Dispose();
            return default;
        }
    }
}
