using DeviceAgent.Issuance;
using DeviceAgent.Journal;
using DeviceAgent.Platform.Gateway;
using DeviceAgent.Platform.Sync;
using DeviceAgent.Tests.Simulation;

namespace DeviceAgent.Tests.Issuance;

/// <summary>What a clock that is wrong, or is set in the middle of something, must not do to an order.</summary>
public sealed class ClockTests : IDisposable
{
    private static readonly DateTimeOffset In1970 = new(1970, 1, 1, 0, 1, 0, TimeSpan.Zero);
    private readonly DeskBench _bench = new();

    public void Dispose() => _bench.Dispose();

    private TvmBookOrderRequest Report => BusBookPayload.Read(Assert.Single(_bench.Journal.Take(DateTimeOffset.MaxValue, 10, new HashSet<string>())))!;

    [Fact]
    public void Nothing_is_issued_in_1970_and_no_order_is_taken_before_the_clock_is_trusted()
    {
        var today = _bench.Time.GetUtcNow();
        _bench.ClockIsTrusted = false;
        _bench.Time.JumpWallClock(In1970);
        _bench.UntilIdle();
        _bench.Loop.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal([NotReadyReason.ClockNotTrusted], _bench.Desk.State.NotReady);
        Assert.Equal(PickupOffer.NotReady, _bench.Scan());
        _bench.Loop.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal((0, 0, null), (_bench.Tickets.Count, _bench.Platform.Queries, _bench.Journal.Find(Orders.Journey.Bus, DeskBench.Order)));
        Assert.Equal(Guidance.OutOfService, _bench.Shown[^1]);

        _bench.Time.JumpWallClock(today);
        _bench.ClockIsTrusted = true;
        _bench.Loop.Do(_bench.Desk.Reconsider);
        Assert.Equal(Guidance.Ready, _bench.Shown[^1]);
        _bench.PickUp();
        Assert.Equal(2, _bench.Tickets.Count);
    }

    [Theory]
    [InlineData(-365)]
    [InlineData(-0.1)]
    [InlineData(0.1)]
    [InlineData(365)]
    public void A_jump_in_the_middle_of_an_order_changes_neither_its_outcome_nor_the_order_of_its_times(double days)
    {
        _bench.UntilReady();
        Assert.Equal(PickupOffer.Taken, _bench.Scan());
        _bench.Loop.RunUntil(() => _bench.Tickets.Count == 1, TimeSpan.FromMinutes(1));
        var accepted = _bench.Record.ChangedAt;
        var latest = _bench.Journal.LastTime!.Value;
        _bench.Time.JumpWallClock(_bench.Time.GetUtcNow().AddDays(days));
        _bench.UntilIdle();
        Assert.Equal((IssuanceState.Issued, 2, 2), (_bench.Record.State, _bench.Tickets.Count, _bench.Tickets.Distinct().Count()));
        Assert.True(Report.BookTime >= TvmTimes.Parse(TvmTimes.Format(accepted)), $"book_time {Report.BookTime:u}, accepted {accepted:u}");
        Assert.True(_bench.Journal.LastTime >= latest);
        if (days > 0) Assert.InRange(Report.BookTime, accepted.AddDays(days).AddMinutes(-1), accepted.AddDays(days).AddMinutes(1));
    }

    [Fact]
    public void An_order_found_complete_after_a_restart_in_1970_is_not_booked_in_1970()
    {
        _bench.Printer.Fates.Enqueue(PrintFate.Printed);
        _bench.UntilReady();
        _bench.Printer.Fates.Clear();
        _bench.Printer.Fates.Enqueue(PrintFate.Printed);
        _bench.Printer.Fates.Enqueue(PrintFate.AgentDiesAfterwards);
        Assert.Equal(PickupOffer.Taken, _bench.Scan());
        _bench.Loop.RunUntil(() => _bench.Tickets.Count == 2, TimeSpan.FromMinutes(1));
        var accepted = _bench.Record.ChangedAt;
        _bench.Kill();
        _bench.Time.JumpWallClock(In1970);
        _bench.ClockIsTrusted = false;
        _bench.Boot();
        _bench.Loop.RunUntil(() => _bench.Record.State == IssuanceState.Issued, TimeSpan.FromMinutes(5));
        Assert.InRange(Report.BookTime, accepted.AddSeconds(-1), accepted.AddMinutes(1));
    }

    [Fact]
    public void The_book_time_is_the_trusted_clocks_and_never_before_the_acceptance()
    {
        var accepted = new DateTimeOffset(2026, 3, 1, 1, 0, 0, TimeSpan.Zero);
        AttemptRecord[] attempts = [Attempt(accepted.AddSeconds(20)), Attempt(accepted.AddSeconds(10))];
        Assert.Equal(accepted.AddMinutes(5), IssuanceRules.BookTime(accepted, attempts, accepted.AddMinutes(5), clockIsTrusted: true));
        Assert.Equal(accepted, IssuanceRules.BookTime(accepted, attempts, accepted.AddMinutes(-5), clockIsTrusted: true));
        Assert.Equal(accepted.AddSeconds(20), IssuanceRules.BookTime(accepted, attempts, accepted.AddYears(70), clockIsTrusted: false));
        Assert.Equal(accepted, IssuanceRules.BookTime(accepted, [Attempt(In1970)], In1970, clockIsTrusted: false));

        static AttemptRecord Attempt(DateTimeOffset at) => new()
        {
            Id = 1,
            Kind = AttemptKind.Ticket,
            TicketIndex = 0,
            ProcessId = "0001",
            StartedAt = at,
            Before = new("u", null, null, false, true, 0, Guid.Empty, null),
        };
    }
}

/// <summary>Alone, because the zone is the whole process's.</summary>
[CollectionDefinition(nameof(ZoneTests), DisableParallelization = true)]
public sealed class ZoneTests;

[Collection(nameof(ZoneTests))]
public sealed class TimeZoneTests
{
    [Theory]
    [InlineData("America/New_York")]
    [InlineData("Asia/Shanghai")]
    [InlineData("Pacific/Auckland")]
    public void No_zone_of_the_machine_moves_what_is_printed_or_reported(string zone)
    {
        var before = Environment.GetEnvironmentVariable("TZ");
        try
        {
            Environment.SetEnvironmentVariable("TZ", zone);
            TimeZoneInfo.ClearCachedData();
            Assert.NotEqual(TimeSpan.Zero, TimeZoneInfo.Local.BaseUtcOffset);
            using var bench = new DeskBench();
            bench.UntilReady();
            bench.PickUp();
            var report = BusBookPayload.Read(Assert.Single(bench.Journal.Take(DateTimeOffset.MaxValue, 10, new HashSet<string>())))!;
            // The bench begins at 01:00 UTC.
            Assert.StartsWith("2026-03-01 09:0", TvmTimes.Format(report.BookTime), StringComparison.Ordinal);
            Assert.Equal(TimeSpan.FromHours(8), bench.Record.Accepted!.Order.Trip.DepartsAt.Offset);
        }
        finally
        {
            Environment.SetEnvironmentVariable("TZ", before);
            TimeZoneInfo.ClearCachedData();
        }
    }
}
