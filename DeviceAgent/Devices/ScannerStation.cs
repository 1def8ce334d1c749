using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Scanning;

namespace DeviceAgent.Devices;

/// <summary>Keeps the scanner open and its window in step with the desk, and hands on what it reads. On the agent's loop.</summary>
/// <remarks>
/// The window is open while the desk takes codes, and closed while a pick-up is in hand or the kiosk is out of service. A code whose last byte came before
/// the window was opened is discarded; one that comes while it is closed is the desk's to judge: a scanner without a trigger knows nothing of it.
/// A scanner that does not follow its trigger is a state with a hint: it is told, tried again ever less often, and read all the same.
/// </remarks>
public sealed class ScannerStation : IKioskDevice
{
    private static readonly TimeSpan FirstTriggerRetry = TimeSpan.FromSeconds(5), LastTriggerRetry = TimeSpan.FromMinutes(5), UnusableRetry = TimeSpan.FromSeconds(30);

    private readonly IScannerPort _port;
    private readonly Action<string> _onCode;
    private readonly Func<bool> _takesCodes;
    private readonly DeviceSurroundings _around;
    private readonly DeviceLoop _loop;
    private TaskCompletionSource _changed = new();
    // When the desk began to take codes; null while it takes none.
    private long? _takesSince;
    private bool _isOpen, _isDue;

    /// <param name="port">How it is reached.</param>
    /// <param name="onCode">Gets each code.</param>
    /// <param name="takesCodes">Whether a code that comes now would be taken up; call <see cref="Reconsider"/> when it changes.</param>
    /// <param name="around">What its loop works with.</param>
    public ScannerStation(IScannerPort port, Action<string> onCode, Func<bool> takesCodes, DeviceSurroundings around)
    {
        ArgumentNullException.ThrowIfNull(port);
        ArgumentNullException.ThrowIfNull(around);
        (_port, _onCode, _takesCodes, _around) = (port, onCode, takesCodes, around);
        _loop = new("scanner", port.Path, around);
    }

    public DeviceHealth Health => _loop.Health;

    public DeviceState Device => _loop.Health.State;

    /// <summary>Whether the desk takes codes has changed.</summary>
    public void Reconsider()
    {
        // Noted at once: the passenger is told as soon as this returns, and the command to the scanner takes its time.
        if (!_takesCodes()) _takesSince = null;
        else _takesSince ??= _around.Time.GetTimestamp();
        _changed.TrySetResult();
    }

    public Task RunAsync(CancellationToken stop) => _loop.RunAsync(OpenAsync, UseAsync, stop);

    private async ValueTask<ICodeReader> OpenAsync(CancellationToken stop)
    {
        string? told = null;
        while (true)
        {
            try
            {
                return await _port.OpenAsync(stop);
            }
            catch (IOException e) when (e is not DeviceLostException)
            {
                // A wrong path or a wrong kind: a person's to mend, and no reason to end.
                if (told != e.Message) _around.Logger.ScannerUnusable(_port.Path, e.Message);
                told = e.Message;
                _loop.Tell(DeviceState.UserError, RecoveryHint.Configuration, e.Message);
                await Task.Delay(UnusableRetry, _around.Time, stop);
            }
        }
    }

    private async Task UseAsync(ICodeReader reader, CancellationToken stop)
    {
        _loop.Tell(DeviceState.Online);
        _around.Logger.ScannerOpened(_port.Path);
        (_isOpen, _isDue) = (false, false);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var reading = ReadAsync(reader, end.Token);
        var window = KeepWindowAsync(reader, end.Token);
        await Task.WhenAny(reading, window);
        end.Cancel();
        await Task.WhenAll(reading, window);
    }

    private async Task ReadAsync(ICodeReader reader, CancellationToken end)
    {
        while (true)
        {
            ScannedCode code;
            try
            {
                code = await reader.ReadAsync(end);
            }
            catch (OperationCanceledException) when (end.IsCancellationRequested)
            {
                return;
            }
            if (code.Fault != ScanFault.None) _around.Logger.ScanFaulty(code.Fault);
            else if (code.ReceivedTimestamp < _takesSince) _around.Logger.CodeBeforeWindow();
            else _onCode(code.Text);
            if (!_isOpen || reader.WindowLimit == Timeout.InfiniteTimeSpan) continue;
            // It reads one code and lets the trigger go.
            _isDue = true;
            Reconsider();
        }
    }

    private async Task KeepWindowAsync(ICodeReader reader, CancellationToken end)
    {
        var retry = FirstTriggerRetry;
        try
        {
            while (true)
            {
                // Before the question: a change after it is seen at once.
                _changed = new();
                var fault = await FollowAsync(reader, end);
                var wait = _isOpen ? reader.WindowLimit : Timeout.InfiniteTimeSpan;
                if (fault is { } given)
                {
                    Tell(given);
                    if (given == TriggerFault.None) retry = FirstTriggerRetry;
                    else (wait, retry) = (retry, retry * 2 < LastTriggerRetry ? retry * 2 : LastTriggerRetry);
                }
                Task changed = _changed.Task.WaitAsync(wait, _around.Time, end);
                await changed.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
                end.ThrowIfCancellationRequested();
                _isDue |= !_changed.Task.IsCompleted;
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The reader is about to be closed.
        }
    }

    /// <returns>What became of the command; null where there was nothing to do.</returns>
    private async ValueTask<TriggerFault?> FollowAsync(ICodeReader reader, CancellationToken end)
    {
        var takes = _takesCodes();
        if (takes && (!_isOpen || _isDue))
        {
            // Before the command: the code may come before its acknowledgement.
            (_isOpen, _isDue) = (true, false);
            return await reader.OpenWindowAsync(end);
        }
        if (takes || !_isOpen) return null;
        (_isOpen, _isDue) = (false, false);
        return await reader.CloseWindowAsync(end);
    }

    private void Tell(TriggerFault fault)
    {
        var was = _loop.Health.State;
        switch (fault)
        {
            case TriggerFault.NoAnswer:
                _loop.Tell(DeviceState.PowerOff, RecoveryHint.Reset, "does not acknowledge its trigger: power, baud rate, or another kind of trigger than Scanner:Trigger says");
                break;
            case TriggerFault.Refused:
                _loop.Tell(DeviceState.UserError, RecoveryHint.Configuration, "refuses its trigger: set the scanner to be triggered by its host");
                break;
            default:
                _loop.Tell(DeviceState.Online);
                break;
        }
        if (_loop.Health.State == was) return;
        if (fault == TriggerFault.None) _around.Logger.TriggerWorks(_port.Path);
        else _around.Logger.TriggerFailed(_port.Path, fault);
    }
}
