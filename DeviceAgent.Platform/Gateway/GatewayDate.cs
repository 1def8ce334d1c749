using System.Security.Cryptography.X509Certificates;

namespace DeviceAgent.Platform.Gateway;

/// <param name="Date">The gateway's time at the receipt; null when it does not vouch for one.</param>
/// <param name="Fault">Why it does not; null when it does.</param>
public sealed record GatewayDateAnswer(DateTimeOffset? Date, string? Fault)
{
    internal static GatewayDateAnswer Refused(string fault) => new(null, fault);
}

/// <summary>Asks the gateway what time it is, for a kiosk that cannot know: one HEAD request, neither signed nor with a session, over a connection of its own.</summary>
/// <remarks>
/// The local clock may be decades off, so the certificate chain is verified without its dates; the answer's Date counts only if every certificate
/// of that very connection is valid at it. A stolen certificate that has expired can thus not set the clock to a time after its end.
/// Source: RFC 9110, 6.6.1 (Date); RFC 9111, 5.1 (Age: an answer out of a cache, with a Date of earlier).
/// </remarks>
public sealed class GatewayDate
{
    private readonly TopClientOptions _options;
    private readonly TimeProvider _time;
    private readonly X509Certificate2Collection? _roots;

    public GatewayDate(TopClientOptions options, TimeProvider time) : this(options, time, null) { }

    internal GatewayDate(TopClientOptions options, TimeProvider time, X509Certificate2Collection? roots) => (_options, _time, _roots) = (options, time, roots);

    /// <summary>False for plain http: anybody could have said it.</summary>
    public bool CanVouch => _options.Url.Scheme == Uri.UriSchemeHttps;

    /// <summary>Never throws for what the network or the gateway does; throws <see cref="OperationCanceledException"/> only for its token.</summary>
    public async Task<GatewayDateAnswer> AskAsync(CancellationToken cancellationToken)
    {
        CertificateWindow? window = null;
        using var handler = TopClient.CreateHandler(_options, seen =>
        {
            window = seen;
            return true;
        }, _roots);
        using var http = new HttpMessageInvoker(handler);
        using var limit = new CancellationTokenSource(_options.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        using var request = new HttpRequestMessage(HttpMethod.Head, _options.Url);
        request.Headers.CacheControl = new() { NoCache = true };
        try
        {
            using var response = await http.SendAsync(request, either.Token);
            return Judge(response.Headers.Date, response.Headers.Age, window);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return GatewayDateAnswer.Refused("no answer in time");
        }
        catch (HttpRequestException fault)
        {
            return GatewayDateAnswer.Refused(fault.HttpRequestError.ToString());
        }
        catch (IOException)
        {
            return GatewayDateAnswer.Refused("the answer broke off");
        }
    }

    /// <summary>The rule. The answer's status does not matter: whoever holds the key of the certificate has said the Date.</summary>
    internal static GatewayDateAnswer Judge(DateTimeOffset? date, TimeSpan? age, CertificateWindow? window) => (date, window) switch
    {
        (_, null) => GatewayDateAnswer.Refused("the connection was not encrypted"),
        (null, _) => GatewayDateAnswer.Refused("the answer carries no Date"),
        _ when age is not null => GatewayDateAnswer.Refused("the answer came out of a cache"),
        ({ } told, { } valid) when !valid.Contains(told) => GatewayDateAnswer.Refused($"its certificates, valid from {valid.From:u} to {valid.Until:u}, are not valid at its Date {told:u}"),
        _ => new(date, null),
    };
}
