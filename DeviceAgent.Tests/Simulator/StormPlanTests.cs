using DeviceAgent.Simulator.Gateway;
using DeviceAgent.Simulator.Kiosk;

namespace DeviceAgent.Tests.Simulator;

public sealed class StormPlanTests
{
    private const int Many = 2_000;

    [Fact]
    public void A_plan_is_not_another_one_when_it_is_drawn_again()
    {
        Assert.Equal(StormPlan.Kills(7, 200), StormPlan.Kills(7, 200));
        Assert.Equal(StormPlan.Order(7, 5), StormPlan.Order(7, 5));
        Assert.NotEqual(StormPlan.Kills(7, 200), StormPlan.Kills(8, 200));
        Assert.NotEqual(Enumerable.Range(0, 50).Select(i => StormPlan.Order(7, i)), Enumerable.Range(0, 50).Select(i => StormPlan.Order(8, i)));
    }

    [Fact]
    public void A_shorter_storm_is_not_a_different_one() => Assert.Equal(StormPlan.Kills(7, 200).Take(50), StormPlan.Kills(7, 50));

    [Fact]
    public void No_part_of_an_agents_life_is_spared()
    {
        var kills = StormPlan.Kills(1, Many);
        Assert.Equal(Many, kills.Count);
        Assert.All(Enum.GetValues<KillOccasion>(), occasion => Assert.All(Enum.GetValues<KillKind>(), kind => Assert.InRange(kills.Count(k => k.Occasion == occasion && k.Kind == kind), 10, Many)));
        Assert.Contains(kills, k => k.RepliesKept);
        Assert.Contains(kills, k => k is { Kind: KillKind.Agent, RepliesKept: false });
        Assert.DoesNotContain(kills, k => k is { Kind: KillKind.PowerCut, RepliesKept: true });
        Assert.All(kills, k => Assert.True(k is { Nth: >= 1, Amount: >= 0 }));
    }

    [Fact]
    public void No_moment_of_a_pick_up_is_spared_and_none_needs_a_start()
    {
        var moments = StormPlan.Moments(1, Many);
        Assert.Equal(Many, moments.Count);
        KillOccasion[] ofStarts = [KillOccasion.Started, KillOccasion.Ready, KillOccasion.FirstBytes];
        Assert.DoesNotContain(moments, m => ofStarts.Contains(m.Occasion));
        Assert.All(Enum.GetValues<KillOccasion>().Except(ofStarts), occasion => Assert.InRange(moments.Count(m => m.Occasion == occasion), 10, Many));
        Assert.Equal(moments.Take(50), StormPlan.Moments(1, 50));
    }

    [Fact]
    public void What_a_kill_left_open_is_not_recovered_in_peace()
    {
        var kills = StormPlan.Kills(1, Many);
        var recoveries = kills.Zip(kills.Skip(1)).Count(p => p.First.Occasion == KillOccasion.TicketBytes && (p.Second.Occasion is KillOccasion.Started or KillOccasion.Ready or KillOccasion.FirstBytes));
        Assert.InRange(recoveries, 0.3 * kills.Count(k => k.Occasion == KillOccasion.TicketBytes), Many);
    }

    [Fact]
    public void No_two_orders_of_a_storm_can_be_mistaken_for_each_other()
    {
        var now = TimeProvider.System.GetUtcNow();
        var orders = Enumerable.Range(0, 300).Select(i => ExpectedOrder.Of(StormPlan.Order(3, i).Record(now))).ToArray();
        Assert.Equal(300, orders.Select(o => o.OrderNumber).Distinct().Count());
        Assert.Equal(300, orders.Select(o => o.BusNumber).Distinct().Count());
        Assert.Equal(orders.Sum(o => o.Tickets), orders.SelectMany(o => o.TicketNumbers).Distinct().Count());
        Assert.All(orders, o => Assert.True(o.MayBeIssued));
        Assert.Equal([1, 2, 3, 20], orders.Select(o => o.Tickets).Distinct().Order());
    }

    [Fact]
    public void No_fault_of_the_platform_is_spared_and_most_orders_meet_none()
    {
        var orders = Enumerable.Range(0, Many).Select(i => StormPlan.Order(1, i)).ToArray();
        Assert.InRange(orders.Count(o => o.Fault is null), Many / 2, Many);
        Assert.All([GatewayFaultKind.LoseRequest, GatewayFaultKind.LoseAnswer, GatewayFaultKind.BadGateway, GatewayFaultKind.ServiceUnavailable, GatewayFaultKind.Slow, GatewayFaultKind.DownAfterAnswer],
            kind => Assert.Contains(orders, o => o.Fault?.Kind == kind));
        Assert.Contains(orders, o => o.Leaves);
    }
}
