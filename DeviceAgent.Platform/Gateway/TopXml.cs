using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Xml;

namespace DeviceAgent.Platform.Gateway;

/// <summary>Turns an XML answer into the JSON that <see cref="TopAnswer"/> reads: an element with elements is an object, one without is a text, repeated ones are an array.</summary>
/// <remarks>
/// JSON is what is asked for; the gateway's own default is XML. Attributes, comments (one follows the root) and text beside elements say nothing.
/// No DTD, hence no entities of its own; UTF-8 alone, whatever the declaration says. Only a root "…_response" is an answer: a page of HTML may be well-formed, too.
/// </remarks>
internal static class TopXml
{
    /// <summary>The deepest answer of the documents has 8 levels.</summary>
    private const int MaxDepth = 32;

    /// <summary>An order with 20 passengers, each with 5 insurances, has 800.</summary>
    private const int MaxElements = 20_000;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        IgnoreWhitespace = true,
    };

    /// <returns>Null when it is no answer of the gateway's, or cannot be read to its end. Never throws.</returns>
    public static byte[]? ToJson(ReadOnlySpan<byte> xml)
    {
        try
        {
            using var text = new StringReader(Strict.GetString(xml));
            using var reader = XmlReader.Create(text, Settings);
            return Read(reader) is { } root && root.Name.EndsWith("_response", StringComparison.Ordinal) ? Write(root) : null;
        }
        catch (XmlException)
        {
            return null;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <returns>Null when it is beyond the bounds.</returns>
    private static Element? Read(XmlReader reader)
    {
        Element? root = null;
        var open = new Stack<Element>();
        var count = 0;
        while (reader.Read())
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Element:
                    if (++count > MaxElements || open.Count == MaxDepth) return null;
                    var element = new Element(reader.LocalName);
                    root ??= element;
                    if (open.TryPeek(out var parent)) (parent.Children ??= []).Add(element);
                    if (!reader.IsEmptyElement) open.Push(element);
                    break;
                case XmlNodeType.EndElement:
                    open.Pop();
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace:
                    open.Peek().Append(reader.Value);
                    break;
            }
        }
        return root;
    }

    private static byte[] Write(Element root)
    {
        var json = new ArrayBufferWriter<byte>(1024);
        using var writer = new Utf8JsonWriter(json, BusTvmJson.WriterOptions);
        writer.WriteStartObject();
        writer.WritePropertyName(root.Name);
        WriteObject(writer, root);
        writer.WriteEndObject();
        writer.Flush();
        return json.WrittenSpan.ToArray();
    }

    private static void WriteObject(Utf8JsonWriter writer, Element element)
    {
        writer.WriteStartObject();
        foreach (var sameName in (element.Children ?? []).GroupBy(child => child.Name, StringComparer.Ordinal))
        {
            writer.WritePropertyName(sameName.Key);
            if (!sameName.Skip(1).Any())
            {
                WriteValue(writer, sameName.First());
                continue;
            }
            writer.WriteStartArray();
            foreach (var child in sameName) WriteValue(writer, child);
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter writer, Element element)
    {
        if (element.Children is null) writer.WriteStringValue(element.Text);
        else WriteObject(writer, element);
    }

    private sealed class Element(string name)
    {
        private string? _text;
        private StringBuilder? _more;

        public string Name { get; } = name;

        public List<Element>? Children { get; set; }

        public string Text => _more?.ToString() ?? _text ?? "";

        /// <summary>Nearly always one piece; CDATA and comments cut a text into more.</summary>
        public void Append(string piece)
        {
            if (_text is null) _text = piece;
            else (_more ??= new StringBuilder(_text)).Append(piece);
        }
    }
}
