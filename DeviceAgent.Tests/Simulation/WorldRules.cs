using DeviceAgent.Issuance;
using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Platform.Gateway;
using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Tests.Simulation;

/// <summary>What must hold when a run has come to rest. Judged from the world's own knowledge, never by the product's rules.</summary>
internal static partial class WorldRules
{
    // Evidence is read a moment before the attempt is written down.
    private static readonly TimeSpan EvidenceLead = TimeSpan.FromSeconds(3);

    // A printer that still prints is identified only when it is done.
    private static readonly TimeSpan Opening = TimeSpan.FromSeconds(7);

    public static void Check(World world)
    {
        world.Shadow.Compare();
        foreach (var order in world.Orders)
        {
            var record = world.RecordOf(order.Key);
            JudgePaper(world, order, record);
            if (record is { State: IssuanceState.InDoubt }) JudgeDoubt(world, order, record);
            switch (order)
            {
                case LedgerOrder bus:
                    JudgeOutcome(world, bus, record);
                    JudgeSeats(world, bus, record);
                    break;
                case LedgerJob job:
                    JudgeJob(world, job, record);
                    break;
                case WorldReturn returned:
                    JudgeReturn(world, returned, record);
                    break;
            }
        }
        foreach (var attempt in world.Shadow.Attempts.Values) JudgeAttempt(world, attempt);
        foreach (var visitor in world.Visitors) JudgeService(world, visitor);
        foreach (var hanging in world.Paper.HangingTogether()) world.Violate("no ticket hangs on a part of another", hanging);
        JudgeOutbox(world);
        JudgeForms(world);
        JudgeMachine(world);
    }

    /// <summary>Numbers of forms are money: none stands for two pieces of paper.</summary>
    private static void JudgeForms(World world)
    {
        if (world.Disk.Strips.Exists(s => s.End is null)) world.Violate("no paper change is left open", "a test strip has no end");
        if (!world.Stock.IsNumbered) return;
        var attempts = world.Disk.Issuances.SelectMany(i => i.Attempts).Concat(world.Disk.Strips).Where(a => a.End is not { BytesSent: 0 }).ToList();
        foreach (var attempt in attempts.Where(a => a.StockNumber is null)) world.Violate("no form goes unnumbered", $"attempt {attempt.Id}");
        // What stayed inside shares its form with the strip that feeds it out.
        foreach (var twice in attempts.Where(a => a.End?.Outcome != AttemptOutcome.NotPresented).GroupBy(a => a.StockNumber).Where(g => g.Count() > 1))
            world.Violate("no form's number is given twice", $"{twice.Key}: attempts {string.Join(", ", twice.Select(a => a.Id))}");
    }

    private static void JudgePaper(World world, WorldOrder order, IssuanceRecord? record)
    {
        foreach (var ticket in order.Tickets)
        {
            var whole = world.Paper.Whole(ticket);
            if (whole > 1) world.Violate("no ticket is presented twice", $"{ticket} came out {whole} times");
            if (whole > 0 && world.Paper.UnmarkedParts(ticket) > 0) world.Violate("no ticket is presented twice", $"{ticket} came out whole, and a part of it unmarked");
        }
        foreach (var copy in world.Paper.Tickets.Where(t => order.Tickets.Any(own => t.StartsWith(own + " COPY", StringComparison.Ordinal))))
        {
            if (world.Paper.Whole(copy) > 1) world.Violate("no ticket is presented twice", $"{copy} came out {world.Paper.Whole(copy)} times");
            if (record is null || record.Decisions.All(d => d.Kind != DecisionKind.Reissue)) world.Violate("no copy without a person's decision", copy);
        }
        // Whatever was told of it, and whenever.
        var outs = order.Tickets.Count(world.Paper.IsOut);
        var parts = order.Tickets.Count(t => world.Paper.UnmarkedParts(t) > 0);
        switch (record?.State)
        {
            case null or IssuanceState.Released:
                if (outs + parts > 0) world.Violate("nothing is released with paper out", $"order {order.Key}: {outs} tickets, {parts} parts with a code");
                break;
            case IssuanceState.Issued:
                if (outs < order.Tickets.Count) world.Violate("nothing is issued without its paper", $"order {order.Key}: {outs} of {order.Tickets.Count} tickets");
                break;
            case IssuanceState.Failed:
                if (outs + parts > 0) world.Violate("paper never turns into a failure report", $"order {order.Key}: {outs} tickets, {parts} parts with a code");
                break;
        }
    }

    private static void JudgeOutcome(World world, LedgerOrder order, IssuanceRecord? record)
    {
        var number = order.Key.Number;
        if (order.Booked > 1) world.Violate("the ledger never contradicts the paper", $"order {number} was booked {order.Booked} times");
        switch (record?.State)
        {
            case null or IssuanceState.Released:
                if (order.Booked > 0) world.Violate("the ledger never contradicts the paper", $"order {number} is {record?.State.ToString() ?? "unknown"} here and booked there");
                break;
            case IssuanceState.Issued:
                if (ReportsOf(world, record) is not [var report]) world.Violate("an outcome and its report are one", $"order {number}");
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

    private static void JudgeDoubt(World world, WorldOrder order, IssuanceRecord record)
    {
        var attempts = world.Shadow.Attempts.Values.Where(a => a.Key == order.Key).ToList();
        var doubtful = attempts.Exists(a => a is { Begun.Kind: AttemptKind.Ticket, End: null or { Outcome: AttemptOutcome.Unknown } });
        // A strip that could not be proved three times.
        var strips = attempts.Count(a => a is { Begun.Kind: AttemptKind.VoidStrip, End.Outcome: not AttemptOutcome.Presented }) >= 3;
        if (doubtful || strips || order.WasClosed || record.Decisions.Count > 0) return;
        var presented = attempts.Count(a => a is { Begun.Kind: AttemptKind.Ticket, End.Outcome: AttemptOutcome.Presented });
        var waited = world.Shadow.Orders[record.Id].ChangedAt - attempts.Max(a => a.EndedAt ?? TimeSpan.Zero);
        if (presented == 0 || presented == record.TicketCount || waited < SimulatedKiosk.Issuance.ResumeTimeout)
            world.Violate("no doubt without a cause", $"order {order.Key}: {presented} of {record.TicketCount} presented, {waited} after the last attempt, {record.Reason}");
    }

    /// <summary>Who stayed to the end has the tickets, or an order that a person looks at, or one that the platform has ended.</summary>
    private static void JudgeService(World world, WorldVisitor visitor)
    {
        if (visitor.Order is not { } order || visitor.HasAll || visitor.LeftAt < world.HealedAt + TimeSpan.FromMinutes(4)) return;
        if (world.RecordOf(order.Key)?.State is IssuanceState.InDoubt or IssuanceState.Void || IsBeyondService(world, order)) return;
        world.Violate("whoever waits is served", $"order {order.Key}: {order.Tickets.Count(t => world.Paper.Whole(t) > 0)} of {order.Tickets.Count}");
    }

    private static void JudgeMachine(World world)
    {
        foreach (var record in world.Disk.Issuances)
        {
            if (world.Kiosk.Run is { } run && run.Alarms.Stands(AlarmKind.OrderInDoubt, new OrderKey(record.Journey, record.OrderNumber).ToString()) != (record.State == IssuanceState.InDoubt))
                world.Violate("an order in doubt has an alarm, and no other", $"{record.Journey} {record.OrderNumber} is {record.State}");
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
