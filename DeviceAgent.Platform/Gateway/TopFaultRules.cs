using System.Globalization;
using System.Net;

namespace DeviceAgent.Platform.Gateway;

/// <summary>What to do about each failure. No I/O, no clock.</summary>
/// <remarks>
/// Source: TOP, "Error codes" (gateway codes, isp.* and isv.* sub codes).
/// Whether the business may have applied the request is answered "yes" wherever it is not plainly "no": a needless question costs one query, a lost doubt a second report.
/// </remarks>
internal static class TopFaultRules
{
    public const string NetworkCode = "network";
    public const string TimeoutCode = "timeout";
    /// <summary>An answer came, but none that can be read.</summary>
    public const string AnswerCode = "answer";
    public const string MissingArgument = "40";
    public const string TooManyArguments = "41";
    /// <summary>A train report cannot be encrypted.</summary>
    public const string CipherCode = "cipher";

    private const int MaxTextLength = 300;
    private static readonly TimeSpan ShortestBan = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestBan = TimeSpan.FromDays(1);

    /// <summary>An error_response of the gateway.</summary>
    public static TopFault Classify(TopError error, DateTimeOffset? serverDate)
    {
        var (remedy, mayHaveBeenApplied) = Judge(error.Code, error.SubCode);
        return new TopFault(
            remedy, error.Code ?? AnswerCode, Bound(error.SubCode), Bound(error.Message), Bound(error.SubMessage), Bound(error.RequestId),
            mayHaveBeenApplied, remedy == TopRemedy.WaitUntil ? BanOf(error.SubMessage) : null, serverDate);
    }

    /// <summary>No answer of the gateway's at all.</summary>
    /// <param name="wentOut">Some of the body may have left this machine.</param>
    public static TopFault NoAnswer(string code, string message, bool wentOut) =>
        new(TopRemedy.Retry, code, null, message, null, null, wentOut, null, null);

    /// <summary>An answer that is none of the gateway's: a proxy's page, half a body, another format.</summary>
    public static TopFault Unreadable(HttpStatusCode status, string message, DateTimeOffset? serverDate) =>
        new(TopRemedy.Retry, (int)status is >= 200 and < 300 ? AnswerCode : string.Create(CultureInfo.InvariantCulture, $"http-{(int)status}"),
            null, message, null, null, true, null, serverDate);

    /// <summary>What is refused before anything is sent, with the gateway's own codes.</summary>
    public static TopFault RefusedHere(string code, string message) => new(TopRemedy.Park, code, null, message, null, null, false, null, null);

    public static TopFault Missing(string path) => RefusedHere(MissingArgument, $"{path} is missing");

    /// <summary>passenger_info is never sent plain: held until the partner's way of encrypting is configured.</summary>
    public static TopFault NoCipher(string whyNot) =>
        new(TopRemedy.Configuration, CipherCode, null, Bound($"passenger_info cannot be encrypted: {whyNot}"), null, null, false, null, null);

    /// <summary>The gateway itself was not heard: the line, a proxy or the gateway's front is down.</summary>
    public static bool IsSilence(TopFault fault) =>
        fault.Code is NetworkCode or TimeoutCode or AnswerCode || fault.Code.StartsWith("http-", StringComparison.Ordinal);

    /// <summary>Refused on this machine: says nothing about the gateway.</summary>
    public static bool IsLocal(TopFault fault) => fault is { RequestId: null, ServerDate: null, SubCode: null }
        and ({ Remedy: TopRemedy.Park, Code: MissingArgument or TooManyArguments } or { Remedy: TopRemedy.Configuration, Code: CipherCode });

    private static (TopRemedy Remedy, bool MayHaveBeenApplied) Judge(string? code, string? subCode) => (code, subCode ?? "") switch
    {
        ("7" or "8", _) => (TopRemedy.WaitUntil, false),
        (_, var sub) when IsBan(sub) => (TopRemedy.WaitUntil, false),
        ("26" or "27", _) => (TopRemedy.RenewSession, false),
        ("31", _) => (TopRemedy.FixClock, false),
        // 30 says that the timestamp is missing, which no clock cures.
        ("9" or "11" or "12" or "13" or "21" or "22" or "23" or "24" or "25" or "28" or "29" or "30" or "32" or "33" or "34", _) => (TopRemedy.Configuration, false),
        ("3" or "40" or "41" or "42" or "43", _) => (TopRemedy.Park, false),
        (_, var sub) when sub.StartsWith("isv.", StringComparison.Ordinal) => (TopRemedy.Park, false),
        (_, "isp.call-limited") => (TopRemedy.Retry, false),
        // The answer could not be made; the business may well have done its part.
        (_, "isp.null-pointer-exception" or "isp.top-parse-error" or "isp.top-mapping-parse-error") => (TopRemedy.Park, true),
        (_, "") => (TopRemedy.Retry, true),
        (_, var sub) when sub.StartsWith("isp.", StringComparison.Ordinal) => (TopRemedy.Retry, true),
        // "Remote service error" with the partner's own word for it.
        _ when IsRemoteServiceError(code) => (TopRemedy.Park, true),
        _ => (TopRemedy.Retry, true),
    };

    private static bool IsBan(string subCode) => subCode is
        "accesscontrol.limited-by-app-access-count" or "accesscontrol.limited-by-api-access-count"
        or "accesscontrol.limited-by-app-api-access-count" or "accesscontrol.limited-by-dynamic-access-count";

    /// <summary>15; 50 in older documents, 5xx in the oldest.</summary>
    private static bool IsRemoteServiceError(string? code) => code is "15" or "50" || (code is { Length: 3 } && code[0] == '5');

    /// <summary>The first number of "This ban will last for 2 more seconds".</summary>
    private static TimeSpan BanOf(string? subMessage)
    {
        var text = subMessage.AsSpan();
        var start = text.IndexOfAnyInRange('0', '9');
        if (start < 0) return ShortestBan;
        text = text[start..];
        var length = text.IndexOfAnyExceptInRange('0', '9');
        if (length >= 0) text = text[..length];
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)) return LongestBan;
        return TimeSpan.FromSeconds(Math.Clamp(seconds, ShortestBan.TotalSeconds, LongestBan.TotalSeconds));
    }

    private static string? Bound(string? text) => text is { Length: > MaxTextLength } ? text[..MaxTextLength] : text;
}

/// <summary>An error_response as the gateway wrote it.</summary>
internal readonly record struct TopError(string? Code, string? SubCode, string? Message, string? SubMessage, string? RequestId);
