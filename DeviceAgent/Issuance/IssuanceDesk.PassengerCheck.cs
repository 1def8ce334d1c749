using DeviceAgent.Journal;
using DeviceAgent.Orders;

namespace DeviceAgent.Issuance;

// The pick-up's fourth step: may who stands there collect the order?
public sealed partial class IssuanceDesk
{
    // Within this time an answer of the platform is one to issue by; a passenger who looked for a card for longer may have been refunded.
    private static readonly TimeSpan AnswerIsFresh = TimeSpan.FromSeconds(15);

    /// <summary>The order to go on with. Null when it is not given to who stands there: the lights say so, and nothing was taken.</summary>
    private async Task<Order?> CheckPassengerAsync(Order order, IssuanceRecord? open)
    {
        var began = _with.Time.GetTimestamp();
        PassengerVerdict verdict;
        try
        {
            verdict = await _with.PassengerCheck.CheckAsync(order, Show, _stopAsked.Token);
        }
        catch (OperationCanceledException) when (_stopping)
        {
            return null;
        }
        if (verdict.Note is { } note) _with.Journal.Audit(_with.Time.GetUtcNow(), JournalAudit.PassengerCheck, $"order {order.OrderNumber}: {note}");
        if (!verdict.MayCollect)
        {
            _with.Logger.NotCollected(order.OrderNumber, verdict.Note ?? "not to who stands there");
            Notice(Guidance.Refused);
            return null;
        }
        if (verdict.Note is null) return order;
        _with.Logger.PassengerChecked(order.OrderNumber, verdict.Note);
        Show(Guidance.Checking);
        if (_stopping) return null;
        if (_with.Time.GetElapsedTime(began) < AnswerIsFresh) return IsRefusedForNow() ? null : order;
        if (await LookUpAsync(order.OrderNumber, open) is not { } again || _stopping) return null;
        if (again.Passengers.SequenceEqual(order.Passengers)) return again;
        _with.Logger.NotCollected(order.OrderNumber, "its passengers were changed while the ID card was waited for");
        Notice(Guidance.Refused);
        return null;
    }
}
