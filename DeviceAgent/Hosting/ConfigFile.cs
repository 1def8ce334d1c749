using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace DeviceAgent.Hosting;

/// <summary>agent.json as a tree that remembers lines. Comments and trailing commas are allowed; everything else is RFC 8259.</summary>
internal static class ConfigFile
{
    /// <summary>Bytes. A full agent.json with comments is about 4 KiB.</summary>
    internal const int MaxBytes = 256 * 1024;

    /// <summary>Levels; the deepest key (Lights:Lines:StatusRed) needs 3.</summary>
    internal const int MaxDepth = 8;

    /// <returns>Null when the file cannot be read at all; the mistake then says why.</returns>
    public static ConfigNode? Read(string path, List<OptionsMistake> mistakes)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Write | FileShare.Delete, bufferSize: 0);
            var bytes = new byte[MaxBytes + 1];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return Parse(bytes.AsSpan(0, length), path, mistakes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            var why = e is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : $"cannot be read: {OptionsMistake.Printable(e.Message)}";
            mistakes.Add(new("configuration file", null, why, OptionsMistake.Printable(path)));
            return null;
        }
    }

    public static ConfigNode? Parse(ReadOnlySpan<byte> utf8, string name, List<OptionsMistake> mistakes)
    {
        name = OptionsMistake.Printable(name);
        if (utf8.Length > MaxBytes) return Unreadable($"longer than {MaxBytes / 1024} KiB", name, mistakes);
        if (utf8.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) utf8 = utf8[3..];
        var nul = utf8.IndexOf((byte)0);
        if (nul >= 0) return Unreadable("holds a NUL byte", $"{name}:{LineOf(utf8, nul)}", mistakes);
        if (!Utf8.IsValid(utf8)) return Unreadable("is not UTF-8", $"{name}:{LineOf(utf8, FirstInvalid(utf8))}", mistakes);
        try
        {
            var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = MaxDepth });
            reader.Read();
            var root = new TreeBuilder(utf8, name, mistakes).Value(ref reader, "");
            reader.Read(); // anything after the root is an error that the reader finds
            if (root.Kind == ConfigKind.Object) return root;
            return Unreadable("must hold one JSON object", root.Origin, mistakes);
        }
        catch (JsonException e)
        {
            return Unreadable($"is not JSON: {OptionsMistake.Printable(Cause(e))}", $"{name}:{(e.LineNumber ?? 0) + 1}", mistakes);
        }
    }

    private static ConfigNode? Unreadable(string why, string origin, List<OptionsMistake> mistakes)
    {
        mistakes.Add(new("configuration file", null, why, origin));
        return null;
    }

    // The reader's message ends in a position of its own counting ("LineNumber: 3 | BytePositionInLine: 7.").
    private static string Cause(JsonException e)
    {
        var end = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return end < 0 ? e.Message : e.Message[..end];
    }

    private static int FirstInvalid(ReadOnlySpan<byte> utf8)
    {
        var at = 0;
        while (Rune.DecodeFromUtf8(utf8[at..], out _, out var length) == System.Buffers.OperationStatus.Done) at += length;
        return at;
    }

    private static int LineOf(ReadOnlySpan<byte> utf8, int at) => 1 + utf8[..at].Count((byte)'\n');

    private ref struct TreeBuilder(ReadOnlySpan<byte> utf8, string name, List<OptionsMistake> mistakes)
    {
        private readonly ReadOnlySpan<byte> _utf8 = utf8;
        private int _countedTo;
        private int _line = 1;

        public ConfigNode Value(ref Utf8JsonReader reader, string path)
        {
            var origin = Origin(ref reader);
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    var node = new ConfigNode(ConfigKind.Object, "", origin);
                    Members(ref reader, node, path);
                    return node;
                case JsonTokenType.StartArray:
                    var list = new ConfigNode(ConfigKind.Array, "", origin);
                    while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) list.Items.Add(Value(ref reader, path));
                    return list;
                case JsonTokenType.String:
                    return new(ConfigKind.Text, Text(ref reader, path, origin), origin);
                case JsonTokenType.Number:
                    return new(ConfigKind.Number, Encoding.UTF8.GetString(reader.ValueSpan), origin);
                case JsonTokenType.True or JsonTokenType.False:
                    return new(ConfigKind.Flag, Encoding.UTF8.GetString(reader.ValueSpan), origin);
                default:
                    return new(ConfigKind.Null, "null", origin);
            }
        }

        private void Members(ref Utf8JsonReader reader, ConfigNode node, string path)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                var origin = Origin(ref reader);
                var key = Text(ref reader, path, origin);
                var full = path.Length == 0 ? key : $"{path}:{key}";
                reader.Read();
                var value = Value(ref reader, full);
                if (!node.Members.TryAdd(key, value))
                    mistakes.Add(new(OptionsMistake.Printable(full), null, $"is given twice; first in {node.Members[key].Origin}", origin));
            }
        }

        // An escaped lone surrogate is valid UTF-8 and valid JSON grammar, but no text.
        private readonly string Text(ref Utf8JsonReader reader, string path, string origin)
        {
            try
            {
                return reader.GetString()!;
            }
            catch (InvalidOperationException)
            {
                mistakes.Add(new(OptionsMistake.Printable(path), null, "holds an escaped surrogate without its other half", origin));
                return "";
            }
        }

        private string Origin(ref Utf8JsonReader reader)
        {
            var at = (int)reader.TokenStartIndex;
            _line += _utf8[_countedTo..at].Count((byte)'\n');
            _countedTo = at;
            return $"{name}:{_line}";
        }
    }
}
