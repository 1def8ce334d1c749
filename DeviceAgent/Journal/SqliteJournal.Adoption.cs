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

    private static readonly string[] Companions = ["-wal", "-journal", "-shm"];

    /// <summary>What shows that a journal was here before; a first one must not be made then.</summary>
    /// <returns>A path; null when there is no trace, or the journal itself.</returns>
    public static string? TraceOfEarlier(string path)
    {
        if (File.Exists(path)) return null;
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        try
        {
            string[] traces = [JournalMarker.PathFor(path), .. Companions.Select(c => path + c), .. SetAsideFiles(path), JournalKeys.SecretPath(folder)];
            return traces.FirstOrDefault(File.Exists);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JournalException(JournalFailure.Unwritable, $"{folder} cannot be looked through: {e.Message}", inner: e);
        }
    }

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
        Adopt(path, options, keys, time, board, $"reason: {reason}; by {caller}", _ => { });

    /// <param name="afterStep">Called after each step that changed a file; a throw is a power cut there.</param>
    internal static Adoption Adopt(
        string path, JournalOptions options, Func<JournalKeys> keys, TimeProvider time, BoardIdentity? board, string why, Action<string> afterStep)
    {
        JournalException fault;
        try
        {
            using var sound = Open(path, options, JournalKeys.None, time, board);
            sound.RequireSound();
            return new(AdoptionKind.NothingToDo, sound.Identity, "", []);
        }
        catch (JournalException e) when (e.Reason is JournalFailure.Missing or JournalFailure.Corrupt or JournalFailure.Mismatch)
        {
            fault = e;
        }
        if (fault.Reason == JournalFailure.Mismatch)
        {
            try
            {
                using var foreign = Open(path, options, JournalKeys.None, time, board, anyones: true);
                foreign.RequireSound();
                return foreign.TakeOver(board, fault.Message, why, afterStep);
            }
            catch (JournalException e) when (e.Reason == JournalFailure.Corrupt)
            {
                fault = e;
            }
        }
        return Replace(path, options, keys, time, board, fault, why, afterStep);
    }

    private static Adoption Replace(
        string path, JournalOptions options, Func<JournalKeys> keys, TimeProvider time, BoardIdentity? board, JournalException fault, string why, Action<string> afterStep)
    {
        try
        {
            var setAside = SetAside(path, time, afterStep);
            using var key = keys();
            var marker = JournalMarker.Read(path);
            var kept = setAside.Count == 0 ? "" : $"; kept: {string.Join(", ", setAside.Select(Path.GetFileName))}";
            var audit = $"{fault.Message} {why}{kept}";
            Make(path, options, key, time, new((marker?.Epoch ?? 0) + 1, marker?.JournalId, audit));
            afterStep("made");
            using var made = Open(path, options, key, time, board);
            afterStep("marked");
            return new(setAside.Count == 0 ? AdoptionKind.Made : AdoptionKind.Replaced, made.Identity, fault.Message, setAside);
        }
        catch (Exception e) when (e is (IOException and not JournalException) or UnauthorizedAccessException)
        {
            throw new JournalException(JournalFailure.Unwritable, $"{path} cannot be adopted: {e.Message}", inner: e);
        }
    }

    // The database goes first: without its log it might look like a sound, older journal.
    private static List<string> SetAside(string path, TimeProvider time, Action<string> afterStep)
    {
        var aside = $"{path}.set-aside-{time.GetUtcNow():yyyyMMdd'T'HHmmss'Z'}";
        for (var n = 2; File.Exists(aside) || Companions.Any(c => File.Exists(aside + c)); n++)
            aside = string.Create(CultureInfo.InvariantCulture, $"{path}.set-aside-{time.GetUtcNow():yyyyMMdd'T'HHmmss'Z'}-{n}");
        List<string> done = [];
        if (File.Exists(path)) Move(path, aside);
        // A log alone is what an adoption left that was cut off here: it goes with the database that it belongs to.
        else if (SetAsideFiles(path).LastOrDefault(f => !Companions.Any(c => f.EndsWith(c, StringComparison.Ordinal) || File.Exists(f + c))) is { } orphaned) aside = orphaned;
        foreach (var companion in Companions)
        {
            if (File.Exists(path + companion)) Move(path + companion, aside + companion);
        }
        return done;

        void Move(string from, string to)
        {
            DurableFiles.Rename(from, to);
            done.Add(to);
            afterStep($"{Path.GetFileName(from)} set aside");
        }
    }

    private static IEnumerable<string> SetAsideFiles(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        return Directory.Exists(folder) ? Directory.EnumerateFiles(folder, $"{Path.GetFileName(path)}.set-aside-*").Order(StringComparer.Ordinal) : [];
    }

    /// <summary>Nothing that it has in hand is printed or sent before somebody was asked.</summary>
    private Adoption TakeOver(BoardIdentity? board, string was, string why, Action<string> afterStep)
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

    private void RequireSound()
    {
        if (!QuickCheck(out var findings)) throw new JournalException(JournalFailure.Corrupt, $"{_path} is damaged: {findings.Split('\n')[0]}.");
    }

    /// <summary>Before anything of it is used or changed.</summary>
    private static string? WhyNotOurs(SqliteDatabase database, string path, BoardIdentity? board)
    {
        string Needed(string key) => ReadMeta(database, key) ?? throw new JournalException(JournalFailure.Corrupt, $"{path}: meta lacks {key}.");
        if (ReadMeta(database, JournalSchema.Distrusted) is { Length: > 0 } distrusted) return distrusted;
        var id = Guid.Parse(Needed(JournalSchema.JournalId), CultureInfo.InvariantCulture);
        var epoch = int.Parse(Needed(JournalSchema.Epoch), CultureInfo.InvariantCulture);
        if (board?.WhyAnother(id, key => ReadMeta(database, key)) is { } other) return other;
        return JournalMarker.Read(path) switch
        {
            null => null,
            { Epoch: 0 } => "its marker does not read",
            // An adoption that was cut off before it wrote the marker is done all the same.
            var m when m.JournalId == id => m.Epoch <= epoch ? null : $"it is an older copy: it has epoch {epoch}, and epoch {m.Epoch} was here",
            var m when epoch > m.Epoch && ReadMeta(database, JournalSchema.Replaces) == m.JournalId.ToString() => null,
            _ => "the marker belongs to another journal",
        };
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

    /// <param name="Replaced">The journal that was here before.</param>
    /// <param name="Audit">Empty for a first journal.</param>
    private sealed record Founding(int Epoch, Guid? Replaced, string Audit);
}
