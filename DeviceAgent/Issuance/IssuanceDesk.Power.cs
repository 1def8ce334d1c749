using DeviceAgent.Journal;

namespace DeviceAgent.Issuance;

// The supply fails: what is being printed goes on and is judged by its evidence, nothing else is begun. Every step is durable already.
public sealed partial class IssuanceDesk
{
    private TaskCompletionSource? _powerBack;
    private bool _powerNoted;

    /// <summary>An order in hand does not begin its next ticket before the power is back. Returns then, or when the passenger has waited long enough.</summary>
    private async Task WaitForPowerAsync(OpenOrder order, TimeSpan limit)
    {
        _with.Logger.WaitsForPower(order.Number);
        Show(Guidance.OutOfService);
        var back = _powerBack = new();
        try
        {
            // The next ticket's own pause begins with the last one's: a wait that ends at the limit is over it.
            await back.Task.WaitAsync(limit + TimeSpan.FromMilliseconds(1), _with.Time, _hardStop.Token);
        }
        catch (TimeoutException)
        {
            // The order then waits for its passenger, who may present the code again.
        }
        finally
        {
            _powerBack = null;
        }
    }

    private void ConsiderPower()
    {
        // A stop wakes it, too: the order is concluded, not kept.
        if (_stopping || !_with.PowerIsFailing()) _powerBack?.TrySetResult();
        if (_with.PowerIsFailing() == _powerNoted || !_recovered || _journalFailure is not null) return;
        _powerNoted = !_powerNoted;
        Guarded(() => _with.Journal.Audit(_with.Time.GetUtcNow(), JournalAudit.Power, _powerNoted ? "fails" : "is back"));
    }
}
