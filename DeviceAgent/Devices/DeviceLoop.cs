using DeviceAgent.Drivers;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Devices;

/// <summary>What a device's loop works with.</summary>
public sealed record DeviceSurroundings
{
    public required TimeProvider Time { get; init; }

    public required ILogger Logger { get; init; }

    /// <summary>Null: only time tells when to try again.</summary>
    public IDeviceNodes? Nodes { get; init; }

    /// <summary>Null where nothing switches the device's supply.</summary>
    public IPowerSwitch? Power { get; init; }

    /// <summary>Whether its power may be taken away just now; null: always.</summary>
    public Func<bool>? MayPowerCycle { get; init; }

    public SupervisionOptions Options { get; init; } = new();
}

/// <summary>The loop that all devices share: open, run, lost, open again. On the agent's loop.</summary>
/// <remarks>
/// A device that flaps is opened again only after a rest. One that answers nothing has its power taken away and given back, where that
/// can be done and as often as allowed.
/// </remarks>
public sealed class DeviceLoop
{
    private readonly string _name, _path;
    private readonly DeviceSurroundings _around;
    private readonly IDeviceNodes _nodes;
    private readonly SupervisionRules _rules;
    private readonly long _begun;
    private DeviceHealth _health;
    private DeviceLoss? _told;
    private long _silentSince;
    private Action? _endSilence;
    private bool _toldUsedUp;

    /// <param name="name">"printer", "scanner", …</param>
    /// <param name="path">How it is reached; one that does not begin with '/' has no node.</param>
    /// <param name="around">What it works with.</param>
    public DeviceLoop(string name, string path, DeviceSurroundings around)
    {
        ArgumentNullException.ThrowIfNull(around);
        (_name, _path, _around) = (name, path, around);
        _nodes = around.Nodes ?? new PatientNodes(around.Time);
        _rules = new(around.Options);
        _begun = around.Time.GetTimestamp();
        _health = new(name, path, DeviceState.NoDevice, RecoveryHint.None, "", around.Time.GetUtcNow(), 0, false);
    }

    public DeviceHealth Health => _health with { LossesInLastHour = _rules.LossesInLastHour(Now), IsFlapping = _rules.IsFlapping(Now) };

    /// <summary>After each change of state, hint or detail.</summary>
    public event Action? Changed;

    private TimeSpan Now => _around.Time.GetElapsedTime(_begun);

    /// <summary>What the open device says of itself.</summary>
    public void Tell(DeviceState state, RecoveryHint hint = RecoveryHint.None, string detail = "")
    {
        if (state == _health.State && hint == _health.Hint && detail == _health.Detail) return;
        var wasSilent = _health.State == DeviceState.PowerOff;
        _health = _health with { State = state, Hint = hint, Detail = detail, Since = state == _health.State ? _health.Since : _around.Time.GetUtcNow() };
        if (state == DeviceState.PowerOff && !wasSilent) BeginSilence();
        else if (state != DeviceState.PowerOff) EndSilence();
        Changed?.Invoke();
    }

    /// <summary>Runs until it is stopped.</summary>
    /// <param name="open">Opens and identifies the device; throws <see cref="DeviceLostException"/> when it cannot be had.</param>
    /// <param name="use">Runs until it is stopped and returns then, or throws <see cref="DeviceLostException"/>. The device is disposed of by the loop.</param>
    /// <param name="stop">Ends the loop.</param>
    public async Task RunAsync<T>(Func<CancellationToken, ValueTask<T>> open, Func<T, CancellationToken, Task> use, CancellationToken stop)
        where T : IAsyncDisposable
    {
        ArgumentNullException.ThrowIfNull(open);
        ArgumentNullException.ThrowIfNull(use);
        while (!stop.IsCancellationRequested)
        {
            var loss = await TurnAsync(open, use, stop);
            EndSilence();
            if (loss is not { } reason || stop.IsCancellationRequested) continue;
            if (reason == DeviceLoss.Stalled && await TryPowerCycleAsync(stop)) reason = DeviceLoss.Unplugged;
            await _nodes.WaitAsync(_path, reason, _rules.NextDelay(Now), stop);
        }
    }

    /// <returns>Why the device is not there; null when it was stopped.</returns>
    private async Task<DeviceLoss?> TurnAsync<T>(Func<CancellationToken, ValueTask<T>> open, Func<T, CancellationToken, Task> use, CancellationToken stop)
        where T : IAsyncDisposable
    {
        var wasOpen = false;
        try
        {
            await using var device = await open(stop);
            (wasOpen, _told) = (true, null);
            _rules.Opened();
            // The device itself may have told more already.
            if (_health.State is DeviceState.NoDevice or DeviceState.Busy or DeviceState.UserError or DeviceState.HardwareError) Tell(DeviceState.Online);
            await use(device, stop);
            return null;
        }
        catch (DeviceLostException e)
        {
            See(e, wasOpen);
            return e.Loss;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return null;
        }
    }

    private void See(DeviceLostException e, bool wasOpen)
    {
        if (wasOpen)
        {
            var flapped = _rules.IsFlapping(Now);
            _rules.Lost(Now);
            _around.Logger.DeviceLost(_name, _path);
            if (!flapped && _rules.IsFlapping(Now)) _around.Logger.DeviceFlaps(_name, _path, _rules.LossesInLastHour(Now), _around.Options.FlapRest);
        }
        // Told once a change, not once a try.
        else if (_told != e.Loss)
        {
            _around.Logger.DeviceNotThere(_name, _path, e.Loss, e.Errno);
        }
        _told = e.Loss;
        var (state, hint, detail) = SupervisionRules.Of(e.Loss);
        if (_rules.IsFlapping(Now)) (hint, detail) = (RecoveryHint.Maintenance, "goes and comes: it is given a rest before it is opened again");
        Tell(state, hint, detail);
    }

    private void BeginSilence()
    {
        _silentSince = _around.Time.GetTimestamp();
        if (_around.Power is null || _endSilence is not null) return;
        var end = new CancellationTokenSource();
        _endSilence = () =>
        {
            end.Cancel();
            end.Dispose();
        };
        _ = WatchSilenceAsync(end.Token);
    }

    private void EndSilence()
    {
        _endSilence?.Invoke();
        _endSilence = null;
    }

    /// <summary>Cycles the power of a device that is open and answers nothing, again and again while it stays so.</summary>
    private async Task WatchSilenceAsync(CancellationToken end)
    {
        try
        {
            while (true)
            {
                await Task.Delay(_around.Options.SilenceBeforePowerCycle, _around.Time, end);
                // Not ended half way: a device whose power goes is seen to go.
                await TryPowerCycleAsync(CancellationToken.None);
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // It answers again, or is gone.
        }
    }

    private async Task<bool> TryPowerCycleAsync(CancellationToken stop)
    {
        if (_around.Power is not { } power || _around.MayPowerCycle?.Invoke() == false) return false;
        if (!_rules.TryPowerCycle(Now))
        {
            if (!_toldUsedUp) _around.Logger.PowerCyclesUsedUp(_name, _path, _around.Options.PowerCyclesPerHour);
            _toldUsedUp = true;
            return false;
        }
        _toldUsedUp = false;
        _around.Logger.PowerCycled(_name, _path, DeviceState.PowerOff == _health.State ? _around.Time.GetElapsedTime(_silentSince) : TimeSpan.Zero);
        try
        {
            await power.CycleAsync(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The switch gives the power back by itself.
        }
        return true;
    }
}
