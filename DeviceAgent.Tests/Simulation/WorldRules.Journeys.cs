using DeviceAgent.Issuance;
using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Platform.Station;
using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Tests.Simulation;

// Ship, train, returns, and the seats of bus orders: what was allocated or decided elsewhere is told of once, and never lost.
internal static partial class WorldRules
{
    /// <summary>The longest pause between two tries, and some seconds for the requests.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(45);

    /// <summary>What is sound on its way arrives soon, whatever the other destination does.</summary>
    public static void JudgePace(World world, long report, bool toStation)
    {
        if (!world.Shadow.FreeSince.TryGetValue(report, out var free)) return;
        WorldLine line = toStation ? world.Station : world.Gateway;
        var since = new[] { free, world.Kiosk.BootedAt, line.LastTrouble }.Max();
        if (world.Now - since > LongestPause) world.Violate("neither destination waits for the other", $"report {report} took {world.Now - since}");
    }

    private static List<MemoryReport> ReportsOf(World world, IssuanceRecord? record) => record is null ? [] : world.Disk.Reports.FindAll(r => r.Issuance == record.Id && !r.IsForStation);

    private static void JudgeJob(World world, LedgerJob job, IssuanceRecord? record)
    {
        var reports = ReportsOf(world, record);
        var wasTaken = record is not null && world.Shadow.Orders.TryGetValue(record.Id, out var shadow) && shadow.WasTaken;
        if (reports.Count != (wasTaken ? 1 : 0)) world.Violate("each allocation is reported once", $"{job.Key} is {record?.State.ToString() ?? "unknown"}, {reports.Count} reports");
        if (job.Applied > (reports.Count > 0 ? 1 : 0)) world.Violate("each allocation is reported once", $"{job.Key}: the platform took {job.Applied}, {reports.Count} here");
        if (reports is [{ State: ReportState.Confirmed }] && job.Applied == 0) world.Violate("each allocation is reported once", $"{job.Key} is confirmed here and unknown there");
        if (reports is [{ Report.Success: var told }] && told != job.Job.Order is not null) world.Violate("no allocation is reported otherwise than it is", job.Key.ToString());
        if (record?.State is IssuanceState.Failed && job.Job.Order is not null) world.Violate("paper never turns into a failure report", job.Key.ToString());
        if (record?.State is IssuanceState.Intent or IssuanceState.Accepted) world.Violate("no order is left open", $"{job.Key} is {record.State}");
    }

    private static void JudgeReturn(World world, WorldReturn returned, IssuanceRecord? record)
    {
        var reports = ReportsOf(world, record);
        var isDue = returned.Decision is ReturnDecision.Returned or ReturnDecision.Failed;
        if (isDue && reports is not [_]) world.Violate("a returned ticket is never lost", $"{returned.Key} is {returned.Decision} at the station and {record?.State.ToString() ?? "unknown"} here, {reports.Count} reports");
        if (reports is [{ State: ReportState.Confirmed }] && returned.Applied == 0) world.Violate("a returned ticket is never lost", $"{returned.Key} is confirmed here and unknown to the platform");
        if (!isDue && (reports.Count > 0 || returned.Applied > 0)) world.Violate("nothing is reported as returned that the station did not return", returned.Key.ToString());
        if (isDue && reports is [{ Report.Success: var told }] && told != (returned.Decision == ReturnDecision.Returned)) world.Violate("nothing is reported as returned that the station did not return", returned.Key.ToString());
        if (record?.State is IssuanceState.Intent or IssuanceState.Accepted) world.Violate("no order is left open", $"{returned.Key} is {record.State}");
    }

    /// <summary>When all notices have arrived, the station's books are the paper's.</summary>
    private static void JudgeSeats(World world, LedgerOrder order, IssuanceRecord? record)
    {
        if (!world.Station.Allocates) return;
        var book = world.Station.Books.GetValueOrDefault(order.Key.Number) ?? new();
        var what = $"order {order.Key} is {record?.State.ToString() ?? "unknown"} here, {book.State} at the station";
        switch (record?.State)
        {
            case null or IssuanceState.Released or IssuanceState.Failed or IssuanceState.Void:
                if (book.State != SeatState.Free && !book.WasRefused) world.Violate("no seat stays allocated that was not issued", what);
                break;
            case IssuanceState.Issued:
                if (book.State == SeatState.Free) world.Violate("no seat is released that was issued", what);
                else if (book.State != SeatState.Confirmed && !book.WasRefused) world.Violate("an issued order's seats are confirmed", what);
                break;
            default:
                if (book.State == SeatState.Free) world.Violate("no seat is released that was issued", what);
                break;
        }
    }

    private static void JudgeOutbox(World world)
    {
        foreach (var report in world.Disk.Reports)
        {
            var (id, number) = (report.Report.Id, report.Report.OrderNumber);
            if (report.IsOpen) world.Violate("the outbox drains", $"report {id} is {report.State}");
            if (report.State != ReportState.Parked) continue;
            if (!MayBeParked(world, report)) world.Violate("nothing is parked without a cause", $"report {id}, {report.Report.Kind} of order {number}: {report.ParkReason} {report.Evidence}");
            if (world.Kiosk.Run is { } run && !run.Alarms.Stands(AlarmKind.ReportParked, ParkedReports.AboutOf(id, number))) world.Violate("nothing is parked in silence", $"report {id} of order {number}");
        }
    }

    private static bool MayBeParked(World world, MemoryReport report)
    {
        var record = world.Disk.Issuances.Single(i => i.Id == report.Issuance);
        if (report.IsForStation) return world.Station.Books[record.OrderNumber].WasRefused;
        var order = world.Orders.Single(o => o.Key == new OrderKey(record.Journey, record.OrderNumber));
        if (order.WasRefused || world.Gateway.GaveNoVerdict) return true;
        return order switch
        {
            // It can be neither asked for nor told twice.
            LedgerJob { Key.Journey: Journey.Train } => order.Unanswered > 0 || world.Interrupted.Contains(report.Report.Id),
            WorldReturn returned => MayBeParked(world, returned, wasUnanswered: order.Unanswered > 0 || world.Interrupted.Contains(report.Report.Id)),
            _ => order.WasClosed,
        };
    }

    // Its order was closed, its issue's report waits for a person, or its fate is unknown and the order's refunds do not tell: they name no ticket, and a failure makes none.
    private static bool MayBeParked(World world, WorldReturn returned, bool wasUnanswered)
    {
        var issue = world.Gateway.Orders[returned.Key.PlatformNumber];
        var isToldByRefunds = returned.Decision == ReturnDecision.Returned && (issue.Tickets.Count == 1 || returned.Key.Number == issue.Key.Number);
        return issue.WasClosed || issue.WasRefused || (wasUnanswered && !isToldByRefunds);
    }

    /// <summary>Somebody has ended it, or has refused what it needs.</summary>
    private static bool IsBeyondService(World world, WorldOrder order) => order switch
    {
        // A train's result that was told once is told no more, which keeps nobody from the paper.
        LedgerJob => false,
        WorldReturn => world.RecordOf(new(Journey.Bus, order.Key.PlatformNumber)) is not { State: IssuanceState.Issued }
            || world.Disk.Reports.Exists(r => r.State == ReportState.Parked && r.Report.OrderNumber == order.Key.PlatformNumber),
        _ => order.WasClosed,
    };
}
