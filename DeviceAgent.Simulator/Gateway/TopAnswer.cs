using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml;

namespace DeviceAgent.Simulator.Gateway;

/// <summary>One answer of the gateway, before it is written as JSON or XML.</summary>
/// <param name="ErrorCode">The code of an error_response; null for the answer of an API.</param>
internal sealed record TopAnswer(string Root, JsonObject Body, int? ErrorCode)
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Names of lists: the gateway wraps their elements once more, unless the request says simplify.</summary>
    private static readonly HashSet<string> Lists = ["passengers", "tvm_insurance_infos", "refunds"];

    public static TopAnswer Of(GatewayError error, string requestId)
    {
        var body = new JsonObject { ["code"] = error.Code, ["msg"] = error.Message };
        if (error.SubCode is not null) body["sub_code"] = error.SubCode;
        if (error.SubMessage is not null) body["sub_msg"] = error.SubMessage;
        body["request_id"] = requestId;
        return new TopAnswer("error_response", body, error.Code);
    }

    public byte[] ToJson(bool simplify)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, Plain))
        {
            if (simplify && ErrorCode is null) Simplified(Body)!.WriteTo(writer);
            else new JsonObject { [Root] = Body.DeepClone() }.WriteTo(writer);
        }
        return bytes.ToArray();
    }

    public byte[] ToXml(string server)
    {
        using var bytes = new MemoryStream();
        using (var writer = XmlWriter.Create(bytes, new XmlWriterSettings { Encoding = new UTF8Encoding(false) }))
        {
            WriteXml(writer, Root, Body);
            writer.WriteComment(server);
        }
        return bytes.ToArray();
    }

    private static JsonNode? Simplified(JsonNode? node) => node switch
    {
        JsonObject o => new JsonObject(o.Select(p => KeyValuePair.Create(p.Key,
            Lists.Contains(p.Key) && p.Value is JsonObject { Count: 1 } wrapper ? Simplified(wrapper.Single().Value) : Simplified(p.Value)))),
        JsonArray a => new JsonArray([.. a.Select(Simplified)]),
        _ => node?.DeepClone(),
    };

    // XML has no way to write most control characters, and a refusal quotes what was sent.
    private static char Writable(char c) => XmlConvert.IsXmlChar(c) || char.IsSurrogate(c) ? c : '?';

    private static void WriteXml(XmlWriter writer, string name, JsonNode? node)
    {
        if (node is JsonArray array)
        {
            foreach (var element in array) WriteXml(writer, name, element);
            return;
        }
        writer.WriteStartElement(name);
        if (node is JsonObject o)
            foreach (var (key, value) in o) WriteXml(writer, key, value);
        else if (node is not null)
            writer.WriteString(string.Concat(string.Create(CultureInfo.InvariantCulture, $"{node}").Select(Writable)));
        writer.WriteEndElement();
    }
}
