using DeviceAgent.Devices;
using DeviceAgent.Drivers.Printing;
using DeviceAgent.Issuance;
using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Platform.Gateway;
using DeviceAgent.Platform.Station;
using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Tests.Simulation;

/// <summary>A deliberate bug, put in at a boundary; the world must see it.</summary>
/// <param name="Kinds">What it must be seen as; one of them.</param>
internal sealed record Mutant(string Name, KioskParts Parts, params string[] Kinds)
{
    private const string Twice = "no ticket is presented twice", Early = "no success is reported before the paper", Lost = "no acknowledged fact is lost",
        Asked = "nothing is sent again without asking", Flipped = "no failure is reported that nobody decided", Ledger = "the ledger never contradicts the paper",
        NoPaper = "nothing is issued without its paper", Doubt = "no doubt without a cause", One = "an outcome and its report are one",
        Drains = "the outbox drains", Told = "no train result is told twice", Stays = "no seat stays allocated that was not issued", Taken = "no seat is released that was issued",
        Confirmed = "an issued order's seats are confirmed", Returned = "a returned ticket is never lost", Durable = "no allocation is durable without its report",
        Waits = "neither destination waits for the other", NotReturned = "nothing is reported as returned that the station did not return", ReleasedPaper = "nothing is released with paper out", Lights = "the lights never say ready when the kiosk is not";

    public static IReadOnlyList<Mutant> All { get; } =
    [
        new("report before paper", new() { Api = api => new ReportsEarly(api) }, Early),
        new("accepted not durable before printing", new() { BeforeBoot = ForgetAccepted }, Lost),
        new("attempt not recorded before bytes", new() { BeforeBoot = ForgetOpenAttempts }, Lost),
        new("retry after bytes were sent", new() { Station = (_, s) => new ForgetsBytes(s) }, Twice, "no ticket hangs on a part of another"),
        new("completion and report in two transactions", new() { Engine = (world, run, journal) => new TwoTransactions(world, run, journal) }, One),
        new("an answer of success:false dropped", new() { Api = api => new HearsNoRefusal(api) }, Ledger) { Story = "refused" },
        new("a success flipped when it is sent again", new() { Api = api => new Flips(api) }, Flipped) { Story = "network-returns" },
        new("resend without asking", new() { Outbox = journal => new NeverAsks(journal) }, Asked),
        new("echo of another job taken as own", new() { Station = (world, s) => new TakesAnyEcho(world, s) }, NoPaper, Early),
        new("counters compared without a fence", new() { Port = (world, port) => new HurriedPort(world, port) }, Twice),
        new("recovery releases accepted orders", new() { BeforeBoot = ReleaseAccepted }, Lost, ReleasedPaper),
        new("the queue forgets a report after a crash", new() { Outbox = journal => new ForgetsInterrupted(journal) }, Drains),
        new("everything answered with doubt", new() { Station = (_, s) => new Doubts(s) }, Doubt),
        new("lights that always invite", new() { Guidance = lights => new AlwaysInvites(lights) }, Lights),
        new("a train's result told again", new() { TrainResendIsSafe = true }, Told) { Story = "train-unknown" },
        new("a release forgotten", new() { Ticketing = api => new ForgetsReleases(api) }, Stays) { Story = "seats-left" },
        new("a confirmation forgotten", new() { Ticketing = api => new ForgetsConfirmations(api) }, Confirmed) { Story = "seats" },
        new("a release without its attempt", new() { Ticketing = api => new ReleasesAll(api) }, Taken) { Story = "seats-lost" },
        new("a return released at the start", new() { BeforeBoot = ReleaseReturns }, Returned) { Story = "return-lost" },
        new("a refused return taken for one", new() { Ticketing = api => new HearsNoStation(api) }, NotReturned) { Story = "return-refused" },
        new("a job's report written with its completion", new() { Engine = (world, _, journal) => new ReportsAtCompletion(world, journal) }, Durable) { Story = "ship" },
        new("one queue for both destinations", new() { Notices = journal => new BehindReports(journal) }, Waits) { Story = "seats-offline" },
    ];

    /// <summary>Runs a mutated kiosk is hunted through: a story with each cut, then seeds.</summary>
    public const int Seeds = 400;

    /// <summary>Where it is hunted first.</summary>
    public string Story { get; init; } = "three-passengers";

    /// <returns>How many runs it took, and the run in which it was seen as what it is; null: it was not.</returns>
    public (int Runs, RunResult? Caught) Hunt()
    {
        var runs = 0;
        var story = Scenario.Of(Story);
        foreach (var run in CrashEnumeration.Single(story).Select(cuts => story.Play(cuts, Parts)).Concat(Enumerable.Range(1, Seeds).Select(seed => RandomRun.Play(seed, Parts))))
        {
            runs++;
            if (run.Violations.Any(v => Kinds.Any(kind => v.StartsWith(kind, StringComparison.Ordinal)))) return (runs, run);
        }
        return (runs, null);
    }

    private static void ForgetAccepted(MemoryJournalDisk disk)
    {
        for (var i = 0; i < disk.Issuances.Count; i++)
        {
            if (disk.Issuances[i].State == IssuanceState.Accepted)
                disk.Issuances[i] = disk.Issuances[i] with { State = IssuanceState.Intent, Accepted = null, TicketCount = 0, Attempts = [] };
        }
    }

    private static void ForgetOpenAttempts(MemoryJournalDisk disk)
    {
        for (var i = 0; i < disk.Issuances.Count; i++)
            disk.Issuances[i] = disk.Issuances[i] with { Attempts = [.. disk.Issuances[i].Attempts.Where(a => a.End is not null)] };
    }

    private static void ReleaseAccepted(MemoryJournalDisk disk)
    {
        for (var i = 0; i < disk.Issuances.Count; i++)
            if (disk.Issuances[i].State == IssuanceState.Accepted) disk.Issuances[i] = disk.Issuances[i] with { State = IssuanceState.Released, Accepted = null };
    }

    private static void ReleaseReturns(MemoryJournalDisk disk)
    {
        for (var i = 0; i < disk.Issuances.Count; i++)
            if (disk.Issuances[i] is { Journey: Journey.BusReturn, State: IssuanceState.Intent }) disk.Issuances[i] = disk.Issuances[i] with { State = IssuanceState.Released };
    }

    private abstract class TicketingMutant(IStationApi api) : IStationApi
    {
        public Task<TopResult<AllocationAnswer>> AllocateAsync(AllocationRequest request, CancellationToken cancellationToken) => api.AllocateAsync(request, cancellationToken);

        public virtual Task<TopResult<StationReceipt>> ConfirmAsync(AllocationNotice notice, CancellationToken cancellationToken) => api.ConfirmAsync(notice, cancellationToken);

        public virtual Task<TopResult<StationReceipt>> ReleaseAsync(AllocationNotice notice, CancellationToken cancellationToken) => api.ReleaseAsync(notice, cancellationToken);

        public virtual Task<TopResult<ReturnAnswer>> ReturnAsync(ReturnRequest request, CancellationToken cancellationToken) => api.ReturnAsync(request, cancellationToken);
    }

    private sealed class ForgetsReleases(IStationApi api) : TicketingMutant(api)
    {
        public override Task<TopResult<StationReceipt>> ReleaseAsync(AllocationNotice notice, CancellationToken cancellationToken) => Task.FromResult(TopResult.Of(new StationReceipt("surely")));
    }

    private sealed class ForgetsConfirmations(IStationApi api) : TicketingMutant(api)
    {
        public override Task<TopResult<StationReceipt>> ConfirmAsync(AllocationNotice notice, CancellationToken cancellationToken) => Task.FromResult(TopResult.Of(new StationReceipt("surely")));
    }

    private sealed class ReleasesAll(IStationApi api) : TicketingMutant(api)
    {
        public override Task<TopResult<StationReceipt>> ReleaseAsync(AllocationNotice notice, CancellationToken cancellationToken) =>
            base.ReleaseAsync(notice with { Attempt = long.MaxValue }, cancellationToken);
    }

    private sealed class HearsNoStation(IStationApi api) : TicketingMutant(api)
    {
        public override async Task<TopResult<ReturnAnswer>> ReturnAsync(ReturnRequest request, CancellationToken cancellationToken)
        {
            var answer = await base.ReturnAsync(request, cancellationToken);
            return answer.Value is { Decision: ReturnDecision.Refused } refused ? TopResult.Of(refused with { Decision = ReturnDecision.Returned }) : answer;
        }
    }

    private abstract class ApiMutant(IPlatformApi api) : IPlatformApi
    {
        protected IPlatformApi Api => api;

        public Task<TopResult<ReturnTicketConfirmResponse>> ConfirmReturnAsync(AgentConfirmReturnRq request, CancellationToken cancellationToken) => api.ConfirmReturnAsync(request, cancellationToken);

        public Task<TopResult<ShipOrderNotifyResponse>> NotifyOrderAsync(ShipAgentConfirmBookRq request, CancellationToken cancellationToken) => api.NotifyOrderAsync(request, cancellationToken);

        public Task<TopResult<TrainCallbackBookResponse>> CallbackBookAsync(BookCallbackParam request, CancellationToken cancellationToken) => api.CallbackBookAsync(request, cancellationToken);

        public virtual Task<TopResult<TvmQueryOrderResponse>> QueryOrderAsync(string alitripOrderId, CancellationToken cancellationToken) =>
            api.QueryOrderAsync(alitripOrderId, cancellationToken);

        public virtual Task<TopResult<TvmBookOrderResponse>> SetBookOrderAsync(TvmBookOrderRequest request, CancellationToken cancellationToken) =>
            api.SetBookOrderAsync(request, cancellationToken);
    }

    /// <summary>"It is paid, so it will be printed": reports as soon as the order is known.</summary>
    private sealed class ReportsEarly(IPlatformApi api) : ApiMutant(api)
    {
        public override async Task<TopResult<TvmQueryOrderResponse>> QueryOrderAsync(string alitripOrderId, CancellationToken cancellationToken)
        {
            var answer = await Api.QueryOrderAsync(alitripOrderId, cancellationToken);
            if (answer.Value?.TvmBusOrderLineInfo is { OrderStatus: TvmOrderStatus.PaidAndNotified, RealPayMode: { } payMode })
                await Api.SetBookOrderAsync(new() { AlitripOrderId = alitripOrderId, BookTime = DateTimeOffset.UnixEpoch, Success = true, PayMode = payMode }, cancellationToken);
            return answer;
        }
    }

    private sealed class HearsNoRefusal(IPlatformApi api) : ApiMutant(api)
    {
        public override async Task<TopResult<TvmBookOrderResponse>> SetBookOrderAsync(TvmBookOrderRequest request, CancellationToken cancellationToken)
        {
            var answer = await Api.SetBookOrderAsync(request, cancellationToken);
            return answer.Value is { IsSuccess: false } ? TopResult.Of(new TvmBookOrderResponse { IsSuccess = true }) : answer;
        }
    }

    private sealed class Flips(IPlatformApi api) : ApiMutant(api)
    {
        private readonly HashSet<string> _sent = [];

        public override Task<TopResult<TvmBookOrderResponse>> SetBookOrderAsync(TvmBookOrderRequest request, CancellationToken cancellationToken) =>
            Api.SetBookOrderAsync(_sent.Add(request.AlitripOrderId) ? request : request with { Success = false }, cancellationToken);
    }

    private abstract class StationMutant(IPrinterStation station) : IPrinterStation
    {
        protected IPrinterStation Station => station;

        public PrinterStatus Status => station.Status;

        public string? Unit => station.Unit;

        public PrinterIdentity? Identity => station.Identity;

        public bool EchoesProcessId => station.EchoesProcessId;

        public PrinterCapabilities? Capabilities => station.Capabilities;

        public bool RetractsTickets => station.RetractsTickets;

        public long Disturbances => station.Disturbances;

        public event Action? Changed
        {
            add => station.Changed += value;
            remove => station.Changed -= value;
        }

        public ValueTask<PrinterStatus> RefreshAsync(CancellationToken cancellationToken) => station.RefreshAsync(cancellationToken);

        public ValueTask<PrinterEvidence?> ReadEvidenceAsync(bool cutCounterIsExact, CancellationToken cancellationToken) =>
            station.ReadEvidenceAsync(cutCounterIsExact, cancellationToken);

        public virtual ValueTask<PrintResult> PrintAsync(ReadOnlyMemory<byte> document, ProcessId id, CancellationToken cancellationToken) =>
            station.PrintAsync(document, id, cancellationToken);

        public virtual ValueTask<FenceResult?> FenceAsync(TimeSpan timeout, CancellationToken cancellationToken) => station.FenceAsync(timeout, cancellationToken);

        public ValueTask<bool> ClearAsync(CancellationToken cancellationToken) => station.ClearAsync(cancellationToken);
    }

    private sealed class ForgetsBytes(IPrinterStation station) : StationMutant(station)
    {
        public override async ValueTask<PrintResult> PrintAsync(ReadOnlyMemory<byte> document, ProcessId id, CancellationToken cancellationToken)
        {
            var result = await Station.PrintAsync(document, id, cancellationToken);
            return result.End == PrintEnd.Completed ? result : result with { BytesSent = 0 };
        }
    }

    /// <summary>Whatever echo comes at the fence is the echo of the ticket that is asked about.</summary>
    private sealed class TakesAnyEcho(World world, IPrinterStation station) : StationMutant(station)
    {
        public override async ValueTask<FenceResult?> FenceAsync(TimeSpan timeout, CancellationToken cancellationToken)
        {
            var fence = await Station.FenceAsync(timeout, cancellationToken);
            if (fence is not { Echoed: true }) return fence;
            var open = world.Disk.Issuances.SelectMany(i => i.Attempts).Where(a => a.End is null).Select(a => ProcessId.Parse(a.ProcessId));
            return fence with { OtherEchoes = [.. fence.OtherEchoes, .. open] };
        }
    }

    /// <summary>A driver that asks for the counters past the buffer, and calls every buffer empty.</summary>
    private sealed class HurriedPort(World world, IPrinterPort port) : IPrinterPort
    {
        public string Path => port.Path;

        public string? Connection => port.Connection;

        public async ValueTask<ITicketPrinter> OpenAsync(CancellationToken cancellationToken) => world.Printer.IsReachable
            ? new HurriedPrinter(world, port)
            : await port.OpenAsync(cancellationToken);
    }

    private sealed class HurriedPrinter(World world, IPrinterPort port) : ITicketPrinter
    {
        private ITicketPrinter? _real;

        public PrinterIdentity Identity { get; } = new(null, null, null, world.Printer.Unit.Serial, null);

        public Task Lost { get; } = new TaskCompletionSource().Task;

        public bool EchoesProcessId => world.Printer.Unit.Kind.Echoes;

        public PrinterCapabilities? Capabilities => null;

        public bool TellsStatusChanges => false;

        public event Action<PrinterStatus?>? StatusTold
        {
            add { }
            remove { }
        }

        public ValueTask<bool> ResumeAsync(CancellationToken cancellationToken) => new(true);

        public ValueTask<PrinterStatus> ReadStatusAsync(CancellationToken cancellationToken) => new(world.Printer.Unit.Status);

        public ValueTask<long?> ReadCutCounterAsync(CancellationToken cancellationToken) => new(world.Printer.Unit.Cuts);

        public ValueTask<FenceResult> FenceAsync(ProcessId id, TimeSpan timeout, CancellationToken cancellationToken) => new(new FenceResult(true, [], null));

        public async ValueTask ClearAsync(CancellationToken cancellationToken) => await (await RealAsync(cancellationToken)).ClearAsync(cancellationToken);

        public async ValueTask<PrintResult> PrintAsync(ReadOnlyMemory<byte> document, ProcessId id, CancellationToken cancellationToken) =>
            await (await RealAsync(cancellationToken)).PrintAsync(document, id, cancellationToken);

        public ValueTask DisposeAsync() => _real?.DisposeAsync() ?? default;

        private async ValueTask<ITicketPrinter> RealAsync(CancellationToken cancellationToken) => _real ??= await port.OpenAsync(cancellationToken);
    }

    private sealed class Doubts(IPrinterStation station) : StationMutant(station)
    {
        public override async ValueTask<PrintResult> PrintAsync(ReadOnlyMemory<byte> document, ProcessId id, CancellationToken cancellationToken)
        {
            var result = await Station.PrintAsync(document, id, cancellationToken);
            return result.End == PrintEnd.Completed && !id.ToString().StartsWith('~') ? result with { End = PrintEnd.TimedOut } : result;
        }

        public override ValueTask<FenceResult?> FenceAsync(TimeSpan timeout, CancellationToken cancellationToken) => new((FenceResult?)null);
    }

    private class OutboxMutant(IOutbox outbox) : IOutbox
    {
        public virtual DateTimeOffset? NextDue => outbox.NextDue;

        public OutboxCounts Counts => outbox.Counts;

        public virtual int RecoverInterrupted(DateTimeOffset now) => outbox.RecoverInterrupted(now);

        public virtual IReadOnlyList<OutboxReport> Take(DateTimeOffset now, int limit, IReadOnlySet<string> ordersInHand) => outbox.Take(now, limit, ordersInHand);

        public void MarkSending(long id, DateTimeOffset at) => outbox.MarkSending(id, at);

        public void Confirm(long id, DateTimeOffset at, string evidence) => outbox.Confirm(id, at, evidence);

        public void RetryAt(long id, DateTimeOffset notBefore, bool fateUnknown, string reason) => outbox.RetryAt(id, notBefore, fateUnknown, reason);

        public void Park(long id, DateTimeOffset at, ParkReason reason, string evidence) => outbox.Park(id, at, reason, evidence);

        public void WakeRetries(DateTimeOffset now) => outbox.WakeRetries(now);
    }

    private sealed class NeverAsks(IOutbox outbox) : OutboxMutant(outbox)
    {
        public override IReadOnlyList<OutboxReport> Take(DateTimeOffset now, int limit, IReadOnlySet<string> ordersInHand) =>
            [.. base.Take(now, limit, ordersInHand).Select(r => r with { FateUnknown = false })];
    }

    private sealed class BehindReports(IIssuanceJournal journal) : OutboxMutant(journal.StationNotices)
    {
        // It looks again and again, and one of these times it may go.
        public override DateTimeOffset? NextDue => Counts.Waiting > 0 ? DateTimeOffset.UnixEpoch : null;

        public override IReadOnlyList<OutboxReport> Take(DateTimeOffset now, int limit, IReadOnlySet<string> ordersInHand) =>
            journal.Counts.Waiting > 0 ? [] : base.Take(now, limit, ordersInHand);
    }

    private sealed class ForgetsInterrupted(IOutbox outbox) : OutboxMutant(outbox)
    {
        public override int RecoverInterrupted(DateTimeOffset now) => 0;
    }

    private sealed class AlwaysInvites(IPassengerGuidance lights) : IPassengerGuidance
    {
        public void Show(Guidance guidance) => lights.Show(guidance == Guidance.OutOfService ? Guidance.Ready : guidance);
    }
}
