using System.Globalization;
using DeviceAgent.Journal;
using DeviceAgent.Platform.Gateway;

namespace DeviceAgent.Issuance;

/// <summary>What the platform says of an order, as far as a decision about it needs it.</summary>
/// <param name="Status">Null when it does not show the order.</param>
/// <param name="HasLiveRefund">A refund that is not rejected.</param>
internal readonly record struct PlatformView(int? Status, bool HasLiveRefund)
{
    public static PlatformView Of(TvmQueryOrderResponse answer) => answer is { IsSuccess: true, TvmBusOrderLineInfo: { } order }
        ? new(order.OrderStatus, order.Refunds.Any(refund => refund.IsLive))
        : new(null, false);

    public bool IsOpen => Status is TvmOrderStatus.PaidNotNotified or TvmOrderStatus.PaidAndNotified && !HasLiveRefund;

    public override string ToString() => Status is { } status
        ? string.Create(CultureInfo.InvariantCulture, $"order status {status}{(HasLiveRefund ? ", a refund is under way or done" : "")}")
        : "the platform does not show the order";
}

/// <summary>What a person may decide about an order in doubt. No I/O, no clock.</summary>
/// <remarks>
/// Issued tells what the paper shows and is always allowed: a platform that has closed the order meanwhile refuses the report, which then is
/// parked as paper given, order closed. Void and reissue promise something to the passenger, so the platform must be able to keep it.
/// </remarks>
internal static class DecisionRules
{
    /// <param name="platform">Null where what the platform was told does not depend on the paper: then it has no say.</param>
    /// <returns>Null when it may be decided, else why not.</returns>
    public static string? WhyNot(DecisionKind decision, IssuanceRecord record, PlatformView? platform, string templateVersion, int maxReissues)
    {
        if (record.State != IssuanceState.InDoubt) return $"the order is not in doubt, it is {record.StateText}";
        if (record.Accepted is not { } accepted) return "its content cannot be read: the journal's key is missing, or a newer release wrote it";
        return decision switch
        {
            DecisionKind.Issued => null,
            DecisionKind.Void => WhyNotVoid(platform),
            DecisionKind.Reissue => WhyNotReissue(record, accepted, platform, templateVersion, maxReissues),
            _ => "a decision is issued, void or reissue",
        };
    }

    private static string? WhyNotVoid(PlatformView? view) => view is not { } platform ? null : platform.Status switch
    {
        null => "the platform does not show the order, so that it could not refund it",
        TvmOrderStatus.BookedAndConfirmed => "the platform holds the order as issued (status 50): a refund has to be asked for there",
        _ => null,
    };

    private static string? WhyNotReissue(IssuanceRecord record, AcceptedOrder accepted, PlatformView? platform, string templateVersion, int maxReissues)
    {
        var made = record.Decisions.Count(d => d.Kind == DecisionKind.Reissue);
        if (made >= maxReissues) return $"{made} of {maxReissues} reissues of this order were decided already (Issuance:MaxReissues)";
        if (accepted.TemplateVersion != templateVersion) return $"its tickets were begun with the layout {accepted.TemplateVersion}, this release prints {templateVersion}";
        return platform is null or { IsOpen: true } ? null : $"the platform would not take the tickets: {platform}";
    }
}
