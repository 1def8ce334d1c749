using System.Diagnostics.CodeAnalysis;

namespace DeviceAgent.Drivers.Scanning;

/// <summary>Commands and their acknowledgements: one command at a time, with time-out, retries and settling as the profile has them.</summary>
/// <remarks>Whoever reads the port tells the replies (<see cref="Answered"/>) and the port's end (<see cref="Lose"/>). Any thread.</remarks>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore that nobody takes a wait handle of holds nothing.")]
internal sealed class TriggerExchange(Stream port, ScannerProfile profile, TimeProvider time)
{
    private readonly SemaphoreSlim _turn = new(1, 1), _write = new(1, 1);
    private volatile TaskCompletionSource<bool>? _answer;
    private volatile Exception? _lost;
    private long? _lastSent;

    /// <summary>Sends the commands in order.</summary>
    /// <param name="endAtFault">The first that fails ends it; otherwise all are sent, and the first fault is told.</param>
    public async ValueTask<TriggerFault> RunAsync(IEnumerable<ScannerCommand> commands, bool endAtFault, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var first = TriggerFault.None;
            foreach (var command in commands)
            {
                var fault = await SendAsync(command, cancellationToken).ConfigureAwait(false);
                if (first == TriggerFault.None) first = fault;
                if (fault != TriggerFault.None && endAtFault) break;
                if (command.Settle > TimeSpan.Zero) await Task.Delay(command.Settle, time, cancellationToken).ConfigureAwait(false);
            }
            return first;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Puts bytes on the line between commands, never into one.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await _write.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await port.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _write.Release();
        }
    }

    /// <summary>A reply came. One that nobody waits for is late, and means nothing.</summary>
    public void Answered(bool accepted) => _answer?.TrySetResult(accepted);

    /// <summary>No reply will come any more.</summary>
    public void Lose(Exception end)
    {
        _lost = end;
        _answer?.TrySetException(end);
    }

    private async ValueTask<TriggerFault> SendAsync(ScannerCommand command, CancellationToken cancellationToken)
    {
        var fault = TriggerFault.NoAnswer;
        for (var attempt = 0; attempt <= command.Retries; attempt++)
        {
            if (profile.Wake is { } wake && (attempt > 0 || _lastSent is not { } last || time.GetElapsedTime(last) >= profile.SleepsAfter))
            {
                await WriteAsync(wake.Send, cancellationToken).ConfigureAwait(false);
                if (wake.Settle > TimeSpan.Zero) await Task.Delay(wake.Settle, time, cancellationToken).ConfigureAwait(false);
            }
            var answer = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            _answer = answer;
            if (_lost is { } lost) answer.TrySetException(lost);
            await WriteAsync(command.Send, cancellationToken).ConfigureAwait(false);
            _lastSent = time.GetTimestamp();
            if (!command.IsAcknowledged) return TriggerFault.None;
            Task wait = answer.Task.WaitAsync(command.Timeout, time, cancellationToken);
            await wait.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            _answer = null;
            if (!answer.Task.IsCompleted)
            {
                fault = TriggerFault.NoAnswer;
                continue;
            }
            if (await answer.Task.ConfigureAwait(false)) return TriggerFault.None;
            fault = TriggerFault.Refused;
        }
        return fault;
    }
}
