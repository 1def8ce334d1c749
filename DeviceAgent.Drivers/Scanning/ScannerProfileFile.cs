using System.Globalization;
using System.Text.Json;

namespace DeviceAgent.Drivers.Scanning;

/// <summary>Reads a scanner profile: JSON in, a <see cref="ScannerProfile"/> or every mistake out.</summary>
internal sealed class ScannerProfileFile
{
    private const int MaxSendBytes = 64, MaxPatterns = 8, MaxRetries = 10;
    private static readonly string[] Commands = ["wake", "enable", "disable", "start", "stop"];
    private static readonly string[] Keys = ["format", "name", "title", "source", "framing", "accept", "refuse", "replyGapMs", "sessionMs", "sleepsAfterMs", .. Commands];
    private static readonly string[] CommandKeys = ["send", "timeoutMs", "retries", "settleMs", "acknowledged"];

    private readonly List<string> _mistakes = [];

    /// <exception cref="InvalidDataException">The message names every mistake.</exception>
    public static ScannerProfile Parse(ReadOnlyMemory<byte> utf8, string source)
    {
        using var json = BoundedFile.ParseJson(utf8, source);
        var file = new ScannerProfileFile();
        var profile = file.Read(json.RootElement);
        return file._mistakes.Count == 0 ? profile! : throw new InvalidDataException($"{source}: {string.Join("; ", file._mistakes)}.");
    }

    private ScannerProfile? Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            _mistakes.Add("must be an object");
            return null;
        }
        RefuseOthers(root, "", Keys);
        // Of another format nothing else can be said.
        if (Whole(root, "format", "format", 0, 1, int.MaxValue) is var format && format != ScannerProfile.Format)
        {
            _mistakes.Add($"format must be {ScannerProfile.Format}");
            return null;
        }
        var accept = Patterns(root, "accept");
        var isAcknowledged = accept.Count > 0;
        ScannerCommand? Of(string key) => Command(root, key, isAcknowledged && key != "wake");
        var profile = new ScannerProfile
        {
            Name = Text(root, "name", 32, t => t.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'), "letters, digits, '-' and '_'"),
            Title = Text(root, "title", 100, t => !t.Any(char.IsControl), "printable characters"),
            Framing = Framing(root),
            Wake = Of("wake"),
            Enable = Of("enable"),
            Disable = Of("disable"),
            Start = Of("start"),
            Stop = Of("stop"),
            Accept = accept,
            Refuse = Patterns(root, "refuse"),
            ReplyGap = Milliseconds(root, "replyGapMs", "replyGapMs", 100, 10, 2_000),
            Session = root.TryGetProperty("sessionMs", out _) ? Milliseconds(root, "sessionMs", "sessionMs", 1_000, 1_000, 3_600_000) : Timeout.InfiniteTimeSpan,
            SleepsAfter = Milliseconds(root, "sleepsAfterMs", "sleepsAfterMs", 1_000, 100, 3_600_000),
        };
        if (profile is { Start: null, Enable: null }) _mistakes.Add("one of start and enable is required");
        if (profile is { Start: not null, Stop: null }) _mistakes.Add("stop is required beside start");
        if (profile is { Enable: not null, Disable: null }) _mistakes.Add("disable is required beside enable");
        if (profile is { Refuse.Count: > 0, Accept.Count: 0 }) _mistakes.Add("accept is required beside refuse");
        return profile;
    }

    private ScannerFraming Framing(JsonElement root)
    {
        var text = root.TryGetProperty("framing", out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        if (text == "Ssi") return ScannerFraming.Ssi;
        if (text != "Line") _mistakes.Add("framing must be \"Line\" or \"Ssi\"");
        return ScannerFraming.Line;
    }

    private ScannerCommand? Command(JsonElement root, string key, bool isAcknowledged)
    {
        if (!root.TryGetProperty(key, out var value)) return null;
        if (value.ValueKind != JsonValueKind.Object)
        {
            _mistakes.Add($"{key} must be an object with {string.Join(", ", CommandKeys)}");
            return null;
        }
        RefuseOthers(value, key + ".", CommandKeys);
        if (value.TryGetProperty("acknowledged", out var flag))
        {
            if (flag.ValueKind is not (JsonValueKind.True or JsonValueKind.False)) _mistakes.Add($"{key}.acknowledged must be true or false");
            else if (flag.GetBoolean() && !isAcknowledged) _mistakes.Add($"{key}.acknowledged must be false while there is no accept, and for wake");
            else isAcknowledged = flag.GetBoolean();
        }
        return new(
            Bytes(value, key),
            Milliseconds(value, "timeoutMs", $"{key}.timeoutMs", 500, 20, 10_000),
            Whole(value, "retries", $"{key}.retries", 2, 0, MaxRetries),
            Milliseconds(value, "settleMs", $"{key}.settleMs", 0, 0, 5_000),
            isAcknowledged);
    }

    private byte[] Bytes(JsonElement command, string key)
    {
        var parts = command.TryGetProperty("send", out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()!.Split(' ', StringSplitOptions.RemoveEmptyEntries) : [];
        var bytes = new List<byte>();
        foreach (var part in parts)
        {
            if (part.Length == 2 && byte.TryParse(part, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var b)) bytes.Add(b);
            else bytes.AddRange(new byte[MaxSendBytes + 1]);
        }
        if (bytes.Count is 0 or > MaxSendBytes) _mistakes.Add($"{key}.send must be 1 to {MaxSendBytes} bytes, two hexadecimal digits each, separated by spaces");
        return [.. bytes.Take(MaxSendBytes)];
    }

    private List<string> Patterns(JsonElement root, string key)
    {
        var patterns = new List<string>();
        if (!root.TryGetProperty(key, out var value)) return patterns;
        var expected = $"{key} must be a list of 1 to {MaxPatterns} replies: bytes as two hexadecimal digits, \"..\" for any byte and at most one \"*\" " +
            $"for 0 to {ReplyPattern.MaxRun} printable ones, separated by spaces, 1 to {ReplyPattern.MaxBytes} of them, the first a byte, \"*\" not the last";
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() is 0 or > MaxPatterns)
        {
            _mistakes.Add(expected);
            return patterns;
        }
        foreach (var item in value.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.String && ReplyPattern.Parse(item.GetString()!) is not null) patterns.Add(item.GetString()!);
            else _mistakes.Add(expected);
        }
        return patterns;
    }

    private string Text(JsonElement root, string key, int max, Func<string, bool> allows, string what)
    {
        var text = root.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        if (text.Length < 1 || text.Length > max || !allows(text)) _mistakes.Add($"{key} must be 1 to {max} {what}");
        return text;
    }

    private TimeSpan Milliseconds(JsonElement of, string key, string shown, int fallback, int min, int max) => TimeSpan.FromMilliseconds(Whole(of, key, shown, fallback, min, max));

    private int Whole(JsonElement of, string key, string shown, int fallback, int min, int max)
    {
        if (!of.TryGetProperty(key, out var value)) return fallback;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= min && number <= max) return number;
        _mistakes.Add($"{shown} must be a whole number from {min} to {max}");
        return fallback;
    }

    private void RefuseOthers(JsonElement of, string before, string[] keys)
    {
        foreach (var member in of.EnumerateObject())
        {
            if (!keys.Contains(member.Name)) _mistakes.Add($"{before}{Printable(member.Name)} is no key of a scanner profile: {string.Join(", ", keys)}");
        }
    }

    private static string Printable(string name) => string.Concat(name.Take(40).Select(c => char.IsControl(c) ? '?' : c));
}
