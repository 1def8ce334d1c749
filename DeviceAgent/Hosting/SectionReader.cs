using System.Globalization;
using System.Text.RegularExpressions;
using DeviceAgent.Technician;

namespace DeviceAgent.Hosting;

/// <summary>One section of the configuration, read key by key. What is asked for is the schema: everything else in the section is a mistake.</summary>
/// <remarks>
/// Each read gives the value, or records a mistake and gives the fallback, so that all mistakes are found in one pass;
/// the options that come of it are used only when there was none. Ranges stand with the options themselves: a number, a time or a free text
/// of the wrong kind is given as a value that no range holds, so that <see cref="Check"/> tells what is allowed.
/// Call <see cref="Close"/> when all keys were read.
/// A list in an environment variable is JSON ("[…]") or separated by commas.
/// </remarks>
internal sealed class SectionReader(string path, ConfigNode? node, List<OptionsMistake> mistakes)
{
    private const int MaxListItems = 64;
    private const string NoText = "\0", InQuotes = "must be text in quotes";
    private readonly Dictionary<string, SectionReader?> _asked = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _wrongKind = new(StringComparer.Ordinal);
    private readonly HashSet<string> _hidden = new(StringComparer.Ordinal);

    /// <summary>Whether anything was written of this section.</summary>
    public bool Exists => node is not null;

    public string Text(string key, string? fallback, TextRule rule)
    {
        if (Find(key) is not { } value)
        {
            if (fallback is null) Refuse(key, $"is required; {rule.Expected}");
            return fallback ?? "";
        }
        if (value.Kind is ConfigKind.Text or ConfigKind.Environment && rule.Allows(value.Text)) return value.Text;
        Refuse(key, value, rule.Expected);
        return fallback ?? "";
    }

    /// <summary>A text whose range <see cref="Check"/> knows.</summary>
    /// <param name="mayShow">Whether the value may stand in a message; null: always.</param>
    public string? FreeText(string key, string? fallback, Func<string, bool>? mayShow = null)
    {
        if (Find(key) is not { } value) return fallback;
        if (mayShow?.Invoke(value.Text) == false) _hidden.Add(key);
        return value.Kind is ConfigKind.Text or ConfigKind.Environment ? value.Text : WrongKind(key, InQuotes, NoText);
    }

    /// <summary>A number whose range <see cref="Check"/> knows.</summary>
    public int Whole(string key, int fallback)
    {
        if (Find(key) is not { } value) return fallback;
        return value.Kind is ConfigKind.Number or ConfigKind.Environment && int.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : WrongKind(key, "must be a whole number", int.MinValue);
    }

    /// <summary>As <see cref="Whole"/>, for what may be larger than 2 GiB.</summary>
    public long WholeLong(string key, long fallback)
    {
        if (Find(key) is not { } value) return fallback;
        return value.Kind is ConfigKind.Number or ConfigKind.Environment && long.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : WrongKind(key, "must be a whole number", long.MinValue);
    }

    /// <summary>A time whose range <see cref="Check"/> knows.</summary>
    public TimeSpan Time(string key, TimeSpan fallback)
    {
        if (Find(key) is not { } value) return fallback;
        // "c" alone would take "5" for five days; a time has its colons.
        return value.Kind is ConfigKind.Text or ConfigKind.Environment && value.Text.Count(c => c == ':') == 2
            && TimeSpan.TryParseExact(value.Text, "c", CultureInfo.InvariantCulture, out var time)
            ? time
            : WrongKind(key, "must be a time \"[d.]hh:mm:ss[.fffffff]\"", TimeSpan.MinValue);
    }

    public bool Flag(string key, bool fallback)
    {
        const string expected = "must be true or false";
        if (Find(key) is not { } value) return fallback;
        if (value.Kind is ConfigKind.Flag or ConfigKind.Environment && value.Text is "true" or "false") return value.Text == "true";
        Refuse(key, value, expected);
        return fallback;
    }

    /// <summary>One of the names of an enumeration.</summary>
    public T OneOf<T>(string key, T fallback) where T : struct, Enum => OneOf(key, fallback, [.. Enum.GetValues<T>().Select(v => (v.ToString(), v))]);

    public T OneOf<T>(string key, T fallback, params ReadOnlySpan<(string Name, T Value)> choices) where T : struct
    {
        var names = new string[choices.Length];
        for (var i = 0; i < names.Length; i++) names[i] = choices[i].Name;
        var expected = $"must be one of {string.Join(", ", names)}";
        if (Find(key) is not { } value) return fallback;
        if (value.Kind is ConfigKind.Text or ConfigKind.Environment)
        {
            foreach (var (name, choice) in choices)
            {
                if (name == value.Text) return choice;
            }
        }
        Refuse(key, value, expected + (value.Kind is ConfigKind.Text or ConfigKind.Environment ? DidYouMean(value.Text, names) : ""));
        return fallback;
    }

    /// <summary>Some of the names of an enumeration, each once.</summary>
    public IReadOnlyList<T> SomeOf<T>(string key, IReadOnlyList<T> fallback) where T : struct, Enum
    {
        if (Find(key) is null) return fallback;
        var names = Enum.GetNames<T>();
        return [.. Texts(key, [], names.Length, TextRule.Matching($"must be one of {string.Join(", ", names)}", t => names.Contains(t))).Select(Enum.Parse<T>)];
    }

    public IReadOnlyList<string> Texts(string key, IReadOnlyList<string> fallback, int max, TextRule rule)
    {
        var limit = Math.Min(max, MaxListItems);
        var expected = $"must be a list of at most {limit}; each {rule.Expected}";
        if (Find(key) is not { } value) return fallback;
        if (AsList(value) is not { } items || items.Count > limit)
        {
            Refuse(key, value, expected);
            return fallback;
        }
        var texts = new List<string>();
        foreach (var item in items)
        {
            if (item.Kind != ConfigKind.Text || !rule.Allows(item.Text)) Refuse(key, item, expected);
            else if (texts.Contains(item.Text)) Refuse(key, item, "stands in the list twice");
            else texts.Add(item.Text);
        }
        return texts;
    }

    /// <summary>Patterns with a named group, matched in linear time: the text comes from a stranger's telephone.</summary>
    public IReadOnlyList<Regex> Patterns(string key, IReadOnlyList<string> fallback, string group, int max, int maxLength)
    {
        var compiled = new Dictionary<string, Regex>();
        var rule = TextRule.Matching($"must be a regular expression of 1 to {maxLength} characters with a group (?<{group}>…), without look-around or back-references",
            t => t.Length >= 1 && t.Length <= maxLength && !t.Contains('\0') && Compile(t, group) is { } regex && (compiled[t] = regex) is not null);
        var before = mistakes.Count;
        var texts = Texts(key, fallback, max, rule);
        if (texts.Count == 0 && mistakes.Count == before) Refuse(key, "must hold at least one pattern");
        return [.. texts.Select(t => compiled.GetValueOrDefault(t) ?? Compile(t, group)!)];
    }

    public string AbsolutePath(string key, string? fallback) => Text(key, fallback, TextRule.AbsolutePath);

    public SectionReader Section(string key)
    {
        var child = node?.Members.GetValueOrDefault(key);
        if (child is { Kind: not ConfigKind.Object })
        {
            Refuse(key, child, "must be a section: an object in the file, or Section__Key variables in the environment");
            child = null;
        }
        var reader = new SectionReader(Full(key), child, mistakes);
        _asked[key] = reader;
        return reader;
    }

    /// <summary>A rule that no single read can check. The key's own origin is told.</summary>
    public void Refuse(string key, string expected)
    {
        var value = node?.Members.GetValueOrDefault(key);
        mistakes.Add(new(Full(key), _hidden.Contains(key) ? null : value?.Shown, expected, value?.Origin ?? "not set"));
    }

    /// <summary>A key that means nothing beside another one.</summary>
    public void RefuseIfSet(string key, string expected)
    {
        if (Find(key) is { } value) Refuse(key, value, expected);
    }

    /// <summary>Records what the options' own validation finds: it takes the section's name, and each complaint begins with "Section:Key ".</summary>
    public void Check(Func<string, IEnumerable<string>> validate)
    {
        foreach (var complaint in validate(path))
        {
            var space = complaint.IndexOf(' ', StringComparison.Ordinal);
            RefuseBelow(complaint[(path.Length + 1)..space].Split(':'), complaint[(space + 1)..]);
        }
    }

    /// <summary>Names every key that nobody asked for, here and in the sections below.</summary>
    public void Close()
    {
        foreach (var (key, value) in node?.Members ?? [])
        {
            if (_asked.ContainsKey(key)) continue;
            var what = SecretNames.LooksSecret(key) ? SecretNames.WhereItBelongs(key) : $"is not a key of this release{DidYouMean(key, _asked.Keys)}";
            mistakes.Add(new(OptionsMistake.Printable(Full(key)), null, what, value.Origin));
        }
        foreach (var (key, expected) in _wrongKind) Refuse(key, expected);
        foreach (var child in _asked.Values) child?.Close();
    }

    private static Regex? Compile(string pattern, string group)
    {
        try
        {
            var regex = new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            return regex.GetGroupNames().Contains(group) ? regex : null;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    private static List<ConfigNode>? AsList(ConfigNode value)
    {
        if (value.Kind == ConfigKind.Array) return value.Items;
        if (value.Kind != ConfigKind.Environment) return null;
        var text = value.Text.Trim();
        if (text.Length == 0) return [];
        if (text[0] != '[') return [.. text.Split(',', StringSplitOptions.TrimEntries).Select(t => new ConfigNode(ConfigKind.Text, t, value.Origin))];
        var bytes = System.Text.Encoding.UTF8.GetBytes($"{{\"v\":{text}\n}}");
        var parsed = ConfigFile.Parse(bytes, value.Origin, []);
        if (parsed is null || parsed.Members.Count != 1 || parsed.Members["v"].Kind != ConfigKind.Array) return null;
        return [.. parsed.Members["v"].Items.Select(i => i with { Origin = value.Origin })];
    }

    private static string DidYouMean(string given, IEnumerable<string> known)
    {
        var best = known.Select(k => (Name: k, Distance: Distance(given, k))).OrderBy(k => k.Distance).FirstOrDefault();
        return best.Name is not null && best.Distance <= Math.Max(2, best.Name.Length / 3) ? $"; did you mean {best.Name}?" : "";
    }

    // Levenshtein, letter case ignored. Names are short; a long stranger is far from all of them.
    private static int Distance(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > 8 || a.Length > 64) return int.MaxValue;
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]) ? 0 : 1;
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + cost));
            }
        }
        return row[^1];
    }

    private ConfigNode? Find(string key)
    {
        _asked.TryAdd(key, null);
        return node?.Members.GetValueOrDefault(key);
    }

    // Close tells it, unless a complaint comes that says more.
    private T WrongKind<T>(string key, string expected, T outOfEveryRange)
    {
        _wrongKind[key] = expected;
        return outOfEveryRange;
    }

    private void RefuseBelow(ReadOnlySpan<string> keys, string expected)
    {
        if (keys.Length > 1 && _asked.GetValueOrDefault(keys[0]) is { } below)
        {
            below.RefuseBelow(keys[1..], expected);
            return;
        }
        // A range of numbers or times says by itself what kind it is of; that of a text may look as if a number were right.
        if (_wrongKind.Remove(keys[0], out var kind) && kind == InQuotes) expected = $"{expected}; {kind}";
        Refuse(keys[0], expected);
    }

    private void Refuse(string key, ConfigNode value, string expected) => mistakes.Add(new(Full(key), value.Shown, expected, value.Origin));

    private string Full(string key) => path.Length == 0 ? key : $"{path}:{key}";
}

/// <summary>What a text may be, and how that is told to a person.</summary>
internal sealed record TextRule(string Expected, Func<string, bool> Allows)
{
    /// <summary>Bytes that a Unix path may have here. sys/un.h limits socket paths to 107; others are limited by PATH_MAX.</summary>
    private const int MaxPath = 1024;

    public static TextRule AbsolutePath { get; } = Matching($"must be an absolute path of at most {MaxPath} characters",
        t => t.Length is >= 2 and <= MaxPath && t[0] == '/' && !t.Any(char.IsControl) && !t.Split('/').Contains(".."));

    public static TextRule Matching(string expected, Func<string, bool> allows) => new(expected, allows);

    /// <summary>Printable text; 0 as the least makes it optional.</summary>
    public static TextRule Printable(int min, int max) =>
        Matching($"must be {min} to {max} printable characters", t => t.Length >= min && t.Length <= max && !t.Any(c => char.IsControl(c) || char.IsSurrogate(c)));

    /// <summary>Letters and digits of ASCII and the punctuation given.</summary>
    public static TextRule Word(int max, string punctuation) =>
        Matching($"must be 1 to {max} characters: letters, digits{(punctuation.Length == 0 ? "" : $" and any of {punctuation}")}",
            t => t.Length >= 1 && t.Length <= max && t.All(c => char.IsAsciiLetterOrDigit(c) || punctuation.Contains(c)));
}
