using System.Net;
using System.Text.Json;

namespace DeviceAgent.Platform.Gateway;

/// <summary>From the bytes of an answer, JSON or XML, to a value or a fault. No I/O; never throws, whatever the bytes.</summary>
internal static class TopAnswer
{
    private enum Shape { Error, Wrapped, Bare }

    /// <param name="ownObject">The one property of the value that is itself an object, so that a bare answer (simplify) is not taken for a wrapped one; empty where there is none.</param>
    public static TopResult<T> Parse<T>(
        ReadOnlySpan<byte> body, HttpStatusCode status, DateTimeOffset? serverDate, ReadOnlySpan<byte> ownObject, TopObjectReader<T> read) where T : class
    {
        try
        {
            body = body.StartsWith("\uFEFF"u8) ? body[3..] : body;
            if (body.TrimStart(" \t\r\n"u8) is [(byte)'<', ..] markup)
            {
                if (TopXml.ToJson(markup) is not { } json) return Unreadable<T>(status, "HTML, or XML that is no whole answer", serverDate);
                body = json;
            }
            var (shape, isNamedResponse, value) = Inspect(body, ownObject);
            var reader = new Utf8JsonReader(body[value]);
            reader.Read();
            if (shape == Shape.Error) return TopResult.Failed<T>(TopFaultRules.Classify(ReadError(ref reader), serverDate));
            // A proxy's own JSON error page must not pass for an empty answer.
            if ((int)status is < 200 or >= 300 && !isNamedResponse) return Unreadable<T>(status, "JSON, but not the gateway's", serverDate);
            return TopResult.Of(read(ref reader));
        }
        catch (JsonException)
        {
            return Unreadable<T>(status, Describe(body), serverDate);
        }
        catch (InvalidOperationException)
        {
            // Utf8JsonReader's word for text that is no UTF-8 or ends in half a surrogate pair.
            return Unreadable<T>(status, "the answer holds text that is no UTF-8", serverDate);
        }
    }

    private static TopResult<T> Unreadable<T>(HttpStatusCode status, string message, DateTimeOffset? serverDate) where T : class =>
        TopResult.Failed<T>(TopFaultRules.Unreadable(status, message, serverDate));

    /// <summary>Reads to the end once, so that half an answer is never taken for a whole one.</summary>
    private static (Shape Shape, bool IsNamedResponse, Range Value) Inspect(ReadOnlySpan<byte> body, ReadOnlySpan<byte> ownObject)
    {
        var reader = new Utf8JsonReader(body);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException();
        var (shape, isNamed, value) = (Shape.Bare, false, Range.All);
        while (TopJson.NextProperty(ref reader))
        {
            var isError = reader.ValueTextEquals("error_response"u8);
            var named = !reader.ValueIsEscaped && reader.ValueSpan.EndsWith("_response"u8);
            var own = !ownObject.IsEmpty && reader.ValueTextEquals(ownObject);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            var isObject = reader.TokenType == JsonTokenType.StartObject;
            reader.Skip();
            if (!isObject || own || shape == Shape.Error || (shape == Shape.Wrapped && !isError)) continue;
            (shape, isNamed, value) = (isError ? Shape.Error : Shape.Wrapped, named, start..(int)reader.BytesConsumed);
        }
        reader.Read();
        return (shape, isNamed, value);
    }

    private static TopError ReadError(ref Utf8JsonReader reader)
    {
        string? code = null, subCode = null, message = null, subMessage = null, requestId = null;
        while (TopJson.NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("code"u8)) code = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("sub_code"u8)) subCode = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("msg"u8)) message = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("sub_msg"u8)) subMessage = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("request_id"u8)) requestId = TopJson.ReadString(ref reader);
            else TopJson.SkipValue(ref reader);
        }
        return new TopError(code, subCode, message, subMessage, requestId);
    }

    private static string Describe(ReadOnlySpan<byte> body) =>
        body.TrimStart(" \t\r\n"u8).IsEmpty ? "the answer is empty" : "the answer is no whole JSON object";
}
