using System.Globalization;
using DeviceAgent.Orders;
using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Journal;

/// <content>What changes issuances and attempts.</content>
public sealed partial class SqliteJournal
{
    public long RecordIntent(Journey journey, string orderNumber, DateTimeOffset at)
    {
        ArgumentException.ThrowIfNullOrEmpty(orderNumber);
        using var change = BeginChange();
        var (id, present) = FindState(journey, orderNumber);
        Require("An intent", JournalTransitions.WhyNoIntent(present));
        if (present is null)
        {
            id = _lastIssuance + 1;
            _database.Use(JournalSql.InsertIssuance).Bind(1, id).Bind(2, JournalWords.Of(journey)).Bind(3, orderNumber).Bind(4, Milliseconds(at)).Run();
        }
        else
        {
            _database.Use(JournalSql.ReopenIssuance).Bind(1, id).Bind(2, Milliseconds(at)).Run();
        }
        change.Commit(at, JournalAudit.Intent, $"issuance {Text(id)}");
        _lastIssuance = Math.Max(_lastIssuance, id);
        _issuances?.Move(present, IssuanceState.Intent);
        return id;
    }

    public void Accept(long issuance, AcceptedOrder accepted, IReadOnlyList<NewReport> reports, DateTimeOffset at)
    {
        JournalRequests.Check(accepted);
        JournalRequests.Check(reports);
        using var change = BeginChange();
        var present = ReadState(issuance);
        Require($"Accepting issuance {issuance}", JournalTransitions.WhyNoAccept(present?.State));
        JournalRequests.CheckIsOf(accepted, present!.Key.Journey, present.Key.Number);
        JournalRequests.CheckFits(ReportedChange.Acceptance, present.Key.Journey, present.HasReport, reports);
        if (!CanKeepPersonalData) throw new JournalException(JournalFailure.KeyMissing, "The key that this journal was made with is not here.");
        var box = _keys.Seal(JournalJson.Write(accepted), "issuance", issuance, "accepted");
        var report = InsertReports(reports, issuance, present.Key, at);
        _database.Use(JournalSql.AcceptIssuance).Bind(1, issuance).Bind(2, Milliseconds(at)).Bind(3, accepted.Tickets.Count).Bind(4, box).Bind(5, report).Run();
        if (present.Report is { } earlier) _database.Use(JournalSql.UnpurgeReport).Bind(1, earlier).Run();
        change.Commit(at, JournalAudit.Accepted, $"issuance {Text(issuance)}{Told(report)}");
        Reported(reports, at);
    }

    public AttemptRecord StartAttempt(long issuance, NewAttempt attempt, DateTimeOffset at)
    {
        JournalRequests.Check(attempt);
        using var change = BeginChange();
        var present = ReadState(issuance);
        Require($"An attempt of issuance {issuance}",
            JournalTransitions.WhyNoAttempt(present?.State, present?.TicketCount ?? 0, present?.Attempts ?? [], attempt.Kind, attempt.TicketIndex));
        var id = _lastAttempt + 1;
        var processId = AttemptProcessIds.OfAttempt(_processIdStart, id).ToString();
        InsertAttempt(id, issuance, processId, attempt, at);
        change.Commit(at, JournalAudit.AttemptStarted, $"issuance {Text(issuance)} attempt {Text(id)}{JournalRequests.TellForm(attempt.StockNumber)}");
        _lastAttempt = id;
        return AttemptRecord.Begun(id, processId, attempt, at);
    }

    private void InsertAttempt(long id, long issuance, string processId, NewAttempt attempt, DateTimeOffset at)
    {
        var insert = _database.Use(JournalSql.InsertAttempt).Bind(1, id).Bind(2, issuance).Bind(3, JournalWords.Of(attempt.Kind))
            .Bind(4, attempt.TicketIndex).Bind(5, processId).Bind(6, Milliseconds(at));
        BindEvidence(insert, 7, attempt.Before).Bind(17, attempt.Copy).Bind(18, attempt.Millimetres).Bind(19, attempt.StockNumber).Run();
    }

    public void EndAttempt(long attempt, AttemptEnd end, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(end);
        using var change = BeginChange();
        var (present, state, stock) = ReadAttempt(attempt);
        Require($"The end of attempt {attempt}", JournalTransitions.WhyNoEnd(present, state));
        UpdateEnd(attempt, end, at);
        change.Commit(at, JournalAudit.AttemptEnded, $"attempt {Text(attempt)} {JournalWords.Of(end.Outcome)}{JournalRequests.TellForm(stock, present!.Value.Kind, end)}");
    }

    private (AttemptFacts? Facts, IssuanceState? Issuance, string? Stock) ReadAttempt(long attempt)
    {
        using var read = _database.Use(JournalSql.ReadAttempt).Bind(1, attempt);
        return read.Step() ? (ReadFacts(read), ReadState(read.Int64(5))?.State, read.TextOrNull(6)) : default;
    }

    private void UpdateEnd(long attempt, AttemptEnd end, DateTimeOffset at)
    {
        var update = _database.Use(JournalSql.EndAttempt).Bind(1, attempt).Bind(2, Milliseconds(at)).Bind(3, JournalWords.Of(end.Outcome))
            .Bind(4, end.BytesSent).Bind(5, end.Judgement);
        BindEvidence(update, 6, end.After).Run();
    }

    public long? Complete(long issuance, IReadOnlyList<NewReport> reports, DateTimeOffset at)
    {
        JournalRequests.Check(reports);
        using var change = BeginChange();
        var present = ReadState(issuance);
        Require($"Completing issuance {issuance}", JournalTransitions.WhyNoCompletion(present?.State, present?.Attempts ?? []));
        JournalRequests.CheckFits(ReportedChange.Completion, present!.Key.Journey, present.HasReport, reports);
        var report = InsertReports(reports, issuance, present.Key, at);
        _database.Use(JournalSql.CompleteIssuance).Bind(1, issuance).Bind(2, Milliseconds(at)).Bind(3, report).Run();
        change.Commit(at, JournalAudit.Issued, $"issuance {Text(issuance)}{Told(report)}");
        Reported(reports, at);
        _issuances?.Move(present.State, IssuanceState.Issued);
        return report;
    }

    public long? Fail(long issuance, IReadOnlyList<NewReport> reports, string reason, DateTimeOffset at)
    {
        JournalRequests.Check(reports);
        using var change = BeginChange();
        var present = ReadState(issuance);
        Require($"Failing issuance {issuance}", JournalTransitions.WhyNoFailure(present?.State, present?.Key.Journey ?? default, present?.Attempts ?? []));
        JournalRequests.CheckFits(ReportedChange.Failure, present!.Key.Journey, present.HasReport, reports);
        var report = InsertReports(reports, issuance, present.Key, at);
        _database.Use(JournalSql.FailIssuance).Bind(1, issuance).Bind(2, Milliseconds(at)).Bind(3, report).Bind(4, reason).Run();
        change.Commit(at, JournalAudit.Failed, $"issuance {Text(issuance)}{Told(report)}: {reason}");
        Reported(reports, at);
        _issuances?.Move(present.State, IssuanceState.Failed);
        return report;
    }

    public void Release(long issuance, string reason, IReadOnlyList<NewReport> reports, DateTimeOffset at)
    {
        JournalRequests.Check(reports);
        using var change = BeginChange();
        var present = ReadState(issuance);
        Require($"Releasing issuance {issuance}", JournalTransitions.WhyNoRelease(present?.State, present?.Attempts ?? []));
        JournalRequests.CheckFits(ReportedChange.Release, present!.Key.Journey, present.HasReport, reports);
        InsertReports(reports, issuance, present.Key, at);
        var keeps = JournalTransitions.KeepsOrderWhenReleased(present.Key.Journey, present.HasReport);
        _database.Use(JournalSql.ReleaseIssuance).Bind(1, issuance).Bind(2, Milliseconds(at)).Bind(3, reason).Bind(4, keeps).Run();
        change.Commit(at, JournalAudit.Released, $"issuance {Text(issuance)}: {reason}");
        Reported(reports, at);
        _issuances?.Move(present.State, IssuanceState.Released);
    }

    public void StandInDoubt(long issuance, string reason, DateTimeOffset at)
    {
        using var change = BeginChange();
        Require($"Doubting issuance {issuance}", JournalTransitions.WhyNoDoubt(ReadState(issuance)?.State));
        _database.Use(JournalSql.DoubtIssuance).Bind(1, issuance).Bind(2, Milliseconds(at)).Bind(3, reason).Run();
        change.Commit(at, JournalAudit.InDoubt, $"issuance {Text(issuance)}: {reason}");
        _issuances?.Move(IssuanceState.Accepted, IssuanceState.InDoubt);
    }

    public void EndSlip(long issuance, string end, DateTimeOffset at)
    {
        using var change = BeginChange();
        Require($"Ending the slip of issuance {issuance}", JournalTransitions.WhyNoSlipEnd(ReadState(issuance)?.State));
        _database.Use(JournalSql.EndSlip).Bind(1, issuance).Run();
        change.Commit(at, JournalAudit.Slip, $"issuance {Text(issuance)}: {end}");
    }

    public void Decide(long issuance, NewDecision decision, IReadOnlyList<NewReport> reports, DateTimeOffset at)
    {
        JournalRequests.Check(decision);
        JournalRequests.Check(reports);
        using var change = BeginChange();
        var present = ReadState(issuance);
        Require($"Deciding issuance {issuance}", JournalTransitions.WhyNoDecision(present?.State, present?.Attempts ?? []));
        JournalRequests.CheckFits(JournalRequests.ChangeOf(decision.Kind), present!.Key.Journey, present.HasReport, reports);
        _database.Use(JournalSql.InsertDecision).Bind(1, issuance).Bind(2, Milliseconds(at)).Bind(3, JournalWords.Of(decision.Kind))
            .Bind(4, decision.By).Bind(5, decision.Reason).Bind(6, decision.Platform).Run();
        var report = InsertReports(reports, issuance, present.Key, at);
        var (sql, state) = decision.Kind switch
        {
            DecisionKind.Issued => (JournalSql.CompleteIssuance, IssuanceState.Issued),
            DecisionKind.Void => (JournalSql.VoidIssuance, IssuanceState.Void),
            _ => (JournalSql.ReissueIssuance, IssuanceState.Accepted),
        };
        var update = _database.Use(sql).Bind(1, issuance).Bind(2, Milliseconds(at));
        if (state != IssuanceState.Accepted) update.Bind(3, report);
        update.Run();
        change.Commit(at, JournalAudit.Decided,
            $"issuance {Text(issuance)} {JournalWords.Of(decision.Kind)}{Told(report)} by {decision.By}: {decision.Reason}; {decision.Platform}");
        Reported(reports, at);
        _issuances?.Move(IssuanceState.InDoubt, state);
    }

    public void SetMaintenance(bool active, string by, string reason, DateTimeOffset at)
    {
        using var change = BeginChange();
        WriteMeta(_database, JournalSchema.Maintenance, active ? "active" : "");
        change.Commit(at, JournalAudit.Maintenance, $"{(active ? "entered" : "left")} by {by}: {reason}");
        InMaintenance = active;
    }

    public void SavePrinter(PrinterRecord printer)
    {
        JournalRequests.Check(printer);
        using var change = BeginChange();
        var save = _database.Use(JournalSql.SavePrinter).Bind(1, printer.Unit).Bind(2, printer.Model).Bind(3, printer.EchoesProcessId);
        save.Bind(4, printer.CutCounterIsExact is { } exact ? (exact ? 1L : 0L) : null).Bind(5, printer.CutCounter)
            .Bind(6, Milliseconds(printer.SeenAt)).Bind(7, printer.LowSinceAttempt).Bind(8, printer.Capabilities).Run();
        change.Commit(printer.SeenAt, JournalAudit.Printer, printer.Unit);
    }

    public void Audit(DateTimeOffset at, string what, string details)
    {
        using var change = BeginChange();
        change.Commit(at, what, details);
    }

    /// <returns>The id of the platform's report; null when there is none.</returns>
    private long? InsertReports(IReadOnlyList<NewReport> reports, long issuance, OrderKey order, DateTimeOffset at)
    {
        long? told = null;
        for (var i = 0; i < reports.Count; i++)
        {
            var (report, id) = (reports[i], _lastReport + 1 + i);
            // An outcome is never held up by a lost key: its report goes out without the personal part.
            var personal = report.Personal is { } p && CanKeepPersonalData ? _keys.Seal(p, "outbox", id, "personal") : null;
            _database.Use(JournalSql.InsertReport).Bind(1, id).Bind(2, order.PlatformNumber).Bind(3, report.Kind).Bind(4, report.PayloadVersion)
                .Bind(5, report.Success).Bind(6, Milliseconds(at)).Bind(7, report.Payload).Bind(8, personal).Bind(9, report.AskFirst).Bind(10, issuance).Run();
            if (!ReportKinds.IsForStation(report.Kind)) told = id;
        }
        return told;
    }

    // After the commit: the totals never tell of what is not durable.
    private void Reported(IReadOnlyList<NewReport> reports, DateTimeOffset at)
    {
        foreach (var report in reports)
        {
            _lastReport++;
            LineOf(ReportKinds.IsForStation(report.Kind)).Totals?.Add(Milliseconds(at), _lastReport);
        }
    }

    private static string Told(long? report) => report is { } id ? $" report {Text(id)}" : "";

    private static void Require(string what, string? whyNot)
    {
        if (whyNot is not null) throw new JournalTransitionException(string.Create(CultureInfo.InvariantCulture, $"{what} is refused: {whyNot}."));
    }

    private static SqliteStatement BindEvidence(SqliteStatement statement, int first, PrinterEvidence? evidence) => evidence is null
        ? statement
        : statement.Bind(first, evidence.Unit).Bind(first + 1, evidence.SerialNumber).Bind(first + 2, evidence.CutCounter)
            .Bind(first + 3, evidence.CutCounterIsExact).Bind(first + 4, evidence.Idle).Bind(first + 5, evidence.Disturbances)
            .Bind(first + 6, evidence.Run.ToByteArray()).Bind(first + 7, evidence.Connection)
            .Bind(first + 8, evidence.ReadAt).Bind(first + 9, evidence.CalmSince);

    private long Scalar(string sql)
    {
        using var query = _database.Use(sql);
        return query.Step() ? query.Int64(0) : 0;
    }

    private (long Id, IssuanceState? State) FindState(Journey journey, string orderNumber)
    {
        using var find = _database.Use(JournalSql.FindIssuanceState).Bind(1, orderNumber).Bind(2, JournalWords.Of(journey));
        if (!find.Step()) return (0, null);
        var id = find.Int64(0);
        return (id, JournalTransitions.Effective(JournalWords.ToIssuanceState(find.Text(1)), find.Bool(2) || HasUnknown(ReadAttemptFacts(id))));
    }

    private Present? ReadState(long issuance)
    {
        using var read = _database.Use(JournalSql.ReadIssuanceState).Bind(1, issuance);
        if (!read.Step()) return null;
        var attempts = ReadAttemptFacts(issuance);
        var journey = JournalWords.ToJourney(read.Text(1));
        var written = journey == JournalWords.UnknownJourney ? IssuanceState.Unknown : JournalWords.ToIssuanceState(read.Text(0));
        return new(JournalTransitions.Effective(written, read.Bool(4) || HasUnknown(attempts)), new(journey, read.Text(2)), read.Int32(3), attempts, read.Int64OrNull(5), read.Int64(6));
    }

    private List<AttemptFacts> ReadAttemptFacts(long issuance)
    {
        using var read = _database.Use(JournalSql.ReadAttemptFacts).Bind(1, issuance);
        List<AttemptFacts> attempts = [];
        while (read.Step()) attempts.Add(ReadFacts(read));
        return attempts;
    }

    private static AttemptFacts ReadFacts(SqliteStatement row) =>
        new(JournalWords.ToAttemptKind(row.Text(0)), row.Int32(1), row.IsNull(3) ? null : JournalWords.ToAttemptOutcome(row.Text(2)), row.Bool(4));

    private static bool HasUnknown(List<AttemptFacts> attempts) => attempts.Exists(a => a.Kind == AttemptKind.Unknown);

    /// <summary>What stands in the file of an issuance, as far as the rules ask.</summary>
    private sealed record Present(IssuanceState State, OrderKey Key, int TicketCount, List<AttemptFacts> Attempts, long? Report, long ChangedAt)
    {
        public bool HasReport => Report is not null;
    }
}
