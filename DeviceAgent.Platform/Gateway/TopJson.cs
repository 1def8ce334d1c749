using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace DeviceAgent.Platform.Gateway;

/// <summary>Reads one object; the reader stands on its StartObject and ends on its EndObject.</summary>
internal delegate T TopObjectReader<out T>(ref Utf8JsonReader reader);

/// <summary>Reads values as tolerantly as the gateway writes them: numbers and booleans as strings, booleans as 1 and 0, anything missing or null.</summary>
/// <remarks>A value of another kind than expected counts as not told. Broken JSON throws <see cref="JsonException"/>; broken UTF-8 or a lone surrogate <see cref="InvalidOperationException"/>.</remarks>
internal static class TopJson
{
    /// <summary>Goes to the next property of the object at hand; the reader then stands on its name.</summary>
    public static bool NextProperty(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    public static void SkipValue(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }

    public static string? ReadString(ref Utf8JsonReader reader)
    {
        reader.Read();
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return reader.GetString();
            case JsonTokenType.Number:
                return Encoding.ASCII.GetString(reader.ValueSpan);
            case JsonTokenType.True:
                return "true";
            case JsonTokenType.False:
                return "false";
            default:
                reader.Skip();
                return null;
        }
    }

    public static long? ReadLong(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType is not (JsonTokenType.Number or JsonTokenType.String) || reader.ValueIsEscaped)
        {
            reader.Skip();
            return null;
        }
        var text = reader.ValueSpan;
        if (Utf8Parser.TryParse(text, out long whole, out var used) && used == text.Length) return whole;
        // "1100.0" is whole as well; 1100.5 fen is nothing.
        return Utf8Parser.TryParse(text, out decimal number, out used) && used == text.Length && decimal.IsInteger(number) && number is >= long.MinValue and <= long.MaxValue
            ? (long)number
            : null;
    }

    public static int? ReadInt(ref Utf8JsonReader reader) => ReadLong(ref reader) is { } number and >= int.MinValue and <= int.MaxValue ? (int)number : null;

    public static bool? ReadBool(ref Utf8JsonReader reader)
    {
        reader.Read();
        switch (reader.TokenType)
        {
            case JsonTokenType.True:
                return true;
            case JsonTokenType.False:
                return false;
            case JsonTokenType.Number or JsonTokenType.String:
                var text = reader.ValueSpan;
                if (Ascii.EqualsIgnoreCase(text, "true"u8) || text.SequenceEqual("1"u8)) return true;
                return Ascii.EqualsIgnoreCase(text, "false"u8) || text.SequenceEqual("0"u8) ? false : null;
            default:
                reader.Skip();
                return null;
        }
    }

    public static T? ReadObject<T>(ref Utf8JsonReader reader, TopObjectReader<T> read) where T : class
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartObject) return read(ref reader);
        reader.Skip();
        return null;
    }

    /// <summary>A bare array, or an object that wraps one: {"tvm_passenger_vo":[…]}. Elements that are no objects are left out.</summary>
    public static IReadOnlyList<T> ReadList<T>(ref Utf8JsonReader reader, TopObjectReader<T> read) where T : class
    {
        List<T>? list = null;
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartArray) ReadArray(ref reader, read, ref list);
        else if (reader.TokenType == JsonTokenType.StartObject)
        {
            while (NextProperty(ref reader))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.StartArray) ReadArray(ref reader, read, ref list);
                else if (reader.TokenType == JsonTokenType.StartObject) (list ??= []).Add(read(ref reader));
            }
        }
        return list ?? (IReadOnlyList<T>)[];
    }

    private static void ReadArray<T>(ref Utf8JsonReader reader, TopObjectReader<T> read, ref List<T>? list) where T : class
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject) (list ??= []).Add(read(ref reader));
            else reader.Skip();
        }
    }
}
