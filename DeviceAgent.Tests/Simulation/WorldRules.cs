using DeviceAgent.Issuance;
using DeviceAgent.Journal;
using DeviceAgent.Platform.Gateway;
using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Tests.Simulation;

/// <summary>What must hold when a run has come to rest. Judged from the world's own knowledge, never by the product's rules.</summary>
internal static class WorldRules
{
    // Evidence is read a moment before the attempt is written down.
    private static readonly TimeSpan EvidenceLead = TimeSpan.FromSeconds(3);

    // A printer that still prints is identified only when it is done.
    private static readonly TimeSpan Opening = TimeSpan.FromSeconds(7);

    public static void Check(World world)
    {
        world.Shadow.Compare();
        foreach (var (number, order) in world.Gateway.Orders)
        {
            var record = world.Disk.Issuances.Find(i => i.OrderNumber == number);
            JudgePaper(world, number, order);
            JudgeOutcome(world, number, order, record);
            if (record is { State: IssuanceState.InDoubt }) JudgeDoubt(world, order, record);
        }
        foreach (var attempt in world.Shadow.Attempts.Values) JudgeAttempt(world, attempt);
        foreach (var passenger in world.Passengers) JudgeService(world, passenger);
        foreach (var hanging in world.Paper.HangingTogether()) world.Violate("no ticket hangs on a part of another", hanging);
        JudgeOutbox(world);
        JudgeMachine(world);
    }

    private static void JudgePaper(World world, string number, LedgerOrder order)
    {
        foreach (var ticket in order.Tickets)
        {
            var whole = world.Paper.Whole(ticket);
            if (whole > 1) world.Violate("no ticket is presented twice", $"{ticket} came out {whole} times");
            if (whole > 0 && world.Paper.UnmarkedParts(ticket) > 0) world.Violate("no ticket is presented twice", $"{ticket} came out whole, and a part of it unmarked");
        }
        foreach (var copy in world.Paper.Tickets.Where(t => t.StartsWith(number, StringComparison.Ordinal) && t.Contains("COPY", StringComparison.Ordinal)))
        {
            if (world.Paper.Whole(copy) > 1) world.Violate("no ticket is presented twice", $"{copy} came out {world.Paper.Whole(copy)} times");
            if (!world.Disk.Issuances.Exists(i => i.OrderNumber == number && i.Decisions.Any(d => d.Kind == DecisionKind.Reissue)))
                world.Violate("no copy without a person's decision", copy);
        }
        if (order.Booked > 1) world.Violate("the ledger never contradicts the paper", $"order {number} was booked {order.Booked} times");
    }

    private static void JudgeOutcome(World world, string number, LedgerOrder order, IssuanceRecord? record)
    {
        var outs = order.Tickets.Count(world.Paper.IsOut);
        var parts = order.Tickets.Count(t => world.Paper.UnmarkedParts(t) > 0);
        switch (record?.State)
        {
            case null or IssuanceState.Released:
                if (outs + parts > 0) world.Violate("nothing is released with paper out", $"order {number}: {outs} tickets, {parts} parts with a code");
                if (order.Booked > 0) world.Violate("the ledger never contradicts the paper", $"order {number} is {record?.State.ToString() ?? "unknown"} here and booked there");
                break;
            case IssuanceState.Issued:
                if (outs < order.Info.Passengers.Count) world.Violate("nothing is issued without its paper", $"order {number}: {outs} of {order.Info.Passengers.Count} tickets");
                if (world.Disk.Reports.FindAll(r => r.Issuance == record.Id) is not [var report]) world.Violate("an outcome and its report are one", $"order {number}");
                else if (report.State == ReportState.Confirmed && order.Status != TvmOrderStatus.BookedAndConfirmed)
                    world.Violate("the ledger never contradicts the paper", $"order {number} is confirmed here, status {order.Status} there");
                break;
            case IssuanceState.InDoubt:
                if (order.Booked > 0) world.Violate("the ledger never contradicts the paper", $"order {number} is in doubt here and booked there");
                break;
            case IssuanceState.Void:
                if (order.Status == TvmOrderStatus.BookedAndConfirmed) world.Violate("the ledger never contradicts the paper", $"order {number} is void here and booked there");
                break;
            default:
                world.Violate("no order is left open", $"order {number} is {record!.State}");
                break;
        }
    }

    /// <summary>Doubt is for what nobody can know. Who can prove, and was left alone, must.</summary>
    private static void JudgeAttempt(World world, ShadowAttempt attempt)
    {
        if (attempt.End is not { Outcome: AttemptOutcome.Unknown } end || attempt.Begun.Kind != AttemptKind.Ticket || !attempt.Unit.Kind.CanProve) return;
        if (!attempt.Begun.Before.CutCounterIsExact && attempt.Unit.WasProbeSpoilt) return;
        if (WasBlind(attempt)) return;
        if (WasDisturbed(world, attempt.StartedAt - EvidenceLead, attempt.EndedAt!.Value)) return;
        world.Violate("no doubt without a cause", $"attempt {attempt.Id} of order {attempt.Order}: {end.Judgement}");
    }

    private static void JudgeDoubt(World world, LedgerOrder order, IssuanceRecord record)
    {
        var attempts = world.Shadow.Attempts.Values.Where(a => a.Order == record.OrderNumber).ToList();
        var doubtful = attempts.Exists(a => a is { Begun.Kind: AttemptKind.Ticket, End: null or { Outcome: AttemptOutcome.Unknown } });
        // A strip that could not be proved three times.
        var strips = attempts.Count(a => a is { Begun.Kind: AttemptKind.VoidStrip, End.Outcome: not AttemptOutcome.Presented }) >= 3;
        if (doubtful || strips || order.WasClosed || record.Decisions.Count > 0) return;
        var presented = attempts.Count(a => a is { Begun.Kind: AttemptKind.Ticket, End.Outcome: AttemptOutcome.Presented });
        var waited = world.Shadow.Orders[record.Id].ChangedAt - attempts.Max(a => a.EndedAt ?? TimeSpan.Zero);
        if (presented == 0 || presented == record.TicketCount || waited < SimulatedKiosk.Issuance.ResumeTimeout)
            world.Violate("no doubt without a cause", $"order {record.OrderNumber}: {presented} of {record.TicketCount} presented, {waited} after the last attempt, {record.Reason}");
    }

    /// <summary>Who stayed to the end has the tickets, or an order that a person looks at, or one that the platform has ended.</summary>
    private static void JudgeService(World world, WorldPassenger passenger)
    {
        if (passenger.Order is not { WasClosed: false } order || passenger.HasAll || passenger.LeftAt < world.HealedAt + TimeSpan.FromMinutes(4)) return;
        if (world.Disk.Issuances.Find(i => i.OrderNumber == passenger.Code)?.State is IssuanceState.InDoubt or IssuanceState.Void) return;
        world.Violate("whoever waits is served", $"order {passenger.Code}: {order.Tickets.Count(t => world.Paper.Whole(t) > 0)} of {order.Info.Passengers.Count}");
    }

    private static void JudgeOutbox(World world)
    {
        foreach (var report in world.Disk.Reports)
        {
            var order = world.Gateway.Orders[report.Report.OrderNumber];
            if (report.IsOpen) world.Violate("the outbox drains", $"report {report.Report.Id} is {report.State}");
            if (report.State == ReportState.Parked && !order.WasClosed && !order.WasRefused && !world.Gateway.GaveNoVerdict)
                world.Violate("nothing is parked without a cause", $"report {report.Report.Id} of order {report.Report.OrderNumber}");
        }
    }

    private static void JudgeMachine(World world)
    {
        foreach (var record in world.Disk.Issuances)
        {
            if (world.Kiosk.Run is { } run && run.Alarms.Stands(AlarmKind.OrderInDoubt, record.OrderNumber) != (record.State == IssuanceState.InDoubt))
                world.Violate("an order in doubt has an alarm, and no other", $"{record.OrderNumber} is {record.State}");
        }
        // Every printer of this world has printed for nobody but this journal's kiosk, some refills apart.
        if (world.Disk.Distrusted is { } why) world.Violate("no journal is distrusted without a cause", why);
        var reasons = world.Kiosk.NotReady;
        if (reasons.Count > 0) world.Violate("a sound kiosk is not out of service", string.Join(", ", reasons));
        else if (world.Lights.Shown != Guidance.Ready || !world.Lights.IsGreen)
            world.Violate("a sound kiosk is not out of service", $"lights: {world.Lights.Shown}, green {world.Lights.IsGreen}");
        if (world.Printer.Unit.Kind is { CanProve: true } && world.Disk.Printers.GetValueOrDefault(world.Printer.Unit.Serial) is { CutCounterIsExact: false, EchoesProcessId: true } && !world.Printer.Unit.WasProbeSpoilt)
            world.Violate("no printer is learned wrongly", world.Printer.Unit.Serial);
    }

    /// <summary>Between two processes nobody watches the printer: after too long of it nobody knows what a hand did.</summary>
    private static bool WasBlind(ShadowAttempt attempt) =>
        attempt.BegunByRunOf != attempt.EndedByRunOf && attempt.EndedByRunOf + Opening - attempt.StartedAt > SimulatedKiosk.Issuance.BlindLimit;

    private static bool WasDisturbed(World world, TimeSpan from, TimeSpan to) => world.Printer.Disturbances.Exists(d => d >= from && d <= to);
}
