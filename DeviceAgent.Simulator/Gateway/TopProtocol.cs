using System.Globalization;
using System.Text;

namespace DeviceAgent.Simulator.Gateway;

/// <summary>Who may call this gateway.</summary>
internal sealed record GatewayAccount
{
    public string AppKey { get; init; } = "12345678";
    public string AppSecret { get; init; } = "helloworld";
    /// <summary>The seller's session, for the APIs that take one.</summary>
    public string Session { get; init; } = "test";
    /// <summary>Agreed with the partner whose trains are reported.</summary>
    public PassengerCipher PassengerCipher { get; init; } = new();
}

/// <summary>What the gateway checks before the business sees a request: public parameters, signature, session, types of the fields.</summary>
internal static class TopProtocol
{
    /// <summary>The platform's clock: GMT+8 all year.</summary>
    public static readonly TimeSpan Zone = TimeSpan.FromHours(8);

    private static readonly TimeSpan TimestampTolerance = TimeSpan.FromMinutes(10);
    private static readonly HashSet<string> PublicNames = ["method", "app_key", "session", "timestamp", "v", "format", "simplify", "partner_id", "target_app_key", "sign_method", "sign"];

    public static GatewayError? Check(TopForm form, GatewayAccount account, DateTimeOffset now, out TopApi? api)
    {
        api = null;
        if (form["method"] is not { } method) return GatewayError.MissingMethod;
        if ((api = TopApi.Find(method)) is null) return GatewayError.InvalidMethod;
        if (form["app_key"] is not { } appKey) return GatewayError.MissingAppKey;
        if (appKey != account.AppKey) return GatewayError.InvalidAppKey;
        return CheckTimestamp(form["timestamp"], now)
            ?? CheckVersionAndFormat(form)
            ?? CheckSignature(form, account.AppSecret)
            ?? (api.TakesSession ? CheckSession(form["session"], account.Session) : null)
            ?? CheckFields(form, api);
    }

    public static bool TryParseMoment(string text, out DateTimeOffset moment)
    {
        var right = DateTime.TryParseExact(text, "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var local) && local.Year > 1;
        moment = right ? new DateTimeOffset(local, Zone) : default;
        return right;
    }

    public static string Moment(DateTimeOffset at) => at.ToOffset(Zone).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static GatewayError? CheckTimestamp(string? timestamp, DateTimeOffset now)
    {
        if (timestamp is null) return GatewayError.MissingTimestamp;
        return TryParseMoment(timestamp, out var at) && (at - now).Duration() <= TimestampTolerance ? null : GatewayError.InvalidTimestamp;
    }

    private static GatewayError? CheckVersionAndFormat(TopForm form)
    {
        if (form["v"] is not { } version) return GatewayError.MissingVersion;
        if (version != "2.0") return GatewayError.InvalidVersion;
        if (form["format"] is not (null or "json" or "xml")) return GatewayError.InvalidFormat;
        return form["simplify"] is null or "true" or "false" ? null : GatewayError.Invalid("simplify", "true or false");
    }

    private static GatewayError? CheckSignature(TopForm form, string secret)
    {
        if (form["sign"] is not { } sign) return GatewayError.MissingSignature;
        if (form["sign_method"] is not { } signMethod) return GatewayError.Missing("sign_method");
        var expected = TopSignature.Expect(signMethod, secret, form.Values);
        return string.Equals(expected, sign, StringComparison.Ordinal) ? null : GatewayError.InvalidSignature;
    }

    private static GatewayError? CheckSession(string? session, string expected) =>
        session is null ? GatewayError.MissingSession : session == expected ? null : GatewayError.InvalidSession;

    private static GatewayError? CheckFields(TopForm form, TopApi api)
    {
        foreach (var name in form.Values.Keys)
            if (!PublicNames.Contains(name) && api.Fields.All(f => f.Name != name)) return GatewayError.Invalid(name, "the API has no such parameter");
        foreach (var field in api.Fields)
        {
            if (form[field.Name] is not { } value)
            {
                if (field.Required) return GatewayError.Missing(field.Name);
                // The documents call these parameters optional; nothing is left of the call without one.
                if (field.Shape is { Kind: JsonKind.Object }) return GatewayError.IllegalValue(field.Name, "missing");
                continue;
            }
            if (CheckField(field, value) is { } error) return error;
        }
        return null;
    }

    private static GatewayError? CheckField(TopField field, string value) => field.Kind switch
    {
        TopFieldKind.Flag when value is not ("true" or "false") => GatewayError.Invalid(field.Name, "true or false"),
        TopFieldKind.Moment when !TryParseMoment(value, out _) => GatewayError.IllegalValue(field.Name, "yyyy-MM-dd HH:mm:ss"),
        TopFieldKind.PayMode when value is not ("ALIPAY" or "WECHAT" or "BANKCARD" or "CASH" or "OWN_ALIPAY") =>
            GatewayError.IllegalValue(field.Name, "ALIPAY, WECHAT, BANKCARD, CASH or OWN_ALIPAY"),
        TopFieldKind.Json => field.Shape!.TryParse(Encoding.UTF8.GetBytes(value), out _) switch
        {
            null => null,
            { Kind: JsonFaultKind.Missing } fault => GatewayError.Missing(fault.Path),
            { Kind: JsonFaultKind.Type } fault => GatewayError.Invalid(fault.Path, fault.Says),
            var fault => GatewayError.IllegalValue(fault.Path, fault.Says),
        },
        _ => null,
    };
}
