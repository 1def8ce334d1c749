using System.Text.Json;
using DeviceAgent.Drivers.Scanning;

namespace DeviceAgent.Drivers.Input;

/// <summary>Which keys Caps Lock shifts.</summary>
public enum CapsLockShifts
{
    /// <summary>Those of letters.</summary>
    Letters,
    /// <summary>Every key, as on the French keyboard.</summary>
    All,
}

/// <summary>Which character a key makes: data, not code (README.md in this folder tells the format). Must be the layout that the scanner is set to.</summary>
/// <remarks>Source of the built-in ones: the national keyboards as Windows has them, which is what scanners are set to type for. Immutable.</remarks>
public sealed class KeyboardLayout
{
    /// <summary>The version of the format that this release reads.</summary>
    public const int Format = 1;
    /// <summary>A layout's file is not larger: 64 KiB.</summary>
    public const int MaxFileBytes = 64 * 1024;
    /// <summary>Where a name is looked up that is not built in, as NAME.json.</summary>
    public const string UserFolder = "/etc/device-agent/layouts";
    private const int Levels = 4;
    private static readonly string[] Keys = ["format", "name", "title", "capsLock", "dead", "keys"];

    private readonly char[] _characters = new char[128 * Levels];
    private string _dead = "";

    private KeyboardLayout(string name)
    {
        Name = name;
    }

    /// <summary>What "Scanner:Layout" can name without a file.</summary>
    public static IReadOnlyList<string> BuiltIn { get; } = ["us", "gb", "de", "fr"];

    /// <summary>As its file names it.</summary>
    public string Name { get; }

    /// <summary>Which keys Caps Lock shifts.</summary>
    public CapsLockShifts CapsLock { get; private set; }

    /// <summary>A built-in layout by its name, one of the user's own by its name in <paramref name="userFolder"/> or by its absolute path.</summary>
    /// <exception cref="InvalidDataException">The file is none; the message names every mistake, the key, and what is allowed.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be read.</exception>
    public static KeyboardLayout Find(string name, string userFolder = UserFolder)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (BuiltIn.Contains(name))
        {
            using var resource = typeof(KeyboardLayout).Assembly.GetManifestResourceStream($"layout.{name}.json")!;
            var bytes = new byte[resource.Length];
            resource.ReadExactly(bytes);
            return Parse(bytes, $"{name}.json");
        }
        var path = name[0] == '/' ? name : Path.Combine(userFolder, name + ".json");
        return Parse(BoundedFile.Read(path, MaxFileBytes), path);
    }

    /// <summary>'\0': the key makes none there.</summary>
    /// <param name="code">linux/input-event-codes.h.</param>
    /// <param name="shift">Shift is held.</param>
    /// <param name="altGr">AltGr is held.</param>
    public char Character(ushort code, bool shift, bool altGr) => code == KeyCodes.Space ? ' ' : code < 128 ? _characters[code * Levels + (altGr ? 2 : 0) + (shift ? 1 : 0)] : '\0';

    /// <summary>The character waits for the next key: a space gives it alone.</summary>
    public bool IsDead(char character) => _dead.Contains(character);

    /// <exception cref="InvalidDataException">The message names every mistake.</exception>
    internal static KeyboardLayout Parse(ReadOnlyMemory<byte> utf8, string source)
    {
        using var json = BoundedFile.ParseJson(utf8, source);
        var mistakes = new List<string>();
        var layout = Read(json.RootElement, mistakes);
        return mistakes.Count == 0 ? layout : throw new InvalidDataException($"{source}: {string.Join("; ", mistakes)}.");
    }

    private static KeyboardLayout Read(JsonElement root, List<string> mistakes)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            mistakes.Add("must be an object");
            return new("");
        }
        if (!root.TryGetProperty("format", out var format) || format.ValueKind != JsonValueKind.Number || !format.TryGetInt32(out var version) || version != Format)
        {
            mistakes.Add($"format must be {Format}");
            return new("");
        }
        foreach (var member in root.EnumerateObject())
        {
            if (!Keys.Contains(member.Name)) mistakes.Add($"{Printable(member.Name)} is no key of a keyboard layout: {string.Join(", ", Keys)}");
        }
        var layout = new KeyboardLayout(Text(root, "name"));
        if (layout.Name.Length is 0 or > 32) mistakes.Add("name must be 1 to 32 characters");
        layout._dead = Text(root, "dead");
        if (layout._dead.Length > 8) mistakes.Add("dead must be at most 8 characters");
        var caps = Text(root, "capsLock");
        if (caps is not ("" or "letters" or "all")) mistakes.Add("capsLock must be \"letters\" or \"all\"");
        layout.CapsLock = caps == "all" ? CapsLockShifts.All : CapsLockShifts.Letters;
        layout.ReadKeys(root, mistakes);
        return layout;
    }

    private void ReadKeys(JsonElement root, List<string> mistakes)
    {
        if (!root.TryGetProperty("keys", out var keys) || keys.ValueKind != JsonValueKind.Object)
        {
            mistakes.Add("keys must be an object");
            return;
        }
        foreach (var key in keys.EnumerateObject())
        {
            var text = key.Value.ValueKind == JsonValueKind.String ? key.Value.GetString()! : "";
            if (!KeyCodes.Names.TryGetValue(key.Name, out var code)) mistakes.Add($"keys.{Printable(key.Name)} is no key that makes a character: KEY_A to KEY_Z, KEY_0 to KEY_9, KEY_MINUS, KEY_EQUAL, KEY_LEFTBRACE, "
                + "KEY_RIGHTBRACE, KEY_SEMICOLON, KEY_APOSTROPHE, KEY_GRAVE, KEY_BACKSLASH, KEY_COMMA, KEY_DOT, KEY_SLASH, KEY_102ND");
            else if (text.Length is 0 or > Levels || text.Any(c => char.IsControl(c) || char.IsSurrogate(c)))
                mistakes.Add($"keys.{key.Name} must be 1 to {Levels} characters: plain, with Shift, with AltGr, with both; a space for none");
            else
            {
                for (var level = 0; level < text.Length; level++) _characters[code * Levels + level] = text[level] == ' ' ? '\0' : text[level];
            }
        }
    }

    private static string Text(JsonElement root, string key) => root.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static string Printable(string name) => string.Concat(name.Take(40).Select(c => char.IsControl(c) ? '?' : c));
}
