using System.Globalization;

namespace DeviceAgent.Simulator.Gateway;

/// <summary>An error_response, with the codes and words of TOP's list of public error codes.</summary>
internal sealed record GatewayError(int Code, string Message, string? SubCode = null, string? SubMessage = null)
{
    public static GatewayError ServiceUnavailable { get; } = new(15, "Remote service error", "isp.remote-service-error", "远程服务调用出错");
    public static GatewayError Refused { get; } = new(15, "Remote service error", "isv.MOBILE_NUMBER_ILLEGAL", "号码格式错误");
    public static GatewayError MissingMethod { get; } = new(21, "Missing Method", null, "The method parameter is missing");
    public static GatewayError InvalidMethod { get; } = new(22, "Invalid Method", "isv.method-not-exists", "The method does not exist");
    public static GatewayError InvalidFormat { get; } = new(23, "Invalid Format");
    public static GatewayError MissingSignature { get; } = new(24, "Missing Signature");
    public static GatewayError InvalidSignature { get; } = new(25, "Invalid signature");
    public static GatewayError MissingSession { get; } = new(26, "Missing Session");
    public static GatewayError InvalidSession { get; } = new(27, "Invalid session", "invalid-sessionkey", "The session has expired");
    public static GatewayError MissingAppKey { get; } = new(28, "Missing App Key");
    public static GatewayError InvalidAppKey { get; } = new(29, "Invalid app Key", "isv.appkey-not-exists", "The app key does not exist");
    public static GatewayError MissingTimestamp { get; } = new(30, "Missing Timestamp");
    public static GatewayError InvalidTimestamp { get; } = new(31, "Invalid timestamp");
    public static GatewayError MissingVersion { get; } = new(32, "Missing Version");
    public static GatewayError InvalidVersion { get; } = new(33, "Invalid Version");

    public static GatewayError Sm4DecryptFailed { get; } = new(15, "Remote service error", "isv.sm4-decrypt-failed", "SM4解密失败");

    public static GatewayError HttpAction(string why) => new(9, "Http action not allowed", null, why);

    public static GatewayError Missing(string name) => new(40, $"Missing required arguments:{name}", $"isv.missing-parameter:{name}");

    public static GatewayError Invalid(string name, string why) => new(41, $"Invalid arguments:{name}", $"isv.invalid-parameter:{name}", why);

    public static GatewayError Parameter(string why) => new(43, "Parameter Error", null, why);

    /// <summary>The business's answer to a value that the gateway lets through, as the API's document shows it.</summary>
    public static GatewayError IllegalValue(string name, string why) => new(15, "Remote service error", "isv.invalid-parameter", $"非法参数 {name}: {why}");

    public static GatewayError Banned(TimeSpan left) => new(7, "App Call Limited", "accesscontrol.limited-by-app-api-access-count",
        string.Create(CultureInfo.InvariantCulture, $"This ban will last for {Math.Max(1, (long)Math.Ceiling(left.TotalSeconds))} more seconds"));
}
