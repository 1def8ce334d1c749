using System.Globalization;
using System.Text;

namespace DeviceAgent.Tests.PowerLoss;

/// <summary>Reads what `strace -f -y -xx -o` wrote.</summary>
/// <remarks>
/// Source: strace(1) and its output. A call that another thread interrupts stands in two lines, "unfinished" and "resumed".
/// strace holds a thread at the beginning and at the end of each call, so that what one thread does because of another's call is told after it.
/// </remarks>
internal sealed class TraceReader
{
    private static readonly byte[] Unfinished = " <unfinished ...>"u8.ToArray();
    private static readonly byte[] Resumed = "<... "u8.ToArray();
    private readonly Dictionary<int, (int Begun, byte[] Text)> _unfinished = [];
    private readonly List<TracedCall> _calls = [];
    private int _place;

    private TraceReader() { }

    /// <summary>The calls in the order in which they ended. A call that never ended (the process was killed in it) is left out.</summary>
    /// <exception cref="InvalidDataException">A line that is not understood, or data that strace cut short.</exception>
    public static IReadOnlyList<TracedCall> Read(string path)
    {
        using var file = new BufferedStream(File.OpenRead(path), 1 << 20);
        return Read(file);
    }

    public static IReadOnlyList<TracedCall> Read(Stream trace)
    {
        var reader = new TraceReader();
        var line = new MemoryStream();
        var block = new byte[1 << 20];
        while (trace.Read(block) is > 0 and var read)
        {
            var rest = block.AsSpan(0, read);
            while (rest.IndexOf((byte)'\n') is >= 0 and var end)
            {
                line.Write(rest[..end]);
                reader.Take(line.GetBuffer().AsSpan(0, (int)line.Length));
                line.SetLength(0);
                rest = rest[(end + 1)..];
            }
            line.Write(rest);
        }
        return reader._calls;
    }

    private void Take(ReadOnlySpan<byte> line)
    {
        var space = line.IndexOf((byte)' ');
        if (space <= 0 || !int.TryParse(line[..space], NumberStyles.None, CultureInfo.InvariantCulture, out var thread)) throw Odd(line);
        var text = line[space..].TrimStart((byte)' ');
        // Signals and ends of processes.
        if (text.StartsWith("+++ "u8) || text.StartsWith("--- "u8) || text.StartsWith("??? "u8)) return;
        if (text.EndsWith(Unfinished))
        {
            _unfinished[thread] = (_place++, text[..^Unfinished.Length].ToArray());
            return;
        }
        if (!text.StartsWith(Resumed))
        {
            var begun = _place++;
            Add(begun, text);
            return;
        }
        var tail = text[(text.IndexOf((byte)'>') + 1)..];
        if (!_unfinished.Remove(thread, out var head)) throw Odd(line);
        Add(head.Begun, [.. head.Text, .. tail]);
    }

    private void Add(int begun, ReadOnlySpan<byte> text)
    {
        var open = text.IndexOf((byte)'(');
        if (open <= 0) throw Odd(text);
        var arguments = new StringBuilder();
        List<string> paths = [];
        List<byte[]> strings = [];
        var at = open + 1;
        for (var depth = 1; depth > 0; at++)
        {
            if (at >= text.Length) throw Odd(text);
            switch (text[at])
            {
                case (byte)'"':
                    strings.Add(Quoted(text, ref at));
                    break;
                case (byte)'<' when text[at - 1] is >= (byte)'0' and <= (byte)'9' or (byte)'D':
                    var end = at + text[at..].IndexOf((byte)'>');
                    paths.Add(Encoding.UTF8.GetString(Unescape(text[(at + 1)..end])));
                    at = end;
                    break;
                case var other:
                    depth += other == (byte)'(' ? 1 : other == (byte)')' ? -1 : 0;
                    if (depth > 0) arguments.Append((char)other);
                    break;
            }
        }
        var result = Encoding.UTF8.GetString(text[at..]).Trim();
        if (!result.StartsWith("= ", StringComparison.Ordinal)) throw Odd(text);
        var words = result[2..].Split(' ');
        // "?" is a call that did not return.
        if (words[0] == "?") return;
        var number = words[0].Split('<')[0];
        var value = number.StartsWith("0x", StringComparison.Ordinal) ? unchecked((long)ulong.Parse(number[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture)) : long.Parse(number, CultureInfo.InvariantCulture);
        var error = value == -1 && words.Length > 1 ? words[1] : null;
        _calls.Add(new(begun, _place++, Encoding.UTF8.GetString(text[..open]), arguments.ToString(), paths, strings, value, error));
    }

    /// <param name="at">At the opening quote; afterwards at the closing one.</param>
    private static byte[] Quoted(ReadOnlySpan<byte> text, ref int at)
    {
        var length = text[(at + 1)..].IndexOf((byte)'"');
        if (length < 0) throw Odd(text);
        var content = text.Slice(at + 1, length);
        at += length + 1;
        if (text[(at + 1)..].StartsWith("..."u8)) throw new InvalidDataException("strace cut data short.");
        return Unescape(content);
    }

    private static byte[] Unescape(ReadOnlySpan<byte> text)
    {
        if (!text.Contains((byte)'\\')) return text.ToArray();
        var bytes = new byte[text.Length];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != (byte)'\\') bytes[length++] = text[i];
            else if (i + 3 < text.Length && text[i + 1] == (byte)'x')
            {
                bytes[length++] = (byte)((Digit(text[i + 2]) << 4) | Digit(text[i + 3]));
                i += 3;
            }
            else throw Odd(text);
        }
        return bytes[..length];
    }

    private static int Digit(byte c) => c switch
    {
        >= (byte)'0' and <= (byte)'9' => c - '0',
        >= (byte)'a' and <= (byte)'f' => c - 'a' + 10,
        _ => throw new InvalidDataException("Not a hexadecimal digit in a trace."),
    };

    private static InvalidDataException Odd(ReadOnlySpan<byte> line) =>
        new($"This line of a trace is not understood: {Encoding.UTF8.GetString(line[..Math.Min(line.Length, 200)])}");
}
