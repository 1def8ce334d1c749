using System.Globalization;
using System.Security.Cryptography;
using DeviceAgent.Journal;
using DeviceAgent.Orders;

namespace DeviceAgent.Benchmarks;

/// <summary>Durable steps of the journal against the raw durable write, alternated in one process; and what an issuance writes to the disk.</summary>
internal sealed class JournalBenchmark : IDisposable
{
    private const int Blocks = 5;
    private readonly JournalKeys _keys = JournalKeys.FromKey(RandomNumberGenerator.GetBytes(JournalKeys.KeyBytes));
    private readonly SqliteJournal _journal;
    private readonly RawFile _raw;
    private readonly Series _rawWrite = new($"{RawFile.RecordBytes} B overwrite + fdatasync"), _rawAgain = new("the same again");
    private readonly Series _intent = new("RecordIntent"), _accept = new("Accept (the order, sealed)");
    private readonly Series _start = new("StartAttempt"), _end = new("EndAttempt"), _complete = new("Complete (issued + report)");
    private readonly Series _sending = new("MarkSending"), _confirm = new("Confirm");
    private long _orders;

    public JournalBenchmark(string folder)
    {
        _journal = SqliteJournal.Create(Path.Combine(folder, SqliteJournal.FileName), new(), _keys, TimeProvider.System);
        _raw = new RawFile(Path.Combine(folder, "raw"));
    }

    private Series[] Steps => [_intent, _accept, _start, _end, _sending, _confirm];

    public Table Run(bool quick)
    {
        var rounds = quick ? 40 : 200;
        for (var i = 0; i < 40; i++) Round(null);
        for (var block = 0; block < Blocks; block++)
        {
            Series[] all = [_rawWrite, _rawAgain, .. Steps, _complete];
            foreach (var series in all) series.BeginBlock();
            for (var i = 0; i < rounds; i++) Round(this);
        }
        var table = new Table($"Journal: one durable step, {Blocks} blocks of {rounds.ToString(CultureInfo.InvariantCulture)} rounds, ratios to the raw write");
        table.Times(_rawWrite, Unit.Micros);
        table.Times(_rawAgain, Unit.Micros, null, _rawWrite, _rawAgain);
        foreach (var step in Steps) table.Times(step, Unit.Micros, Budget.AtMost(1.5), _rawWrite, _rawAgain);
        table.Times(_complete, Unit.Micros, Budget.AtMost(2), _rawWrite, _rawAgain);
        WriteVolume(table, quick ? 200 : 1000);
        return table;
    }

    public void Dispose()
    {
        _journal.Dispose();
        _keys.Dispose();
        _raw.Dispose();
    }

    /// <summary>One issuance of one ticket; before each measured step a raw write, so that both meet the same disk.</summary>
    /// <param name="into">Null for the warm-up.</param>
    private void Round(JournalBenchmark? into)
    {
        var number = Samples.OrderNumber(_orders++);
        var accepted = Samples.Accepted(number, 1);
        var report = Samples.ReportOf(accepted);
        Raw(into?._rawAgain);
        var id = Do(into?._intent, () => _journal.RecordIntent(Journey.Bus, number, Samples.Now));
        Raw(into?._rawWrite);
        Do(into?._accept, () => _journal.Accept(id, accepted, [], Samples.Now));
        Raw(into?._rawWrite);
        var attempt = Do(into?._start, () => _journal.StartAttempt(id, new(AttemptKind.Ticket, 0, Samples.Before), Samples.Now)).Id;
        Raw(into?._rawAgain);
        Do(into?._end, () => _journal.EndAttempt(attempt, Samples.Presented, Samples.Now));
        Raw(into?._rawWrite);
        var sent = Do(into?._complete, () => _journal.Complete(id, [report], Samples.Now)!.Value);
        Raw(into?._rawAgain);
        Do(into?._sending, () => _journal.MarkSending(sent, Samples.Now));
        Raw(into?._rawWrite);
        Do(into?._confirm, () => _journal.Confirm(sent, Samples.Now, "is_success"));
        Raw(into?._rawAgain);
    }

    private void Raw(Series? into) => Do(into, _raw.AppendDurably);

    private static T Do<T>(Series? into, Func<T> step) => into is null ? step() : into.Time(step);

    private static void Do(Series? into, Action step)
    {
        if (into is null) step();
        else into.Time(step);
    }

    /// <summary>Two passengers, from the intent to the confirmed report, checkpoints included: the issuances fill the log several times.</summary>
    private void WriteVolume(Table table, int issuances)
    {
        var content = 0L;
        var before = ProcessFacts.BytesWritten();
        for (var i = 0; i < issuances; i++)
        {
            var number = Samples.OrderNumber(_orders++);
            var accepted = Samples.Accepted(number, 2);
            var report = Samples.ReportOf(accepted);
            var id = _journal.RecordIntent(Journey.Bus, number, Samples.Now);
            _journal.Accept(id, accepted, [], Samples.Now);
            for (var ticket = 0; ticket < 2; ticket++)
            {
                var attempt = _journal.StartAttempt(id, new(AttemptKind.Ticket, ticket, Samples.Before), Samples.Now);
                _journal.EndAttempt(attempt.Id, Samples.Presented, Samples.Now);
            }
            var sent = _journal.Complete(id, [report], Samples.Now)!.Value;
            _journal.MarkSending(sent, Samples.Now);
            _journal.Confirm(sent, Samples.Now, "is_success");
            content = JournalJson.Write(accepted).Length + report.Payload.Length + (report.Personal?.Length ?? 0);
        }
        var bytes = (ProcessFacts.BytesWritten() - before) / issuances;
        table.Row("written for one issuance of 2", string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.0} KiB"));
        table.Note(string.Create(CultureInfo.InvariantCulture,
            $"Written: write_bytes of /proc/self/io over {issuances} issuances of two passengers, 9 durable steps each, checkpoints included; order and report as JSON are {content} bytes."));
    }
}
