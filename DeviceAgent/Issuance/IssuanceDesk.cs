using System.Threading.Channels;
using DeviceAgent.Drivers;
using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Platform.Gateway;
using DeviceAgent.Platform.Station;
using DeviceAgent.Tickets;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Issuance;

/// <summary>What the desk works with. Each is a boundary that the seeded world can replace.</summary>
public sealed record DeskSurroundings
{
    public required IIssuanceJournal Journal { get; init; }
    /// <summary>Looks through the whole journal, elsewhere if it likes: null when it is sound, otherwise what is wrong. Nobody else enters the journal meanwhile.</summary>
    public required Func<CancellationToken, Task<JournalException?>> CheckJournal { get; init; }
    /// <summary>The journal must not be used any more: whoever else uses it stops.</summary>
    public Action JournalFailed { get; init; } = () => { };
    /// <summary>See <see cref="JournalOptions.UnseenCutsAllowed"/>.</summary>
    public int UnseenCutsAllowed { get; init; } = new JournalOptions().UnseenCutsAllowed;
    public required IBusTvmApi Platform { get; init; }
    public required IPrinterStation Printer { get; init; }
    public required IPassengerGuidance Guidance { get; init; }
    public required IKioskTemplates Templates { get; init; }
    public required IPassengerCheck PassengerCheck { get; init; }
    public required IOrderClaims Claims { get; init; }
    public required ITicketAllocation Allocation { get; init; }
    /// <summary>The station's system, which decides about returns; null where there is none.</summary>
    public IStationApi? Station { get; init; }
    /// <summary>How long an answer of the station that did not come is asked for again while the passenger waits.</summary>
    public TimeSpan StationPatience { get; init; } = new StationOptions().Patience;
    /// <summary>The kiosk's id, as the station knows it.</summary>
    public string KioskId { get; init; } = "";
    /// <summary>Why train orders cannot be reported, so that none is taken; null when they can.</summary>
    public string? TrainUnreportable { get; init; }
    public ReturnOptions Returns { get; init; } = new();
    /// <summary>Numbers of the forms; none by default.</summary>
    public StockOptions Stock { get; init; } = new();
    public required TimeProvider Time { get; init; }
    public required ILogger Logger { get; init; }
    /// <summary>A report was written, or the platform has just answered: the sender may go.</summary>
    public required Action WakeSender { get; init; }
    /// <summary>What only a person can make right with the platform; null when nothing holds the reports.</summary>
    public required Func<TopRemedy?> SenderHold { get; init; }
    /// <summary>How long the platform has not been heard although it was called; null when the last call was answered.</summary>
    public required Func<TimeSpan?> PlatformSilentFor { get; init; }
    /// <summary>Whether the wall clock may be believed. A change is told with <see cref="IssuanceDesk.Reconsider"/>.</summary>
    public required Func<bool> ClockIsTrusted { get; init; }
    /// <summary>Whether the disk is fuller than is good for an order in hand.</summary>
    public required Func<bool> DiskReserveUsed { get; init; }
    /// <summary>Whether the kiosk stands open. A change is told with <see cref="IssuanceDesk.Reconsider"/>.</summary>
    public Func<bool> DoorIsOpen { get; init; } = () => false;
    /// <summary>Whether the supply fails. A change is told with <see cref="IssuanceDesk.Reconsider"/>.</summary>
    public Func<bool> PowerIsFailing { get; init; } = () => false;
    public required IAlarms Alarms { get; init; }
    /// <summary>Reports that may wait before the kiosk takes no more orders.</summary>
    public required int MaxReports { get; init; }
}

/// <summary>What a presented code came to.</summary>
public enum PickupOffer { Taken, Busy, NotReady, Refused }

/// <summary>The desk at one moment, for the technician and the lights.</summary>
/// <param name="InHand">The order or duty that is being worked on.</param>
public sealed record DeskState(IReadOnlyList<NotReadyReason> NotReady, Guidance Guidance, string? InHand, int Waiting);

/// <summary>Takes one pick-up at a time from the code to the paper and the report.</summary>
/// <remarks>
/// Single-threaded: everything runs on the agent's loop. The desk's own loop stays free while a pick-up is in hand, so that a further
/// scan is discarded, a printer event is seen and the watchdog's probe is answered. Nothing here decides: <see cref="IssuanceRules"/>,
/// <see cref="Eligibility"/> and <see cref="Readiness"/> do.
/// </remarks>
public sealed partial class IssuanceDesk : IDisposable
{
    private const int MaxUnfinishedOrders = 10_000;

    // A probe strip whose echo got lost told nothing; each further one costs paper.
    private const int MaxLearnTries = 3;
    private static readonly TimeSpan LearnAgainAfter = TimeSpan.FromMinutes(1);

    // A step takes at most the gateway's, the printer's or the refill's time, all bounded by options; an hour means that the desk is stuck.
    private static readonly TimeSpan StuckAfter = TimeSpan.FromHours(2);

    private readonly DeskSurroundings _with;
    private readonly IssuanceOptions _options;
    private readonly OrderOptions _orders;
    private readonly OrderCodes _codes;
    private readonly LookUpLimit _lookUps;
    private readonly PaperStock _paper;
    private readonly TicketAttempts _attempts;
    private readonly IncidentSlips _slips;
    private readonly Channel<DeskEvent> _events = Channel.CreateBounded<DeskEvent>(new BoundedChannelOptions(64) { SingleReader = true });
    private readonly Dictionary<OrderKey, long> _waitingSince = [];
    private readonly CancellationTokenSource _hardStop = new();
    private readonly CancellationTokenSource _stopAsked = new();
    private readonly TaskCompletionSource _journalChecked = new();
    private readonly ITimer _timer;
    private Task? _inHand;
    private string? _inHandName;
    private long _inHandSince;
    private bool _recovered;
    private bool _stopping;
    private bool _journalBeingChecked = true;
    private JournalFailure? _journalFailure;
    private bool _diskReserveUsed;
    private string? _learnedUnit;
    private long? _learnAgainAt;
    private int _learnTries;
    private long? _notReadAt;
    private Guidance _shown = Guidance.OutOfService;
    private long? _noticeUntil;

    public IssuanceDesk(DeskSurroundings surroundings, IssuanceOptions options, OrderOptions orders)
    {
        ArgumentNullException.ThrowIfNull(surroundings);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(orders);
        (_with, _options, _orders) = (surroundings, options, orders);
        _codes = new(orders);
        _lookUps = new(orders.LookUpsPerMinute, surroundings.Time);
        _paper = new(surroundings.Journal, surroundings.Printer, options, surroundings.Time);
        _stock = new(surroundings.Journal, surroundings.Stock, surroundings.Time);
        _attempts = new(surroundings.Journal, surroundings.Printer, surroundings.Templates, surroundings.Guidance, _paper, _stock, options, surroundings.Time, surroundings.Logger)
        {
            UnseenCutsAllowed = surroundings.UnseenCutsAllowed,
            MayBegin = () => !surroundings.PowerIsFailing(),
        };
        _slips = new(surroundings, options, _stock);
        _paperChanges = new(surroundings, _attempts, _paper, _stock);
        _timer = surroundings.Time.CreateTimer(_ => _events.Writer.TryWrite(new DeskEvent(DeskEventKind.Tick)), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public DeskState State => new(NotReadyReasons(), _shown, _inHandName, _waitingSince.Count);

    /// <summary>Ends when the journal has been checked and, if it is sound, recovered from. Before that nobody but the check may enter it. Never ends when the desk is stopped before.</summary>
    public Task JournalChecked => _journalChecked.Task;

    /// <summary>Offers a code. Discarded, not queued, while another pick-up is in hand.</summary>
    public PickupOffer Offer(string code)
    {
        ArgumentNullException.ThrowIfNull(code);
        if (_inHand is not null && !_journalBeingChecked)
        {
            _with.Logger.Discarded("another pick-up is in hand");
            return PickupOffer.Busy;
        }
        var reasons = NotReadyReasons();
        if (!AllowsCodes(reasons))
        {
            _with.Logger.NotReady(string.Join(", ", reasons));
            ShowIdle();
            return PickupOffer.NotReady;
        }
        if (_codes.Extract(code) is null && ReturnTarget.Parse(code) is { TicketNumber: not null } ticket)
        {
            OfferPrintedTicket(ticket);
            return PickupOffer.Taken;
        }
        _returnAsked = null;
        TakeInHand("pick-up", () => PickUpAsync(code));
        return PickupOffer.Taken;
    }

    /// <summary>Answers when the desk's loop turns and what it has in hand is not stuck.</summary>
    public async ValueTask<bool> AnswerProbeAsync(CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<bool>();
        await _events.Writer.WriteAsync(new DeskEvent(DeskEventKind.Probe, answer), cancellationToken);
        return await answer.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Finishes the ticket in hand and ends <see cref="RunAsync"/>; takes no further pick-up.</summary>
    public void Stop()
    {
        _stopping = true;
        _stopAsked.Cancel();
        Reconsider();
    }

    /// <summary>Something that readiness depends on has changed. Any thread.</summary>
    public void Reconsider() => _events.Writer.TryWrite(new DeskEvent(DeskEventKind.Tick));

    /// <summary>Gives up what is in hand: the attempt stays open in the journal and is settled at the next start.</summary>
    public void StopHard() => _hardStop.Cancel();

    /// <summary>An fsync error is fatal: what the disk holds is not known any more. Nothing is issued before the journal was opened and checked again.</summary>
    public void FailJournal(JournalException failure)
    {
        _journalFailure ??= failure.Reason;
        var advice = JournalAdvice.For(failure.Reason);
        _with.Logger.JournalFailed(failure.Message, advice, failure);
        _with.Alarms.Raise(new(AlarmKind.Journal, null, $"{failure.Message} To do: {advice}", _with.Time.GetUtcNow()));
        _with.JournalFailed();
        Reconsider();
    }

    /// <summary>Runs until <see cref="Stop"/>; throws what no rule provides for.</summary>
    public async Task RunAsync()
    {
        _with.Printer.Changed += OnPrinterChanged;
        try
        {
            Show(Guidance.OutOfService);
            TakeInHand("journal check", CheckJournalAsync);
            while (!(_stopping && _inHand is null))
            {
                var next = await _events.Reader.ReadAsync();
                switch (next.Kind)
                {
                    case DeskEventKind.Probe:
                        next.Answer!.TrySetResult(_inHand is null || _with.Time.GetElapsedTime(_inHandSince) < StuckAfter);
                        break;
                    case DeskEventKind.Done:
                        var done = _inHand!;
                        (_inHand, _inHandName) = (null, null);
                        await done;
                        break;
                    case DeskEventKind.PrinterChanged or DeskEventKind.Tick:
                        // Both only wake the loop: what is to be done is seen below.
                        break;
                }
                ConsiderPower();
                ConsiderDuties();
            }
        }
        finally
        {
            SetTakesCodes(false);
            _with.Printer.Changed -= OnPrinterChanged;
            Show(Guidance.OutOfService);
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        _hardStop.Dispose();
        _stopAsked.Dispose();
    }

    private bool UnitIsLearned => _learnedUnit is not null && _learnedUnit == _with.Printer.Unit;

    private void OnPrinterChanged()
    {
        // Who comes back may be another unit, or one that has printed elsewhere meanwhile.
        if (_with.Printer.Identity is null || _with.Printer.Status.Device == DeviceState.NoDevice) (_learnedUnit, _learnAgainAt, _learnTries) = (null, null, 0);
        _events.Writer.TryWrite(new DeskEvent(DeskEventKind.PrinterChanged));
    }

    /// <summary>Between pick-ups: account for what a dead agent left, learn a new printer, escalate what waited too long.</summary>
    private void ConsiderDuties()
    {
        if (_inHand is not null) return;
        ConsiderDisk();
        if (!_stopping && _recovered && _journalFailure is null)
        {
            Guarded(EscalateWaiting);
            // While the supply fails nothing is begun, no strip either.
            var canPrint = _with.Printer.Status.CanPrint && !_with.PowerIsFailing();
            if (canPrint && _unsettled > 0 && UnsettledOrders() is { Count: > 0 } unsettled)
            {
                TakeInHand("accounting", () => SettleAsync(unsettled));
                return;
            }
            if (_returnsToAsk.Count > 0 && _askReturnsAt <= _with.Time.GetTimestamp())
            {
                TakeInHand("a return", AskForReturnsAsync);
                return;
            }
            if (canPrint && _slips.IsDue)
            {
                ShowIdle();
                TakeInHand("incident slip", () => _slips.PrintAsync(_hardStop.Token));
                return;
            }
            // What could not be read is read again when the printer was opened anew.
            var isNew = !UnitIsLearned && _notReadAt != _with.Printer.Disturbances;
            if (canPrint && (isNew || _learnAgainAt <= _with.Time.GetTimestamp()))
            {
                TakeInHand("new printer", LearnUnitAsync);
                return;
            }
            if (canPrint && _paperChanges.IsUnderWay)
            {
                ShowIdle();
                TakeInHand("a paper change", GoOnChangingPaperAsync);
                return;
            }
            if (UnitIsLearned) Guarded(() => _paper.Observe(_attempts.Unit));
        }
        // Whoever is told to present a code can do so.
        ConsiderWindow();
        ShowIdle();
        ArmTimer();
    }

    private async Task LearnUnitAsync()
    {
        var unit = _with.Printer.Unit;
        switch (await _attempts.LearnUnitAsync(_hardStop.Token))
        {
            case UnitKnowledge.Learned:
                (_learnedUnit, _learnAgainAt, _notReadAt) = (unit, null, null);
                break;
            case UnitKnowledge.ProbeAgain:
                // The kiosk issues meanwhile, with what it knows.
                _learnAgainAt = ++_learnTries >= MaxLearnTries ? null : _with.Time.GetTimestamp() + Ticks(LearnAgainAfter);
                (_learnedUnit, _notReadAt) = (unit, null);
                break;
            case UnitKnowledge.NotRead when _with.Printer.Status.CanPrint:
                _notReadAt = _with.Printer.Disturbances;
                break;
        }
    }

    private void ConsiderDisk()
    {
        var used = _with.DiskReserveUsed();
        if (used == _diskReserveUsed) return;
        _diskReserveUsed = used;
        if (used) _with.Alarms.Raise(new(AlarmKind.Journal, null, "The disk's reserve is used. To do: make space", _with.Time.GetUtcNow()));
        else if (_journalFailure is null) _with.Alarms.Clear(AlarmKind.Journal, null);
    }

    private void TakeInHand(string name, Func<Task> work)
    {
        (_inHandName, _inHandSince, _noticeUntil) = (name, _with.Time.GetTimestamp(), null);
        _inHand = RunAsync();
        SetTakesCodes(false);

        async Task RunAsync()
        {
            // The loop must see the work in hand before the work can end.
            await Task.Yield();
            try
            {
                await work();
            }
            catch (JournalException e)
            {
                FailJournal(e);
            }
            catch (OperationCanceledException) when (_hardStop.IsCancellationRequested)
            {
                // What is open in the journal is settled at the next start.
            }
            finally
            {
                await _events.Writer.WriteAsync(new DeskEvent(DeskEventKind.Done));
            }
        }
    }

    private void Guarded(Action work)
    {
        try
        {
            work();
        }
        catch (JournalException e)
        {
            FailJournal(e);
        }
    }

    private async Task CheckJournalAsync()
    {
        try
        {
            if (await _with.CheckJournal(_stopAsked.Token) is { } failure) FailJournal(failure);
        }
        catch (OperationCanceledException) when (_stopping)
        {
            return;
        }
        _journalBeingChecked = false;
        if (_journalFailure is null) Guarded(Recover);
        _journalChecked.TrySetResult();
    }

    private IReadOnlyList<NotReadyReason> NotReadyReasons()
    {
        int waiting = 0, inDoubt = 0;
        int? ticketsLeft = null;
        var formIsKnown = true;
        if (_journalFailure is null && !_journalBeingChecked)
            Guarded(() => (waiting, inDoubt, ticketsLeft, formIsKnown) = (_with.Journal.WaitingReports, _with.Journal.CountIssuances().InDoubt, _paper.TicketsLeft, _stock.IsKnown));
        return Readiness.Judge(new()
        {
            Recovered = _recovered,
            Stopping = _stopping,
            Maintenance = _with.Journal.InMaintenance,
            PowerIsFailing = _with.PowerIsFailing(),
            DoorIsOpen = _with.DoorIsOpen(),
            Printer = _with.Printer.Identity is null ? null : _with.Printer.Status,
            PrinterLearned = UnitIsLearned,
            TicketsLeft = ticketsLeft,
            PaperBeingChanged = _paperChanges.IsUnderWay,
            FormIsKnown = formIsKnown,
            // Until its slip parts it from what follows, a half ticket may hang in the printer.
            UnsettledAttempts = _unsettled + (_slips.NextTry is null ? 0 : 1),
            JournalBeingChecked = _journalBeingChecked,
            JournalFailure = _journalFailure,
            JournalHasItsKey = _with.Journal.CanKeepPersonalData,
            DiskReserveUsed = _with.DiskReserveUsed(),
            ReportsWaiting = waiting,
            MaxReports = _with.MaxReports,
            SenderHold = _with.SenderHold(),
            GatewaySilentFor = _with.PlatformSilentFor(),
            GatewaySilenceLimit = _options.GatewaySilenceLimit,
            ClockIsTrusted = _with.ClockIsTrusted(),
            InDoubt = inDoubt,
            MaxInDoubt = _options.MaxInDoubt,
        });
    }

    private void Show(Guidance guidance)
    {
        _shown = guidance;
        _with.Guidance.Show(guidance);
    }

    /// <summary>Shows something for a while, then what the idle desk shows.</summary>
    private void Notice(Guidance guidance, TimeSpan? duration = null)
    {
        Show(guidance);
        _noticeUntil = _with.Time.GetTimestamp() + Ticks(duration ?? _options.NoticeTime);
    }

    private void ShowIdle()
    {
        if (_inHand is not null || (_noticeUntil is { } until && _with.Time.GetTimestamp() < until && !_stopping)) return;
        _noticeUntil = null;
        Show(NotReadyReasons() switch
        {
            [] => Guidance.Ready,
            [NotReadyReason.GatewayUnreachable] => Guidance.Offline,
            _ => Guidance.OutOfService,
        });
    }

    private void ArmTimer()
    {
        // What is overdue already waits for something else than time: for the printer, or for a journal that can be written.
        var now = _with.Time.GetTimestamp();
        long? next = null;
        void Consider(long? moment)
        {
            if (moment > now && (next is null || moment < next)) next = moment;
        }
        Consider(_noticeUntil);
        Consider(_slips.NextTry);
        Consider(_learnAgainAt);
        if (_returnsToAsk.Count > 0) Consider(_askReturnsAt);
        foreach (var since in _waitingSince.Values) Consider(since + Ticks(_options.ResumeTimeout));
        if (_with.PlatformSilentFor() is { } silent && silent < _options.GatewaySilenceLimit) Consider(now + Ticks(_options.GatewaySilenceLimit - silent));
        // Space is made by nobody who would tell: seen within a minute.
        if (_diskReserveUsed) Consider(now + Ticks(TimeSpan.FromMinutes(1)));
        // Rounded up: a timer that fires a little early would find nothing to do.
        var due = next is { } moment ? TimeSpan.FromMilliseconds(Math.Ceiling((moment - now) * 1000.0 / _with.Time.TimestampFrequency)) : Timeout.InfiniteTimeSpan;
        _timer.Change(due, Timeout.InfiniteTimeSpan);
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * _with.Time.TimestampFrequency);

    private enum DeskEventKind { Probe, Done, PrinterChanged, Tick }

    private readonly record struct DeskEvent(DeskEventKind Kind, TaskCompletionSource<bool>? Answer = null);
}
