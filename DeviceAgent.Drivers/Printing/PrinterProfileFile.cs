using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace DeviceAgent.Drivers.Printing;

/// <summary>Printer profiles as JSON: those that come with the product, and those that a user writes.</summary>
/// <remarks>
/// Every mistake is told at once, each with the key and what is allowed; a key that nobody knows is a mistake, because it is a typing error.
/// Commands are bytes in hexadecimal, "1D 56 42 00". Comments and trailing commas are allowed.
/// </remarks>
public static class PrinterProfileFile
{
    /// <summary>Bytes of a file.</summary>
    public const int MaxBytes = 64 * 1024;

    private const int MaxCommandBytes = 16;
    private const string Folder = "DeviceAgent.Drivers.Printing.Profiles.";

    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 8 };

    private static readonly Assembly Own = typeof(PrinterProfileFile).Assembly;

    /// <summary>Names of the profiles that come with the product, in order.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. Own.GetManifestResourceNames().Where(n => n.StartsWith(Folder, StringComparison.Ordinal)).Select(n => n[Folder.Length..^".json".Length]).Order(StringComparer.Ordinal),
    ];

    /// <summary>Finds a profile by its name, or reads it from the file at an absolute path.</summary>
    /// <returns>The profile; null when there are mistakes.</returns>
    public static PrinterProfile? Find(string nameOrPath, out IReadOnlyList<string> mistakes)
    {
        ArgumentNullException.ThrowIfNull(nameOrPath);
        if (Names.Contains(nameOrPath)) return Parse(BuiltIn(nameOrPath), out mistakes);
        if (!nameOrPath.StartsWith('/'))
        {
            mistakes = [$"must be one of {string.Join(", ", Names)}, or the absolute path of a profile; there is no '{nameOrPath}'"];
            return null;
        }
        byte[] json;
        try
        {
            using var file = File.OpenRead(nameOrPath);
            if (file.Length > MaxBytes)
            {
                mistakes = [$"{nameOrPath}: a profile has at most {MaxBytes} bytes"];
                return null;
            }
            json = new byte[file.Length];
            file.ReadExactly(json);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            mistakes = [$"{nameOrPath} cannot be read: {e.Message}"];
            return null;
        }
        var profile = Parse(json, out mistakes);
        if (profile is null) mistakes = [.. mistakes.Select(m => $"{nameOrPath}: {m}")];
        return profile;
    }

    /// <returns>The profile; null when there are mistakes.</returns>
    public static PrinterProfile? Parse(ReadOnlyMemory<byte> json, out IReadOnlyList<string> mistakes)
    {
        var found = new List<string>();
        mistakes = found;
        if (json.Length > MaxBytes)
        {
            found.Add($"a profile has at most {MaxBytes} bytes");
            return null;
        }
        try
        {
            using var document = JsonDocument.Parse(json, Lenient);
            var profile = Read(new Section(document.RootElement, "", found));
            return found.Count == 0 ? profile : null;
        }
        catch (JsonException e)
        {
            found.Add($"is no JSON: {e.Message}");
            return null;
        }
    }

    private static PrinterProfile Read(Section root)
    {
        var defaults = new PrinterProfile { Name = "" };
        var (paper, cut, status, flow) = (root.Sub("Paper"), root.Sub("Cut"), root.Sub("Status"), root.Sub("Line"));
        var profile = new PrinterProfile
        {
            Name = root.Name("Name"),
            About = root.Text("About", 400),
            Columns = paper.Whole("Columns", defaults.Columns, 16, 96),
            Dots = paper.Whole("Dots", defaults.Dots, 192, 1152),
            MarkPitchMillimetres = paper.Whole("MarkPitchMillimetres", defaults.MarkPitchMillimetres, 20, 500),
            BlackMark = cut.Command("BlackMark", default),
            Cut = cut.Command("Command", defaults.Cut),
            StatusForm = status.OneOf("Form", defaults.StatusForm),
            AutomaticStatus = status.OneOf("Automatic", defaults.AutomaticStatus),
            CutCounters = status.Numbers("CutCounters", defaults.CutCounters, 8, 1, 65_535),
            FlowControl = flow.OneOf("FlowControl", defaults.FlowControl),
            XoffReserveBytes = flow.Whole("XoffReserveBytes", defaults.XoffReserveBytes, 2, 1024),
            Presenter = root.Has("Presenter") ? Presenter(root.Sub("Presenter")) : null,
        };
        if (!profile.Cut.IsEmpty && !profile.Cut.Span.StartsWith((ReadOnlySpan<byte>)[0x1D, 0x56])) root.Refuse("Cut:Command", "must begin with 1D 56 (GS V); about ESC i and ESC m makers disagree");
        if (profile.Columns * 12 > profile.Dots) root.Refuse("Paper:Columns", $"must fit the paper: {profile.Columns} characters of 12 dots are more than {profile.Dots} dots");
        if (profile.BlackMark.IsEmpty != (profile.MarkPitchMillimetres == 0)) root.Refuse("Paper:MarkPitchMillimetres", "must be given where Cut:BlackMark is, and only there: forms are counted by it");
        if (profile.Presenter is { AskStatus.IsEmpty: true } && profile.StatusForm != PrinterStatusForm.Kiosk)
            root.Refuse("Presenter:AskStatus", "must be given, or Status:Form be Kiosk: else nothing tells whether a ticket was taken");
        root.Close();
        return profile;
    }

    private static PrinterPresenter Presenter(Section section)
    {
        var presenter = new PrinterPresenter
        {
            Present = section.Command("Present", default),
            Eject = section.Command("Eject", default),
            Retract = section.Command("Retract", default),
            AskStatus = section.Command("AskStatus", default),
            TakeTimeout = TimeSpan.FromSeconds(section.Whole("TakeTimeoutSeconds", 30, 1, 600)),
            WhenNotTaken = section.OneOf("WhenNotTaken", NotTakenAction.Leave),
        };
        if (presenter.Present.IsEmpty) section.Refuse("Present", "must be given");
        if (presenter is { WhenNotTaken: NotTakenAction.Eject, Eject.IsEmpty: true }) section.Refuse("Eject", "must be given where WhenNotTaken is Eject");
        if (presenter is { WhenNotTaken: NotTakenAction.Retract, Retract.IsEmpty: true }) section.Refuse("Retract", "must be given where WhenNotTaken is Retract");
        return presenter;
    }

    private static byte[] BuiltIn(string name)
    {
        using var stream = Own.GetManifestResourceStream($"{Folder}{name}.json")!;
        var json = new byte[stream.Length];
        stream.ReadExactly(json);
        return json;
    }

    /// <summary>One object of the file; remembers which keys were asked for.</summary>
    private sealed class Section(JsonElement element, string path, List<string> mistakes)
    {
        private readonly HashSet<string> _asked = new(StringComparer.Ordinal);
        private readonly List<Section> _subs = [];
        private readonly bool _isObject = element.ValueKind == JsonValueKind.Object;

        public void Refuse(string key, string why) => mistakes.Add($"{path}{key} {why}");

        public bool Has(string key) => _isObject && element.TryGetProperty(key, out _);

        public Section Sub(string key)
        {
            var sub = new Section(Find(key, JsonValueKind.Object, "an object", out var value) ? value : default, $"{path}{key}:", mistakes);
            _subs.Add(sub);
            return sub;
        }

        public string Name(string key)
        {
            var name = Text(key, 64);
            if (name.Length == 0 || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-'))) Refuse(key, "must be 1 to 64 letters, digits, '.', '_' or '-'");
            return name;
        }

        public string Text(string key, int most)
        {
            if (!Find(key, JsonValueKind.String, "a text", out var value)) return "";
            var text = value.GetString()!;
            if (text.Length > most) Refuse(key, $"must have at most {most} characters");
            return text;
        }

        public int Whole(string key, int otherwise, int min, int max)
        {
            if (!Find(key, JsonValueKind.Number, "a whole number", out var value)) return otherwise;
            if (value.TryGetInt32(out var number) && number >= min && number <= max) return number;
            Refuse(key, $"must be a whole number from {min} to {max}");
            return otherwise;
        }

        public T OneOf<T>(string key, T otherwise) where T : struct, Enum
        {
            if (!Find(key, JsonValueKind.String, "a text", out var value)) return otherwise;
            foreach (var word in Enum.GetValues<T>())
                if (string.Equals(word.ToString(), value.GetString(), StringComparison.Ordinal)) return word;
            Refuse(key, $"must be one of {string.Join(", ", Enum.GetNames<T>())}");
            return otherwise;
        }

        public IReadOnlyList<int> Numbers(string key, IReadOnlyList<int> otherwise, int most, int min, int max)
        {
            if (!Find(key, JsonValueKind.Array, "a list of whole numbers", out var value)) return otherwise;
            var numbers = new List<int>();
            foreach (var item in value.EnumerateArray())
            {
                if (numbers.Count < most && item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out var number) && number >= min && number <= max)
                {
                    numbers.Add(number);
                    continue;
                }
                Refuse(key, $"must hold at most {most} whole numbers from {min} to {max}");
                return otherwise;
            }
            return numbers;
        }

        public ReadOnlyMemory<byte> Command(string key, ReadOnlyMemory<byte> otherwise)
        {
            if (!Find(key, JsonValueKind.String, "a text", out var value)) return otherwise;
            var bytes = new List<byte>();
            foreach (var word in value.GetString()!.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                if (word.Length == 2 && bytes.Count < MaxCommandBytes && byte.TryParse(word, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var next))
                {
                    bytes.Add(next);
                    continue;
                }
                Refuse(key, $"must be 1 to {MaxCommandBytes} bytes in hexadecimal, as \"1D 56 42 00\"");
                return otherwise;
            }
            // A command that began with a real-time byte would be obeyed in the middle of another one.
            if (bytes.Count == 0 || bytes[0] is not (0x1B or 0x1C or 0x1D)) Refuse(key, "must be a command: its first byte 1B, 1C or 1D");
            return bytes.ToArray();
        }

        public void Close()
        {
            foreach (var sub in _subs) sub.Close();
            if (!_isObject) return;
            foreach (var property in element.EnumerateObject())
                if (!_asked.Contains(property.Name)) Refuse(property.Name, $"is not known; there are {string.Join(", ", _asked.Order(StringComparer.Ordinal))}");
        }

        private bool Find(string key, JsonValueKind kind, string what, out JsonElement value)
        {
            _asked.Add(key);
            value = default;
            if (!_isObject || !element.TryGetProperty(key, out value)) return false;
            if (value.ValueKind == kind) return true;
            Refuse(key, $"must be {what}");
            return false;
        }
    }
}
