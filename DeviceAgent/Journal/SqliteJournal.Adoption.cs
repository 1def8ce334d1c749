using System.Globalization;

namespace DeviceAgent.Journal;

/// <summary>What an adoption found and did.</summary>
/// <param name="Was">What was wrong; empty when nothing was.</param>
/// <param name="SetAside">Files that were given another name; nothing of them is ever sent or deleted.</param>
/// <param name="ReportsToAsk">Waiting reports that the platform is asked about before they are sent again.</param>
/// <param name="OrdersInDoubt">Orders that were in hand: another machine may have printed them.</param>
public sealed record Adoption(
    AdoptionKind Kind, JournalIdentity Identity, string Was, IReadOnlyList<string> SetAside, int ReportsToAsk = 0, int OrdersInDoubt = 0);

public enum AdoptionKind
{
    /// <summary>Sound, and this machine's: nothing was changed.</summary>
    NothingToDo,
    /// <summary>There was none.</summary>
    Made,
    /// <summary>What was there is kept under another name.</summary>
    Replaced,
    /// <summary>It stays, with a new epoch.</summary>
    TakenOver,
}

/// <content>Whose journal it is, and how a person makes it this machine's.</content>
public sealed partial class SqliteJournal
{
    /// <summary>How many process ids an adoption leaves out: a copy that went on elsewhere may have used them.</summary>
    private const int ProcessIdsLeftOut = 1_000_000;

    /// <summary>Attempts among which a printer's last counter is looked for: a month of a busy kiosk with another printer.</summary>
    private const int AttemptsLookedBack = 20_000;

    /// <inheritdoc cref="JournalEngine.TraceOfEarlier"/>
    public static string? TraceOfEarlier(string path) => JournalEngine.Sqlite.TraceOfEarlier(path);

    public long? LastCuts(string serialNumber)
    {
        using var entry = Enter();
        long? cuts = null;
        using (var read = _database.Use(JournalSql.LastCuts).Bind(1, serialNumber).Bind(2, Math.Max(_countersFrom, _lastAttempt - AttemptsLookedBack)))
        {
            if (read.Step()) cuts = read.Int64OrNull(0);
        }
        using var printer = _database.Use(JournalSql.FindPrinter).Bind(1, serialNumber);
        return printer.Step() && printer.Int64OrNull(4) is { } saved && !(saved < cuts) ? saved : cuts;
    }

    public void Distrust(string reason, DateTimeOffset at)
    {
        ArgumentException.ThrowIfNullOrEmpty(reason);
        using var change = BeginChange();
        WriteMeta(_database, JournalSchema.Distrusted, reason);
        change.Commit(at, JournalAudit.Distrusted, reason);
    }

    /// <summary>Makes whatever is there this machine's journal. The agent must be stopped. A run that was cut off anywhere is finished by the next one.</summary>
    /// <param name="keys">Asked only when a new journal is made; makes the key where there is none.</param>
    /// <param name="reason">The technician's words, for the audit.</param>
    /// <param name="caller">Who called, for the audit.</param>
    /// <exception cref="JournalException">Locked: the agent runs. NewerThanReadable, Unwritable, NotDurable, KeyUnusable: an adoption does not help.</exception>
    public static Adoption Adopt(
        string path, JournalOptions options, Func<JournalKeys> keys, TimeProvider time, BoardIdentity? board, string reason, string caller) =>
        JournalEngine.Sqlite.Adopt(path, options, keys, time, board, $"reason: {reason}; by {caller}", _ => { });

    Adoption IJournalFile.TakeOver(BoardIdentity? board, string was, string why, Action<string> afterStep)
    {
        var now = _time.GetUtcNow();
        var epoch = Math.Max(Identity.Epoch, JournalMarker.Read(_path)?.Epoch ?? 0) + 1;
        int reports, orders;
        using (var change = BeginChange())
        {
            reports = Run(_database.Use(JournalSql.DoubtReports).Bind(1, Milliseconds(now)));
            orders = DoubtAccepted(now, $"journal adopted ({was}): another machine may have printed it");
            _database.Run(JournalSql.ForgetCuts);
            WriteMeta(_database, JournalSchema.CountersFrom, Text(_lastAttempt));
            WriteMeta(_database, JournalSchema.ProcessIdStart, Text((_processIdStart + ProcessIdsLeftOut) % AttemptProcessIds.Count));
            WriteMeta(_database, JournalSchema.Epoch, Text(epoch));
            WriteMeta(_database, JournalSchema.Distrusted, "");
            // Whose paper is in the printer a person must say.
            SetOrForget(JournalSchema.Stock, null);
            foreach (var (key, value) in board?.Of(Identity.JournalId) ?? []) SetOrForget(key, value);
            change.Commit(now, JournalAudit.Adopted, string.Create(CultureInfo.InvariantCulture,
                $"epoch {epoch}; {was} {why}; {reports} reports to be asked about, {orders} orders in doubt"));
        }
        afterStep("taken over");
        var identity = Identity with { Epoch = epoch };
        new JournalMarker(identity.JournalId, epoch).Write(_path);
        afterStep("marked");
        return new(AdoptionKind.TakenOver, identity, was, [], reports, orders);
    }

    private int DoubtAccepted(DateTimeOffset now, string reason)
    {
        List<long> accepted = [];
        using (var read = _database.Use(JournalSql.AcceptedIssuances))
        {
            while (read.Step()) accepted.Add(read.Int64(0));
        }
        var doubted = 0;
        foreach (var issuance in accepted)
        {
            // What a newer release wrote stays as it is.
            if (JournalTransitions.WhyNoDoubt(ReadState(issuance)?.State) is not null) continue;
            _database.Use(JournalSql.EndOpenAttempts).Bind(1, issuance).Bind(2, Milliseconds(now)).Bind(3, reason).Run();
            _database.Use(JournalSql.DoubtIssuance).Bind(1, issuance).Bind(2, Milliseconds(now)).Bind(3, reason).Run();
            doubted++;
        }
        return doubted;
    }

    private int Run(SqliteStatement change)
    {
        change.Run();
        return _database.Changes;
    }

    private void SetOrForget(string key, string? value)
    {
        if (value is not null) WriteMeta(_database, key, value);
        else _database.Use(JournalSql.ForgetMeta).Bind(1, key).Run();
    }

    /// <summary>A journal of an older release takes on the board that it is opened on, and gets its marker.</summary>
    private void BelongTo(BoardIdentity? board)
    {
        var unknown = board?.Of(Identity.JournalId).Where(b => b.Value is not null && ReadMeta(_database, b.Key) is null).ToList();
        if (unknown is { Count: > 0 })
        {
            _database.Execute("BEGIN");
            foreach (var (key, value) in unknown) WriteMeta(_database, key, value!);
            _database.Execute("COMMIT");
        }
        var marker = new JournalMarker(Identity.JournalId, Identity.Epoch);
        if (JournalMarker.Read(_path) != marker) marker.Write(_path);
    }
}
