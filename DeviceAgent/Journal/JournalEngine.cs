using System.Globalization;

namespace DeviceAgent.Journal;

/// <summary>A journal in files of its own, as its engine hands it out.</summary>
internal interface IJournalFile : IIssuanceJournal
{
    /// <summary>Reads everything and looks for damage; may run on another thread than the rest, while nobody else is inside.</summary>
    /// <param name="findings">"ok", else what is damaged, at most ten lines.</param>
    /// <exception cref="OperationCanceledException">Called off: the journal is not to be used afterwards.</exception>
    bool QuickCheckUntil(CancellationToken stop, out string findings);

    /// <summary>Makes it this machine's: nothing that it has in hand is printed or sent before somebody was asked.</summary>
    /// <param name="afterStep">Called after each step that changed a file.</param>
    Adoption TakeOver(BoardIdentity? board, string was, string why, Action<string> afterStep);
}

/// <param name="Replaced">The journal that was here before.</param>
/// <param name="Audit">Empty for a first journal.</param>
internal sealed record JournalFounding(int Epoch, Guid? Replaced, string Audit);

/// <summary>Opens a journal that is there, brings an older one to this release's schema and never makes one.</summary>
/// <param name="anyones">Whether it may be another board's.</param>
internal delegate IJournalFile OpenJournal(string path, JournalOptions options, JournalKeys keys, TimeProvider time, BoardIdentity? board, bool anyones);

/// <summary>Makes a journal: whole, synced and closed to others, or not at all.</summary>
internal delegate void MakeJournal(string path, JournalOptions options, JournalKeys keys, TimeProvider time, JournalFounding founding);

/// <summary>How one engine keeps a journal in files; what does not differ between engines stands here.</summary>
/// <param name="Word">As "Journal:Engine" has it.</param>
/// <param name="FileName">In the state folder.</param>
/// <param name="Companions">Endings of the files that belong to it.</param>
internal sealed record JournalEngine(string Word, string FileName, string[] Companions, OpenJournal Open, MakeJournal Make)
{
    public static JournalEngine Sqlite { get; } = new("sqlite", SqliteJournal.FileName, ["-wal", "-journal", "-shm"], SqliteJournal.OpenFile, SqliteJournal.Make);

    /// <summary>Those of this build.</summary>
    public static IReadOnlyList<JournalEngine> All { get; } =
    [
        Sqlite,
#if WITH_LITEDB
        LiteDb.LiteJournal.Engine,
#endif
    ];

    /// <exception cref="JournalException">NotDurable: it is not in this build, which the options have refused before.</exception>
    public static JournalEngine Of(JournalOptions options) => All.FirstOrDefault(e => e.Word == JournalOptions.WordOf(options.Engine))
        ?? throw new JournalException(JournalFailure.NotDurable, JournalOptions.WhyNotInThisBuild);

    /// <summary>Makes the first journal.</summary>
    /// <exception cref="JournalException">Exists; Missing, when a journal was here before; Unwritable.</exception>
    public IJournalFile Create(string path, JournalOptions options, JournalKeys keys, TimeProvider time, BoardIdentity? board)
    {
        if (File.Exists(path)) throw new JournalException(JournalFailure.Exists, $"{path} is there already.");
        // The key is made just before: it is looked for by whoever makes it.
        if (TraceOfEarlier(path) is { } trace && trace != JournalKeys.SecretPath(Path.GetDirectoryName(Path.GetFullPath(path))!))
            throw new JournalException(JournalFailure.Missing, $"{path} is missing, and {trace} shows that a journal was here.");
        Make(path, options, keys, time, new(1, null, ""));
        return Open(path, options, keys, time, board, anyones: false);
    }

    /// <summary>What shows that a journal was here before, of this engine or another; a first one must not be made then.</summary>
    /// <returns>A path; null when there is no trace, or the journal itself.</returns>
    public string? TraceOfEarlier(string path)
    {
        if (File.Exists(path)) return null;
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        try
        {
            string[] traces =
            [
                JournalMarker.PathFor(path), .. Companions.Select(c => path + c), .. SetAsideFiles(path),
                .. All.Select(e => Path.Combine(folder, e.FileName)).Where(f => f != Path.GetFullPath(path)), JournalKeys.SecretPath(folder),
            ];
            return traces.FirstOrDefault(File.Exists);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JournalException(JournalFailure.Unwritable, $"{folder} cannot be looked through: {e.Message}", inner: e);
        }
    }

    /// <summary>Makes whatever is there this machine's journal. The agent must be stopped. A run that was cut off anywhere is finished by the next one.</summary>
    /// <param name="keys">Asked only when a new journal is made; makes the key where there is none.</param>
    /// <param name="why">The technician's words and who called, for the audit.</param>
    /// <param name="afterStep">Called after each step that changed a file; a throw is a power cut there.</param>
    /// <exception cref="JournalException">Locked: the agent runs. NewerThanReadable, Unwritable, NotDurable, KeyUnusable: an adoption does not help.</exception>
    public Adoption Adopt(
        string path, JournalOptions options, Func<JournalKeys> keys, TimeProvider time, BoardIdentity? board, string why, Action<string> afterStep)
    {
        JournalException fault;
        try
        {
            using var sound = Open(path, options, JournalKeys.None, time, board, anyones: false);
            RequireSound(sound, path);
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
                RequireSound(foreign, path);
                return foreign.TakeOver(board, fault.Message, why, afterStep);
            }
            catch (JournalException e) when (e.Reason == JournalFailure.Corrupt)
            {
                fault = e;
            }
        }
        return Replace(path, options, keys, time, board, fault, why, afterStep);
    }

    /// <summary>Before anything of it is used or changed.</summary>
    /// <param name="meta">What the journal keeps under a key of <see cref="JournalSchema"/>; null when it keeps nothing.</param>
    /// <returns>Null when it is this machine's.</returns>
    public static string? WhyNotOurs(Func<string, string?> meta, string path, BoardIdentity? board)
    {
        string Needed(string key) => meta(key) ?? throw new JournalException(JournalFailure.Corrupt, $"{path}: meta lacks {key}.");
        if (meta(JournalSchema.Distrusted) is { Length: > 0 } distrusted) return distrusted;
        var id = Guid.Parse(Needed(JournalSchema.JournalId), CultureInfo.InvariantCulture);
        var epoch = int.Parse(Needed(JournalSchema.Epoch), CultureInfo.InvariantCulture);
        if (board?.WhyAnother(id, meta) is { } other) return other;
        return JournalMarker.Read(path) switch
        {
            null => null,
            { Epoch: 0 } => "its marker does not read",
            // An adoption that was cut off before it wrote the marker is done all the same.
            var m when m.JournalId == id => m.Epoch <= epoch ? null : $"it is an older copy: it has epoch {epoch}, and epoch {m.Epoch} was here",
            var m when epoch > m.Epoch && meta(JournalSchema.Replaces) == m.JournalId.ToString() => null,
            _ => "the marker belongs to another journal",
        };
    }

    /// <summary>Whether the file is there. A folder that may not be entered hides it: that is no reason to make another one.</summary>
    public static bool IsThere(string path)
    {
        try
        {
            File.GetAttributes(path);
            return true;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JournalException(JournalFailure.Unwritable, $"{path} cannot be reached: {e.Message}", inner: e);
        }
    }

    private Adoption Replace(
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
            using var made = Open(path, options, key, time, board, anyones: false);
            afterStep("marked");
            return new(setAside.Count == 0 ? AdoptionKind.Made : AdoptionKind.Replaced, made.Identity, fault.Message, setAside);
        }
        catch (Exception e) when (e is (IOException and not JournalException) or UnauthorizedAccessException)
        {
            throw new JournalException(JournalFailure.Unwritable, $"{path} cannot be adopted: {e.Message}", inner: e);
        }
    }

    // The database goes first: without its log it might look like a sound, older journal.
    private List<string> SetAside(string path, TimeProvider time, Action<string> afterStep)
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

    private static void RequireSound(IJournalFile journal, string path)
    {
        if (!journal.QuickCheckUntil(CancellationToken.None, out var findings)) throw new JournalException(JournalFailure.Corrupt, $"{path} is damaged: {findings.Split('\n')[0]}.");
    }
}
