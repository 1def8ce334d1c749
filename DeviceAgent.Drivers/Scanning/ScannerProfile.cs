using System.Text.Json;

namespace DeviceAgent.Drivers.Scanning;

/// <summary>How the scanner frames what it sends.</summary>
public enum ScannerFraming
{
    /// <summary>A code and a suffix; replies to commands stand between the codes.</summary>
    Line,
    /// <summary>Packets of Zebra's Simple Serial Interface.</summary>
    Ssi,
}

/// <summary>One command to a scanner, and what is to come of it.</summary>
/// <param name="Send">The bytes.</param>
/// <param name="Timeout">How long an acknowledgement may take; 20 ms to 10 s. Means nothing where none is expected.</param>
/// <param name="Retries">How often the command is sent again when no acknowledgement came; 0 to 10.</param>
/// <param name="Settle">Pause before the next command; 0 to 5 s.</param>
/// <param name="IsAcknowledged">The scanner answers this one.</param>
public sealed record ScannerCommand(ReadOnlyMemory<byte> Send, TimeSpan Timeout, int Retries, TimeSpan Settle, bool IsAcknowledged);

/// <summary>How one family of scanners is triggered: data, not code (README.md in this folder tells the format).</summary>
/// <remarks>Sources of the built-in ones stand in their files (Profiles/*.json). Immutable.</remarks>
public sealed record ScannerProfile
{
    /// <summary>The version of the format that this release reads.</summary>
    public const int Format = 1;
    /// <summary>A profile's file is not larger: 64 KiB.</summary>
    public const int MaxFileBytes = 64 * 1024;
    /// <summary>Where a name is looked up that is not built in, as NAME.json.</summary>
    public const string UserFolder = "/etc/device-agent/scanners";

    /// <summary>What "Scanner:Trigger" can name without a file.</summary>
    public static IReadOnlyList<string> BuiltIn { get; } = ["gm65", "honeywell", "newland", "ssi"];

    /// <summary>As "Scanner:Trigger" names it.</summary>
    public required string Name { get; init; }

    /// <summary>For people.</summary>
    public required string Title { get; init; }

    /// <summary>Line or Ssi.</summary>
    public ScannerFraming Framing { get; init; }

    /// <summary>Goes before the first command after a silence: a scanner that sleeps swallows it. Null: not needed.</summary>
    public ScannerCommand? Wake { get; init; }

    /// <summary>Lets the scanner scan at all; goes before <see cref="Start"/>. Null: not needed.</summary>
    public ScannerCommand? Enable { get; init; }

    /// <summary>Forbids scanning; goes behind <see cref="Stop"/>. Null: not needed.</summary>
    public ScannerCommand? Disable { get; init; }

    /// <summary>Pulls the trigger. Null where <see cref="Enable"/> is all that is needed.</summary>
    public ScannerCommand? Start { get; init; }

    /// <summary>Lets the trigger go.</summary>
    public ScannerCommand? Stop { get; init; }

    /// <summary>Replies that say yes, as text; see <see cref="ScannerProfileFile"/>.</summary>
    public IReadOnlyList<string> Accept { get; init; } = [];

    /// <summary>Replies that say no.</summary>
    public IReadOnlyList<string> Refuse { get; init; } = [];

    /// <summary>A reply that was cut off is given up after so much silence; 10 ms to 2 s.</summary>
    public TimeSpan ReplyGap { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>A pulled trigger goes back by itself after this; 1 s to 1 h. Infinite: never.</summary>
    public TimeSpan Session { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>A silence after which <see cref="Wake"/> is sent; 100 ms to 1 h.</summary>
    public TimeSpan SleepsAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The commands that open the window, in order.</summary>
    internal IEnumerable<ScannerCommand> Opening => [.. new[] { Enable, Start }.OfType<ScannerCommand>()];

    /// <summary>The commands that close it.</summary>
    internal IEnumerable<ScannerCommand> Closing => [.. new[] { Stop, Disable }.OfType<ScannerCommand>()];

    internal IEnumerable<ReplyPattern> AcceptPatterns => Accept.Select(p => ReplyPattern.Parse(p)!);

    internal IEnumerable<ReplyPattern> RefusePatterns => Refuse.Select(p => ReplyPattern.Parse(p)!);

    /// <summary>A built-in profile by its name, one of the user's own by its name in <paramref name="userFolder"/> or by its absolute path.</summary>
    /// <exception cref="InvalidDataException">The file is none; the message names every mistake, the key, and what is allowed.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be read.</exception>
    public static ScannerProfile Find(string name, string userFolder = UserFolder)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (BuiltIn.Contains(name)) return Load(name);
        return LoadFile(name[0] == '/' ? name : Path.Combine(userFolder, name + ".json"));
    }

    /// <summary>A built-in profile.</summary>
    /// <exception cref="ArgumentException">No such name.</exception>
    public static ScannerProfile Load(string name)
    {
        if (!BuiltIn.Contains(name)) throw new ArgumentException($"There is no built-in scanner profile \"{name}\": {string.Join(", ", BuiltIn)}.", nameof(name));
        using var resource = typeof(ScannerProfile).Assembly.GetManifestResourceStream($"scanner.{name}.json")!;
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return ScannerProfileFile.Parse(bytes, $"{name}.json");
    }

    /// <summary>A profile of the user's own.</summary>
    /// <exception cref="InvalidDataException">The file is none; the message names every mistake, the key, and what is allowed.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be read.</exception>
    public static ScannerProfile LoadFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return ScannerProfileFile.Parse(BoundedFile.Read(path, MaxFileBytes), path);
    }
}

/// <summary>A small file that a person has written.</summary>
internal static class BoundedFile
{
    /// <exception cref="InvalidDataException">It is larger.</exception>
    public static byte[] Read(string path, int maxBytes)
    {
        using var file = File.OpenRead(path);
        var bytes = new byte[maxBytes + 1];
        var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        if (length > maxBytes) throw new InvalidDataException($"{path}: larger than {maxBytes} bytes.");
        return bytes[..length];
    }

    /// <summary>As agent.json: comments and trailing commas are allowed, a key that stands twice is not.</summary>
    public static JsonDocument ParseJson(ReadOnlyMemory<byte> utf8, string source)
    {
        try
        {
            return JsonDocument.Parse(utf8, new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false, MaxDepth = 8 });
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{source}: is no JSON: {e.Message}", e);
        }
    }
}
