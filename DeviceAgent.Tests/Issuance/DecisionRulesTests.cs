using DeviceAgent.Issuance;
using DeviceAgent.Journal;
using DeviceAgent.Platform.Gateway;
using DeviceAgent.Tests.Journal;

namespace DeviceAgent.Tests.Issuance;

public sealed class DecisionRulesTests
{
    private static readonly PlatformView Open = new(30, false);

    private static readonly IssuanceRecord Doubtful = new()
    {
        Id = 1,
        Journey = Orders.Journey.Bus,
        OrderNumber = "1",
        State = IssuanceState.InDoubt,
        StateText = "in_doubt",
        CreatedAt = default,
        ChangedAt = default,
        TicketCount = 2,
        Accepted = JournalSamples.Accepted("1"),
        Attempts = [],
    };

    private static string? WhyNot(DecisionKind decision, IssuanceRecord? record = null, PlatformView? platform = null, string template = "bus/1", int max = 1) =>
        DecisionRules.WhyNot(decision, record ?? Doubtful, platform ?? Open, template, max);

    [Fact]
    public void An_order_in_doubt_that_the_platform_still_holds_open_may_be_decided_each_way()
    {
        foreach (var decision in new[] { DecisionKind.Issued, DecisionKind.Void, DecisionKind.Reissue }) Assert.Null(WhyNot(decision));
        Assert.Null(WhyNot(DecisionKind.Reissue, platform: new(20, false)));
        Assert.Contains("issued, void or reissue", WhyNot(DecisionKind.Unknown));
    }

    [Fact]
    public void No_other_order_is_decided()
    {
        foreach (var state in Enum.GetValues<IssuanceState>().Where(s => s != IssuanceState.InDoubt))
            Assert.Contains("not in doubt", WhyNot(DecisionKind.Issued, Doubtful with { State = state }));
    }

    [Fact]
    public void What_cannot_be_read_is_not_decided() => Assert.Contains("cannot be read", WhyNot(DecisionKind.Issued, Doubtful with { Accepted = null }));

    [Fact]
    public void Issued_tells_what_the_paper_shows_whatever_the_platform_says()
    {
        foreach (var view in new PlatformView[] { new(null, false), new(50, false), new(-4, true), new(30, true) }) Assert.Null(WhyNot(DecisionKind.Issued, platform: view));
    }

    [Fact]
    public void A_refund_is_never_promised_that_the_platform_would_not_make()
    {
        Assert.Contains("does not show", WhyNot(DecisionKind.Void, platform: new(null, false)));
        Assert.Contains("status 50", WhyNot(DecisionKind.Void, platform: new(50, false)));
        Assert.Null(WhyNot(DecisionKind.Void, platform: new(30, true)));
    }

    [Fact]
    public void Tickets_are_never_promised_that_the_platform_would_not_take()
    {
        foreach (var view in new PlatformView[] { new(null, false), new(50, false), new(10, false), new(-4, false), new(30, true) })
            Assert.Contains(view.ToString(), WhyNot(DecisionKind.Reissue, platform: view));
        Assert.Contains("layout", WhyNot(DecisionKind.Reissue, template: "bus/2"));
        DecisionRecord made = new(DecisionKind.Reissue, "reissue", default, "", "", "", 0);
        Assert.Contains("1 of 1", WhyNot(DecisionKind.Reissue, Doubtful with { Decisions = [made] }));
        Assert.Null(WhyNot(DecisionKind.Reissue, Doubtful with { Decisions = [made, made with { Kind = DecisionKind.Void }] }, max: 2));
    }

    [Fact]
    public void A_rejected_refund_is_none()
    {
        TvmQueryOrderResponse Answer(int? refund) => new() { IsSuccess = true, TvmBusOrderLineInfo = new() { OrderStatus = 30, Refunds = [new() { RefundStatus = refund }] } };
        Assert.Equal(new(30, false), PlatformView.Of(Answer(20)));
        Assert.Equal(new(30, true), PlatformView.Of(Answer(10)));
        Assert.Equal("order status 30, a refund is under way or done", PlatformView.Of(Answer(null)).ToString());
        Assert.Equal(new(null, false), PlatformView.Of(new() { IsSuccess = false, TvmBusOrderLineInfo = new() { OrderStatus = 30 } }));
        Assert.Equal("the platform does not show the order", PlatformView.Of(new() { IsSuccess = true }).ToString());
    }
}
