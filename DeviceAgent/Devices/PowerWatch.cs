using Microsoft.Extensions.Logging;

namespace DeviceAgent.Devices;

/// <summary>Whether the supply fails. On the agent's loop.</summary>
/// <remarks>It fails from the first moment on, and is back only when it has been for a while: a supply that comes and goes would begin tickets in between.</remarks>
internal sealed class PowerWatch
{
    private readonly IKioskInputs _inputs;
    private readonly TimeSpan _backTime;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private Action? _endSettling;
    private long _failedAt;

    public PowerWatch(IKioskInputs inputs, TimeSpan backTime, TimeProvider time, ILogger logger)
    {
        (_inputs, _backTime, _time, _logger) = (inputs, backTime, time, logger);
        inputs.Changed += (_, _) => Look();
    }

    public bool IsFailing { get; private set; }

    /// <summary>Called on the agent's loop when it begins to fail, and when it is back.</summary>
    public event Action? Changed;

    private void Look()
    {
        if (_inputs.IsActive(KioskInput.PowerFail))
        {
            _endSettling?.Invoke();
            _endSettling = null;
            if (IsFailing) return;
            (IsFailing, _failedAt) = (true, _time.GetTimestamp());
            _logger.PowerFails();
            Changed?.Invoke();
        }
        else if (IsFailing && _endSettling is null)
        {
            _ = SettleAsync();
        }
    }

    private async Task SettleAsync()
    {
        using var settling = new CancellationTokenSource();
        _endSettling = settling.Cancel;
        try
        {
            if (_backTime > TimeSpan.Zero) await Task.Delay(_backTime, _time, settling.Token);
        }
        catch (OperationCanceledException) when (settling.IsCancellationRequested)
        {
            // It failed again.
            return;
        }
        _endSettling = null;
        IsFailing = false;
        _logger.PowerIsBack(_time.GetElapsedTime(_failedAt).TotalSeconds);
        Changed?.Invoke();
    }
}
