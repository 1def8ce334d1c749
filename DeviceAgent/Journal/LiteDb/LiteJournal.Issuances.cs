using System.Globalization;
using DeviceAgent.Orders;
using DeviceAgent.Platform.Sync;
using LiteDB;
using static DeviceAgent.Journal.LiteDb.LiteRow;

namespace DeviceAgent.Journal.LiteDb;

/// <content>What changes issuances and attempts.</content>
internal sealed partial class LiteJournal
{
    public long RecordIntent(Journey journey, string orderNumber, DateTimeOffset at)
    {
        ArgumentException.ThrowIfNullOrEmpty(orderNumber);
        using var change = BeginChange();
        var present = FindRow(journey, orderNumber) is { } found ? Read(found) : null;
        Require("An intent", JournalTransitions.WhyNoIntent(present?.State));
        var row = present?.Row ?? new BsonDocument
        {
            ["_id"] = _lastIssuance + 1,
            [LiteSchema.Key] = LiteSchema.KeyOf(JournalWords.Of(journey), orderNumber),
            ["journey"] = JournalWords.Of(journey),
            ["order_number"] = orderNumber,
            ["created_at"] = Milliseconds(at),
        };
        var id = row.Int64("_id");
        row["ticket_count"] = 0L;
        row["reason"] = BsonValue.Null;
        row["intents"] = row.Int64("intents") + 1;
        Put(row, IssuanceState.Intent, at, isNew: present is null);
        change.Commit(at, JournalAudit.Intent, $"issuance {Text(id)}");
        _lastIssuance = Math.Max(_lastIssuance, id);
        _issuances?.Move(present?.State, IssuanceState.Intent);
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
        present.Row["accepted"] = _keys.Seal(JournalJson.Write(accepted), LiteSchema.Issuance, issuance, "accepted");
        present.Row["ticket_count"] = (long)accepted.Tickets.Count;
        if (present.Report is { } earlier && _database.Find(LiteSchema.Outbox, earlier) is { } purged && purged.Flag("purged"))
        {
            // The order has personal data again.
            purged["purged"] = false;
            PutReport(purged);
        }
        var (rows, told) = InsertReports(reports, present, at);
        Put(present.Row, IssuanceState.Accepted, at);
        change.Commit(at, JournalAudit.Accepted, $"issuance {Text(issuance)}{Told(told)}");
        Reported(rows);
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
        BsonDocument row = new()
        {
            ["_id"] = id,
            [LiteSchema.Of] = issuance,
            ["kind"] = JournalWords.Of(attempt.Kind),
            ["ticket_index"] = (long)attempt.TicketIndex,
            ["process_id"] = processId,
            ["started_at"] = Milliseconds(at),
            ["before"] = EvidenceRow(attempt.Before),
            ["copy"] = (long)attempt.Copy,
            ["millimetres"] = (long)attempt.Millimetres,
        };
        if (attempt.StockNumber is { } form) row["stock"] = form;
        _database.Insert(LiteSchema.Attempt, row);
    }

    public void EndAttempt(long attempt, AttemptEnd end, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(end);
        using var change = BeginChange();
        var row = _database.Find(LiteSchema.Attempt, attempt);
        AttemptFacts? facts = row is null ? null : FactsOf(row, 0);
        Require($"The end of attempt {attempt}", JournalTransitions.WhyNoEnd(facts, row is null ? null : ReadState(row.Int64(LiteSchema.Of))?.State));
        var form = row!.TextOrNull("stock");
        UpdateEnd(row!, end, at);
        change.Commit(at, JournalAudit.AttemptEnded, $"attempt {Text(attempt)} {JournalWords.Of(end.Outcome)}{JournalRequests.TellForm(form, facts!.Value.Kind, end)}");
    }

    private void UpdateEnd(BsonDocument row, AttemptEnd end, DateTimeOffset at)
    {
        row["ended_at"] = Milliseconds(at);
        row["outcome"] = JournalWords.Of(end.Outcome);
        row["bytes_sent"] = Value(end.BytesSent);
        row["judgement"] = end.Judgement;
        row["after"] = end.After is { } after ? EvidenceRow(after) : BsonValue.Null;
        // What took no paper took no number.
        if (end.BytesSent == 0) row["stock"] = BsonValue.Null;
        _database.Update(LiteSchema.Attempt, row);
    }

    public long? Complete(long issuance, IReadOnlyList<NewReport> reports, DateTimeOffset at)
    {
        JournalRequests.Check(reports);
        using var change = BeginChange();
        var present = ReadState(issuance);
        Require($"Completing issuance {issuance}", JournalTransitions.WhyNoCompletion(present?.State, present?.Attempts ?? []));
        JournalRequests.CheckFits(ReportedChange.Completion, present!.Key.Journey, present.HasReport, reports);
        var (rows, told) = InsertReports(reports, present, at);
        present.Row["reason"] = BsonValue.Null;
        Put(present.Row, IssuanceState.Issued, at);
        change.Commit(at, JournalAudit.Issued, $"issuance {Text(issuance)}{Told(told)}");
        Reported(rows);
        _issuances?.Move(present.State, IssuanceState.Issued);
        return told;
    }

    public long? Fail(long issuance, IReadOnlyList<NewReport> reports, string reason, DateTimeOffset at)
    {
        JournalRequests.Check(reports);
        using var change = BeginChange();
        var present = ReadState(issuance);
        Require($"Failing issuance {issuance}", JournalTransitions.WhyNoFailure(present?.State, present?.Key.Journey ?? default, present?.Attempts ?? []));
        JournalRequests.CheckFits(ReportedChange.Failure, present!.Key.Journey, present.HasReport, reports);
        var (rows, told) = InsertReports(reports, present, at);
        present.Row["reason"] = reason;
        Put(present.Row, IssuanceState.Failed, at);
        change.Commit(at, JournalAudit.Failed, $"issuance {Text(issuance)}{Told(told)}: {reason}");
        Reported(rows);
        _issuances?.Move(present.State, IssuanceState.Failed);
        return told;
    }

    public void Release(long issuance, string reason, IReadOnlyList<NewReport> reports, DateTimeOffset at)
    {
        JournalRequests.Check(reports);
        using var change = BeginChange();
        var present = ReadState(issuance);
        Require($"Releasing issuance {issuance}", JournalTransitions.WhyNoRelease(present?.State, present?.Attempts ?? []));
        JournalRequests.CheckFits(ReportedChange.Release, present!.Key.Journey, present.HasReport, reports);
        var (rows, _) = InsertReports(reports, present, at);
        present.Row["reason"] = reason;
        if (!JournalTransitions.KeepsOrderWhenReleased(present.Key.Journey, present.HasReport)) present.Row["accepted"] = BsonValue.Null;
        Put(present.Row, IssuanceState.Released, at);
        change.Commit(at, JournalAudit.Released, $"issuance {Text(issuance)}: {reason}");
        Reported(rows);
        _issuances?.Move(present.State, IssuanceState.Released);
    }

    public void StandInDoubt(long issuance, string reason, DateTimeOffset at)
    {
        using var change = BeginChange();
        var present = ReadState(issuance);
        Require($"Doubting issuance {issuance}", JournalTransitions.WhyNoDoubt(present?.State));
        Doubt(present!.Row, reason, at);
        change.Commit(at, JournalAudit.InDoubt, $"issuance {Text(issuance)}: {reason}");
        _issuances?.Move(IssuanceState.Accepted, IssuanceState.InDoubt);
    }

    public void EndSlip(long issuance, string end, DateTimeOffset at)
    {
        using var change = BeginChange();
        var present = ReadState(issuance);
        Require($"Ending the slip of issuance {issuance}", JournalTransitions.WhyNoSlipEnd(present?.State));
        present!.Row[LiteSchema.Slip] = BsonValue.Null;
        _database.Update(LiteSchema.Issuance, present.Row);
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
        _database.Insert(LiteSchema.Decision, new()
        {
            ["_id"] = _lastDecision + 1,
            [LiteSchema.Of] = issuance,
            ["at"] = Milliseconds(at),
            ["decided"] = JournalWords.Of(decision.Kind),
            ["by_whom"] = decision.By,
            ["reason"] = decision.Reason,
            ["platform"] = decision.Platform,
            ["last_attempt"] = RowsOf(LiteSchema.Attempt, issuance) is [.., var newest] ? newest.Int64("_id") : 0L,
        });
        var (rows, told) = InsertReports(reports, present, at);
        var state = decision.Kind switch
        {
            DecisionKind.Issued => IssuanceState.Issued,
            DecisionKind.Void => IssuanceState.Void,
            _ => IssuanceState.Accepted,
        };
        if (state == IssuanceState.Issued) present.Row["reason"] = BsonValue.Null;
        Put(present.Row, state, at);
        change.Commit(at, JournalAudit.Decided,
            $"issuance {Text(issuance)} {JournalWords.Of(decision.Kind)}{Told(told)} by {decision.By}: {decision.Reason}; {decision.Platform}");
        _lastDecision++;
        Reported(rows);
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
        var row = _database.Find(LiteSchema.DeviceCounter, printer.Unit) ?? new() { ["_id"] = printer.Unit };
        row["model"] = Value(printer.Model);
        row["echoes_process_id"] = printer.EchoesProcessId;
        row["cuts_exact"] = Value(printer.CutCounterIsExact);
        row["cuts"] = Value(printer.CutCounter);
        row["seen_at"] = Milliseconds(printer.SeenAt);
        row["low_since_attempt"] = Value(printer.LowSinceAttempt);
        row["capabilities"] = Value(printer.Capabilities);
        _database.Upsert(LiteSchema.DeviceCounter, row);
        change.Commit(printer.SeenAt, JournalAudit.Printer, printer.Unit);
    }

    public void Audit(DateTimeOffset at, string what, string details)
    {
        using var change = BeginChange();
        change.Commit(at, what, details);
    }

    /// <summary>Inserts the reports, and names the platform's in the issuance's row, which the caller writes.</summary>
    /// <returns>The rows, and the id of the platform's report; null when there is none.</returns>
    private (List<BsonDocument> Rows, long? Told) InsertReports(IReadOnlyList<NewReport> reports, Present present, DateTimeOffset at)
    {
        List<BsonDocument> rows = [];
        long? told = null;
        foreach (var report in reports)
        {
            var id = _lastReport + 1 + rows.Count;
            // An outcome is never held up by a lost key: its report goes out without the personal part.
            var personal = report.Personal is { } p && CanKeepPersonalData ? _keys.Seal(p, LiteSchema.Outbox, id, "personal") : null;
            BsonDocument row = new()
            {
                ["_id"] = id,
                [LiteSchema.Of] = present.Row.Int64("_id"),
                ["order_number"] = present.Key.PlatformNumber,
                ["kind"] = report.Kind,
                ["payload_version"] = (long)report.PayloadVersion,
                ["success"] = report.Success,
                ["created_at"] = Milliseconds(at),
                ["payload"] = report.Payload,
                ["personal"] = Value(personal),
                ["not_before"] = report.AskFirst ? Milliseconds(at) : 0L,
                ["fate_unknown"] = report.AskFirst,
            };
            SetState(row, report.AskFirst ? ReportState.Retry : ReportState.Due, at);
            _database.Insert(LiteSchema.Outbox, row);
            rows.Add(row);
            if (!ReportKinds.IsForStation(report.Kind)) told = id;
        }
        if (told is not null) present.Row["report"] = Value(told);
        return (rows, told);
    }

    // After the commit: the queues never tell of what is not durable.
    private void Reported(List<BsonDocument> rows)
    {
        _lastReport += rows.Count;
        foreach (var row in rows) Track(row);
    }

    private static string Told(long? report) => report is { } id ? $" report {Text(id)}" : "";

    private static void Require(string what, string? whyNot)
    {
        if (whyNot is not null) throw new JournalTransitionException(string.Create(CultureInfo.InvariantCulture, $"{what} is refused: {whyNot}."));
    }

    private void Doubt(BsonDocument row, string reason, DateTimeOffset at)
    {
        row["reason"] = reason;
        row[LiteSchema.Slip] = true;
        Put(row, IssuanceState.InDoubt, at);
    }

    private void Put(BsonDocument row, IssuanceState state, DateTimeOffset at, bool isNew = false)
    {
        var word = JournalWords.Of(state);
        row["state"] = word;
        row["changed_at"] = Milliseconds(at);
        row[LiteSchema.Mark] = state switch
        {
            IssuanceState.Intent or IssuanceState.Accepted or IssuanceState.InDoubt => LiteSchema.Open,
            IssuanceState.Issued => BsonValue.Null,
            _ => word,
        };
        if (isNew) _database.Insert(LiteSchema.Issuance, row);
        else _database.Update(LiteSchema.Issuance, row);
    }
}
