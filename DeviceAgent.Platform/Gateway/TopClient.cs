using System.Buffers;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;

namespace DeviceAgent.Platform.Gateway;

/// <summary>One API of the gateway.</summary>
/// <param name="Name">"taobao.bus.tvmbookorder.set" for one.</param>
/// <param name="TakesSession">The session is sent to those APIs only that take one.</param>
/// <param name="OwnObject">The answer's one property that is itself an object, in UTF-8; empty where there is none.</param>
internal sealed record TopMethod<T>(string Name, bool TakesSession, ReadOnlyMemory<byte> OwnObject, TopObjectReader<T> Read) where T : class;

/// <summary>Speaks the TOP protocol: signs, posts, reads and says what to do about a failure.</summary>
/// <remarks>
/// Source: TOP, "API call method". Everything travels in the POST body, so that neither session nor signature appears in an address or an access log.
/// Faults are values; only the caller's own cancellation throws. Does not own the <see cref="HttpClient"/>.
/// </remarks>
public sealed class TopClient(HttpClient http, TopClientOptions options, ITopCredentials credentials, TimeProvider time)
{
    private static readonly MediaTypeHeaderValue FormType = new("application/x-www-form-urlencoded") { CharSet = "utf-8" };
    private static readonly StringWithQualityHeaderValue Gzip = new("gzip");
    // Ticks: the gateway's time less the time since the machine's start, so that no step of the wall clock spoils it; 0 until the gateway refused a timestamp.
    private long _gatewayBase;

    /// <summary>What is added to the clock's time for the gateway, learned from the Date of its answers after it refused a timestamp.</summary>
    public TimeSpan ClockOffset => Interlocked.Read(ref _gatewayBase) is not 0 and var known ? TimeSpan.FromTicks(known + Uptime.Ticks - time.GetUtcNow().UtcTicks) : TimeSpan.Zero;

    private TimeSpan Uptime => time.GetElapsedTime(0);

    /// <summary>A handler that fits: no redirects (they would repeat a report), no cookies, no unpacking beyond our own bound.</summary>
    /// <param name="time">Certificates are valid or not by this clock, not by the machine's.</param>
    public static SocketsHttpHandler CreateHandler(TopClientOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        return CreateHandler(options, time, null);
    }

    internal static SocketsHttpHandler CreateHandler(TopClientOptions options, TimeProvider time, X509Certificate2Collection? roots) =>
        CreateHandler(options, window => window.Contains(time.GetUtcNow()), roots);

    internal static SocketsHttpHandler CreateHandler(TopClientOptions options, Func<CertificateWindow, bool> accept, X509Certificate2Collection? roots) =>
        new()
        {
            SslOptions = CertificateWindow.Judge(accept, roots),
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = options.ConnectTimeout,
            MaxResponseDrainSize = 0,
            // The gateway's addresses change; a connection must not outlive them for long.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        };

    internal async Task<TopResult<T>> ExecuteAsync<T>(TopMethod<T> method, TopForm form, CancellationToken cancellationToken) where T : class
    {
        var result = await SendAsync(method, form, cancellationToken);
        if (result.Fault is not { Remedy: TopRemedy.FixClock, ServerDate: { } date }) return result;
        Interlocked.Exchange(ref _gatewayBase, date.UtcTicks - Uptime.Ticks);
        return await SendAsync(method, form, cancellationToken);
    }

    /// <summary>Adds the public parameters and the signature, and takes them off the form again.</summary>
    internal byte[] Sign<T>(TopMethod<T> method, TopForm form) where T : class
    {
        var own = form.Count;
        form.Add("method"u8, method.Name);
        form.Add("app_key"u8, credentials.AppKey);
        form.Add("timestamp"u8, time.GetUtcNow() + ClockOffset);
        form.Add("format"u8, "json"u8);
        form.Add("v"u8, "2.0"u8);
        form.Add("sign_method"u8, TopSignature.NameOf(options.SignMethod));
        form.Add("partner_id"u8, options.PartnerId);
        if (method.TakesSession) form.Add("session"u8, credentials.Session);
        Span<byte> hex = stackalloc byte[TopSignature.MaxHexLength];
        form.Add("sign"u8, hex[..TopSignature.Sign(options.SignMethod, credentials.AppSecret, form, hex)]);
        var body = form.Encode();
        form.Rewind(own);
        return body;
    }

    private async Task<TopResult<T>> SendAsync<T>(TopMethod<T> method, TopForm form, CancellationToken cancellationToken) where T : class
    {
        using var limit = new CancellationTokenSource(options.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        using var content = new SentOnceContent(Sign(method, form));
        content.Headers.ContentType = FormType;
        using var request = new HttpRequestMessage(HttpMethod.Post, options.Url) { Content = content };
        request.Headers.AcceptEncoding.Add(Gzip);
        request.Headers.ExpectContinue = false;
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return await ReadAsync(method, response, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return TopResult.Failed<T>(TopFaultRules.NoAnswer(TopFaultRules.TimeoutCode, "no answer in time", content.WentOut));
        }
        catch (HttpRequestException fault)
        {
            // The exception's own text may quote what was sent; its reason is enough.
            return TopResult.Failed<T>(TopFaultRules.NoAnswer(TopFaultRules.NetworkCode, fault.HttpRequestError.ToString(), content.WentOut));
        }
        catch (IOException)
        {
            return TopResult.Failed<T>(TopFaultRules.NoAnswer(TopFaultRules.NetworkCode, "the answer broke off", content.WentOut));
        }
    }

    private async Task<TopResult<T>> ReadAsync<T>(TopMethod<T> method, HttpResponseMessage response, CancellationToken cancellationToken) where T : class
    {
        var date = response.Headers.Date;
        var buffer = ArrayPool<byte>.Shared.Rent(8 * 1024);
        var length = 0;
        try
        {
            await using var body = await OpenAsync(response, cancellationToken);
            while (true)
            {
                var read = await body.ReadAsync(buffer.AsMemory(length), cancellationToken);
                if (read == 0) break;
                length += read;
                if (length > options.MaxAnswerBytes) return TopResult.Failed<T>(TopFaultRules.Unreadable(response.StatusCode, "the answer is too long", date));
                if (length == buffer.Length) buffer = Grow(buffer, length);
            }
            var result = TopAnswer.Parse(buffer.AsSpan(0, length), response.StatusCode, date, method.OwnObject.Span, method.Read);
            return result.Fault is null ? result : TopResult.Failed<T>(WithoutSecrets(result.Fault));
        }
        catch (InvalidDataException)
        {
            return TopResult.Failed<T>(TopFaultRules.Unreadable(response.StatusCode, "the answer's compression is broken", date));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    private static async Task<Stream> OpenAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var encodings = response.Content.Headers.ContentEncoding;
        return encodings.Count == 1 && string.Equals(encodings.First(), "gzip", StringComparison.OrdinalIgnoreCase)
            ? new GZipStream(body, CompressionMode.Decompress)
            : body;
    }

    private static byte[] Grow(byte[] buffer, int length)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        return larger;
    }

    /// <summary>A gateway that quotes the request in its refusal must not put the session into our journal.</summary>
    private TopFault WithoutSecrets(TopFault fault) => fault with
    {
        SubCode = Mask(fault.SubCode),
        Message = Mask(fault.Message),
        SubMessage = Mask(fault.SubMessage),
    };

    private string? Mask(string? text)
    {
        if (text is null) return null;
        foreach (var secret in new[] { credentials.AppSecret, credentials.Session })
        {
            if (!string.IsNullOrEmpty(secret)) text = text.Replace(secret, "***", StringComparison.Ordinal);
        }
        return text;
    }

    /// <summary>Remembers whether any of it went out, and refuses to go out a second time by the handler's own decision.</summary>
    private sealed class SentOnceContent(byte[] body) : HttpContent
    {
        public bool WentOut { get; private set; }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            if (WentOut) throw new IOException("A request is sent once.");
            WentOut = true;
            return stream.WriteAsync(body, cancellationToken).AsTask();
        }

        protected override bool TryComputeLength(out long length)
        {
            length = body.Length;
            return true;
        }
    }
}
