using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using DeviceAgent.Platform.Gateway;

namespace DeviceAgent.Benchmarks;

/// <summary>A client for the gateway as one writes it straight away: dictionaries, strings, JSON by reflection.</summary>
/// <remarks>
/// The steps of the official SDK for .NET (parameters in a sorted dictionary, names and values concatenated, the hash as upper-case hex,
/// each value URL-encoded, the answer into objects by reflection), with the parts that today's runtime offers for each.
/// </remarks>
internal sealed class ReflectionClient(HttpClient http, Uri url, ITopCredentials credentials)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public void Work(TvmBookOrderRequest request, byte[] answer)
    {
        var body = Encoding.UTF8.GetBytes(Body(request));
        if (body.Length == 0 || Read(Encoding.UTF8.GetString(answer)).IsSuccess != true) throw new InvalidOperationException("The report was not understood.");
    }

    public async Task SetBookOrderAsync(TvmBookOrderRequest request)
    {
        using var content = new StringContent(Body(request), Encoding.UTF8, "application/x-www-form-urlencoded");
        using var response = await http.PostAsync(url, content);
        if (Read(await response.Content.ReadAsStringAsync()).IsSuccess != true) throw new InvalidOperationException("The report was not understood.");
    }

    private string Body(TvmBookOrderRequest request)
    {
        var parameters = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["alitrip_order_id"] = request.AlitripOrderId,
            ["book_time"] = Time(request.BookTime),
            ["success"] = request.Success ? "true" : "false",
            ["pay_mode"] = request.PayMode,
            ["passengers"] = JsonSerializer.Serialize(request.Passengers!.Select(Passenger.Of), Json),
            ["method"] = "taobao.bus.tvmbookorder.set",
            ["app_key"] = credentials.AppKey,
            ["timestamp"] = Time(TimeProvider.System.GetUtcNow()),
            ["format"] = "json",
            ["v"] = "2.0",
            ["sign_method"] = "hmac-sha256",
            ["session"] = credentials.Session!,
        };
        parameters["sign"] = Sign(parameters);
        var body = new StringBuilder();
        foreach (var (name, value) in parameters)
        {
            if (body.Length > 0) body.Append('&');
            body.Append(name).Append('=').Append(WebUtility.UrlEncode(value));
        }
        return body.ToString();
    }

    private string Sign(SortedDictionary<string, string> parameters)
    {
        var query = new StringBuilder();
        foreach (var (name, value) in parameters)
        {
            if (!string.IsNullOrEmpty(name) && !string.IsNullOrEmpty(value)) query.Append(name).Append(value);
        }
        using var hmac = new HMACSHA256(Encoding.UTF8.GetBytes(credentials.AppSecret));
        var hash = hmac.ComputeHash(Encoding.UTF8.GetBytes(query.ToString()));
        var hex = new StringBuilder();
        foreach (var octet in hash) hex.Append(octet.ToString("X2", CultureInfo.InvariantCulture));
        return hex.ToString();
    }

    private static Response Read(string answer)
    {
        // The root's name differs from one API to the next.
        var root = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(answer, Json)!;
        return root.Values.First().Deserialize<Response>(Json)!;
    }

    private static string Time(DateTimeOffset time) => time.ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>A passenger as it is sent: insurances are in answers only.</summary>
    private sealed record Passenger(
        string? AgentEticket, string? AgentTicketId, long? FullPrice, bool? HasChildren, string? RiderCertNumber, string? RiderCertType, string? RiderName,
        string? SeatNumber, long? ServiceCharge, long? TicketPrice)
    {
        public static Passenger Of(TvmPassengerVo p) => new(
            p.AgentEticket, p.AgentTicketId, p.FullPrice, p.HasChildren, p.RiderCertNumber, p.RiderCertType, p.RiderName, p.SeatNumber, p.ServiceCharge, p.TicketPrice);
    }

    private sealed record Response(string? ResultCode, string? ResultMsg, bool? IsSuccess, string? RequestId);
}
