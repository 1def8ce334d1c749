using System.Globalization;
using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Platform.Sync;
using DeviceAgent.Tests.Journal;

namespace DeviceAgent.Tests.PowerLoss;

internal enum ScriptAct { Intent, Accept, Start, End, Complete, Release, Doubt, Printer, Note, Send, Confirm, Retry, Park }

/// <summary>One change of a journal: one durable transaction, with one audit row.</summary>
/// <param name="Id">The issuance for <see cref="ScriptAct.Intent"/> to <see cref="ScriptAct.Doubt"/>, the attempt for its end, the report for the last four; ids are dense.</param>
internal sealed record ScriptStep(ScriptAct Act, string Order, long Id, int Tickets = 0, int Ticket = 0, AttemptKind Kind = AttemptKind.Ticket, AttemptOutcome Outcome = AttemptOutcome.Presented)
{
    /// <exception cref="InvalidDataException">The journal gave another id than the script says.</exception>
    public void On(IIssuanceJournal journal, DateTimeOffset at)
    {
        switch (Act)
        {
            case ScriptAct.Intent: Require(journal.RecordIntent(Journey.Bus, Order, at), Id); break;
            case ScriptAct.Accept: journal.Accept(Id, JournalSamples.Accepted(Order, passengers: Tickets), [], at); break;
            case ScriptAct.Start: journal.StartAttempt(Id, new(Kind, Ticket, JournalSamples.Before), at); break;
            case ScriptAct.End: journal.EndAttempt(Id, new(Outcome, Outcome == AttemptOutcome.Unknown ? null : 1840, JournalSamples.After, "as the script says"), at); break;
            case ScriptAct.Complete: journal.Complete(Id, [JournalSamples.Report], at); break;
            case ScriptAct.Release: journal.Release(Id, "nothing was presented", [], at); break;
            case ScriptAct.Doubt: journal.StandInDoubt(Id, "an attempt is Unknown", at); break;
            case ScriptAct.Printer: journal.SavePrinter(new(Order, "TM-T88", true, true, Id, at)); break;
            case ScriptAct.Note: journal.Audit(at, "note", Order); break;
            case ScriptAct.Send: journal.MarkSending(Id, at); break;
            case ScriptAct.Confirm: journal.Confirm(Id, at, "the platform said yes"); break;
            case ScriptAct.Retry: journal.RetryAt(Id, at, fateUnknown: true, "no answer"); break;
            default: journal.Park(Id, at, ParkReason.Refused, "the platform said no"); break;
        }
    }

    private static void Require(long given, long expected)
    {
        if (given != expected) throw new InvalidDataException($"The journal gave id {given}, the script says {expected}.");
    }
}

/// <summary>Some hundred whole issuances as single steps, the same for the same seed: issued, released, tried again, in doubt; reports sent beside them.</summary>
internal sealed class JournalScript
{
    private readonly List<ScriptStep> _steps = [];
    private readonly Queue<(long Report, string Order)> _waiting = [];
    private readonly Random _random;
    private long _issuances, _attempts, _reports;

    public JournalScript(int seed, int orders)
    {
        _random = new(seed);
        for (var i = 0; i < orders; i++)
        {
            Order(string.Create(CultureInfo.InvariantCulture, $"26030{seed % 1000:000}{i:00000}"));
            if (_random.Next(8) == 0) _steps.Add(new(ScriptAct.Printer, $"TM-{_random.Next(3)}", i));
            if (_random.Next(8) == 0) _steps.Add(new(ScriptAct.Note, $"note {i}", 0));
            // Reports lag behind, as they do while the network is away.
            while (_waiting.Count > 0 && _random.Next(5) > 0) Report();
        }
    }

    public IReadOnlyList<ScriptStep> Steps => _steps;

    private void Order(string order)
    {
        var (id, tickets, fate) = (++_issuances, _random.Next(1, 4), _random.Next(20));
        _steps.Add(new(ScriptAct.Intent, order, id));
        if (fate < 3)
        {
            _steps.Add(new(ScriptAct.Release, order, id));
            if (fate < 2) return;
            _steps.Add(new(ScriptAct.Intent, order, id));
        }
        _steps.Add(new(ScriptAct.Accept, order, id, tickets));
        if (fate is 3 or 4)
        {
            Attempt(order, id, 0, AttemptKind.Ticket, AttemptOutcome.NotPresented);
            _steps.Add(new(ScriptAct.Release, order, id));
            return;
        }
        for (var ticket = 0; ticket < tickets; ticket++)
        {
            if (_random.Next(10) == 0)
            {
                Attempt(order, id, ticket, AttemptKind.Ticket, AttemptOutcome.NotPresented);
                Attempt(order, id, ticket, AttemptKind.VoidStrip, AttemptOutcome.Presented);
            }
            var last = fate is 5 or 6 && ticket == tickets - 1;
            Attempt(order, id, ticket, AttemptKind.Ticket, last ? AttemptOutcome.Unknown : AttemptOutcome.Presented);
        }
        if (fate is 5 or 6)
        {
            _steps.Add(new(ScriptAct.Doubt, order, id));
            if (fate == 5) return;
        }
        _steps.Add(new(ScriptAct.Complete, order, id));
        _waiting.Enqueue((++_reports, order));
    }

    private void Attempt(string order, long issuance, int ticket, AttemptKind kind, AttemptOutcome outcome)
    {
        _steps.Add(new(ScriptAct.Start, order, issuance, Ticket: ticket, Kind: kind));
        _steps.Add(new(ScriptAct.End, order, ++_attempts, Ticket: ticket, Kind: kind, Outcome: outcome));
    }

    private void Report()
    {
        var (report, order) = _waiting.Dequeue();
        _steps.Add(new(ScriptAct.Send, order, report));
        switch (_random.Next(8))
        {
            case 0:
                _steps.Add(new(ScriptAct.Park, order, report));
                return;
            case 1:
                _steps.Add(new(ScriptAct.Retry, order, report));
                _steps.Add(new(ScriptAct.Send, order, report));
                break;
        }
        _steps.Add(new(ScriptAct.Confirm, order, report));
    }
}

/// <summary>What a journal holds after some steps of a script, in the journal's own words: one line for each order.</summary>
internal sealed class ScriptedState
{
    private readonly Dictionary<string, Issuance> _orders = [];
    private readonly Dictionary<long, Issuance> _byReport = [];

    public ScriptedState(IEnumerable<ScriptStep> steps)
    {
        foreach (var step in steps) Take(step);
    }

    /// <returns>Null when the journal holds exactly this; else the first difference.</returns>
    public string? Difference(IIssuanceJournal journal)
    {
        foreach (var (order, expected) in _orders)
        {
            var found = Line(journal.Find(Journey.Bus, order));
            if (found != expected.Line) return $"order {order} is \"{found}\" instead of \"{expected.Line}\"";
        }
        var counts = journal.CountIssuances();
        long Of(IssuanceState state) => _orders.Values.Count(o => o.State == state);
        var (issued, inDoubt, open) = (Of(IssuanceState.Issued), Of(IssuanceState.InDoubt), Of(IssuanceState.Intent) + Of(IssuanceState.Accepted));
        if ((counts.Issued, counts.InDoubt, counts.Open, counts.Unreadable) != (issued, inDoubt, open, 0)) return $"the issuances are {counts} instead of {issued} issued, {inDoubt} in doubt, {open} open";
        var reports = journal.Counts;
        long With(params ReportState[] states) => _byReport.Values.Count(o => o.Report is { } r && states.Contains(r));
        var (waiting, parked, confirmed) = (With(ReportState.Due, ReportState.Sending, ReportState.Retry), With(ReportState.Parked), With(ReportState.Confirmed));
        return (reports.Waiting, reports.Parked, reports.Confirmed, reports.Unreadable) == (waiting, parked, confirmed, 0) ? null
            : $"the reports are {reports} instead of {waiting} waiting, {parked} parked, {confirmed} confirmed";
    }

    private void Take(ScriptStep step)
    {
        switch (step.Act)
        {
            case ScriptAct.Printer or ScriptAct.Note:
                return;
            case ScriptAct.Intent:
                if (!_orders.TryGetValue(step.Order, out var again)) _orders.Add(step.Order, again = new());
                (again.State, again.Tickets, again.Readable) = (IssuanceState.Intent, 0, false);
                return;
        }
        var issuance = _orders[step.Order];
        switch (step.Act)
        {
            case ScriptAct.Accept: (issuance.State, issuance.Tickets, issuance.Readable) = (IssuanceState.Accepted, step.Tickets, true); break;
            case ScriptAct.Start: issuance.Attempts.Add($"{step.Kind} {step.Ticket} open"); break;
            case ScriptAct.End: issuance.Attempts[^1] = $"{step.Kind} {step.Ticket} {step.Outcome}"; break;
            case ScriptAct.Release: (issuance.State, issuance.Readable) = (IssuanceState.Released, false); break;
            case ScriptAct.Doubt: issuance.State = IssuanceState.InDoubt; break;
            case ScriptAct.Complete:
                (issuance.State, issuance.Report) = (IssuanceState.Issued, ReportState.Due);
                _byReport.Add(_byReport.Count + 1, issuance);
                break;
            case ScriptAct.Send: issuance.Report = ReportState.Sending; break;
            case ScriptAct.Confirm: issuance.Report = ReportState.Confirmed; break;
            case ScriptAct.Retry: issuance.Report = ReportState.Retry; break;
            default: issuance.Report = ReportState.Parked; break;
        }
    }

    private static string Line(IssuanceRecord? record) => record is null ? "not there" : Line(
        record.State, record.TicketCount, record.Accepted is { } a && a.Tickets.Count == record.TicketCount, record.ReportState,
        record.Attempts.Select(a => $"{a.Kind} {a.TicketIndex} {a.End?.Outcome.ToString() ?? "open"}"));

    private static string Line(IssuanceState state, int tickets, bool readable, string? report, IEnumerable<string> attempts) =>
        string.Create(CultureInfo.InvariantCulture, $"{state}, {tickets} tickets{(readable ? "" : " unread")}, report {report ?? "none"}, {string.Join("; ", attempts)}");

    private sealed class Issuance
    {
        public IssuanceState State { get; set; }
        public int Tickets { get; set; }
        public bool Readable { get; set; }
        public ReportState? Report { get; set; }
        public List<string> Attempts { get; } = [];
        public string Line => ScriptedState.Line(State, Tickets, Readable, Report is { } r ? JournalWords.Of(r) : null, Attempts);
    }
}
