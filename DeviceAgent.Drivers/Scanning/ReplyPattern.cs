using System.Globalization;

namespace DeviceAgent.Drivers.Scanning;

/// <summary>How bytes compare with a pattern, seen from the pattern's beginning.</summary>
internal enum ReplyMatch
{
    No,
    /// <summary>So far: more bytes decide.</summary>
    Partial,
    Full,
}

/// <summary>What a scanner answers, as a profile writes it: bytes in hexadecimal, ".." for any byte, "*" for 0 to 32 printable ones.</summary>
/// <remarks>"*" stands at most once and stops at a control character: a reply that was cut off must not take in the code behind it.</remarks>
internal sealed class ReplyPattern
{
    /// <summary>Bytes and ".." of one pattern.</summary>
    public const int MaxBytes = 64;
    /// <summary>Bytes that "*" stands for at most.</summary>
    public const int MaxRun = 32;
    private const short AnyByte = -1;

    private readonly short[] _head, _tail;
    private readonly bool _hasRun;

    private ReplyPattern(short[] head, short[] tail, bool hasRun)
    {
        (_head, _tail, _hasRun) = (head, tail, hasRun);
    }

    /// <summary>The byte that every match begins with.</summary>
    public byte First => (byte)_head[0];

    /// <returns>Null when it is none: two digits for each byte, "..", or one "*", separated by spaces; the first a byte, "*" not the last, at most 64.</returns>
    public static ReplyPattern? Parse(string text)
    {
        var parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var run = Array.IndexOf(parts, "*");
        if (parts.Length is < 1 or > MaxBytes || parts.Count(p => p == "*") > 1 || run == parts.Length - 1) return null;
        var bytes = new List<short>();
        foreach (var part in parts)
        {
            if (part == "*") continue;
            if (part == "..") bytes.Add(AnyByte);
            else if (part.Length == 2 && byte.TryParse(part, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)) bytes.Add(value);
            else return null;
        }
        if (bytes[0] == AnyByte || run == 0) return null;
        return run < 0 ? new([.. bytes], [], false) : new([.. bytes[..run]], [.. bytes[run..]], true);
    }

    /// <summary>Compares everything that was received since the reply may have begun. Full only when the last byte completes it.</summary>
    public ReplyMatch Compare(ReadOnlySpan<byte> received)
    {
        var head = Math.Min(received.Length, _head.Length);
        for (var i = 0; i < head; i++)
        {
            if (!Fits(received[i], _head[i])) return ReplyMatch.No;
        }
        if (received.Length < _head.Length) return ReplyMatch.Partial;
        if (!_hasRun) return received.Length == _head.Length ? ReplyMatch.Full : ReplyMatch.No;
        var rest = received[_head.Length..];
        if (rest.Length > MaxRun + _tail.Length) return ReplyMatch.No;
        // The shortest run for which the tail fits as far as there are bytes.
        for (var run = 0; run <= Math.Min(rest.Length, MaxRun); run++)
        {
            if (run > 0 && rest[run - 1] is < 0x20 or > 0x7E) return ReplyMatch.No;
            var after = rest[run..];
            if (after.Length <= _tail.Length && FitsTail(after)) return after.Length == _tail.Length ? ReplyMatch.Full : ReplyMatch.Partial;
        }
        return ReplyMatch.No;
    }

    private bool FitsTail(ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            if (!Fits(bytes[i], _tail[i])) return false;
        }
        return true;
    }

    private static bool Fits(byte value, short expected) => expected == AnyByte || value == expected;
}
