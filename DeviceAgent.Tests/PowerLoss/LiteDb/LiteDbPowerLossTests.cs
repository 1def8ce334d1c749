namespace DeviceAgent.Tests.PowerLoss.LiteDb;

/// <summary>As <see cref="PowerLossTests"/>, with the LiteDB engine. More of it: journal-replay --engine litedb.</summary>
public sealed class LiteDbPowerLossTests
{
    private const int Seed = 1, Orders = 40, Cases = 200;
    private const string Engine = "litedb-";

    public static TheoryData<string> Plans(bool controls) => [.. PowerLossPlan.Of(Seed, Orders, Cases, Engine).Where(p => p.IsControl == controls).Select(p => p.Name)];

    [Theory, MemberData(nameof(Plans), false)]
    public async Task An_acknowledged_step_is_never_lost_with_the_power(string plan)
    {
        var counts = await RunAsync(plan);
        Assert.True(counts.Failures.Count == 0, $"{counts}\n{string.Join('\n', counts.Failures)}");
        Assert.Equal((0, 0), (counts.Lost, counts.Unreadable));
    }

    [Theory, MemberData(nameof(Plans), true)]
    public async Task A_journal_that_does_not_wait_for_the_disk_is_never_taken_for_a_safe_one(string plan)
    {
        var counts = await RunAsync(plan);
        Assert.InRange(counts.Lost, 1, counts.Cases);
        if (plan.EndsWith("OFF", StringComparison.Ordinal)) Assert.InRange(counts.Unreadable, 1, counts.Cases);
    }

    private static async Task<ReplayCounts> RunAsync(string plan)
    {
        Strace.Require();
        return await PowerLossPlan.Of(Seed, Orders, Cases, Engine).Single(p => p.Name == plan).RunAsync(TestContext.Current.CancellationToken);
    }
}
