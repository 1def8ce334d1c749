using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DeviceAgent.Platform.Gateway;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Tests.Gateway;

/// <summary>A root and what it signs, made for one test.</summary>
internal sealed class TestAuthority : IDisposable
{
    public const string ServerAuthentication = "1.3.6.1.5.5.7.3.1", ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _root;

    public TestAuthority(DateTimeOffset from, DateTimeOffset until)
    {
        var request = new CertificateRequest("CN=Test root", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        _root = request.CreateSelfSigned(from, until);
    }

    public X509Certificate2Collection Roots => [_root];

    public X509Certificate2 Sign(string name, DateTimeOffset from, DateTimeOffset until, string purpose = ServerAuthentication)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], critical: false));
        using var leaf = request.Create(_root.SubjectName, X509SignatureGenerator.CreateForECDsa(_key), from, until, RandomNumberGenerator.GetBytes(16));
        return leaf.CopyWithPrivateKey(key);
    }

    public void Dispose()
    {
        _root.Dispose();
        _key.Dispose();
    }
}

/// <summary>A real HTTPS server on the loopback.</summary>
internal sealed class TlsGateway : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly X509Certificate2 _certificate;

    private TlsGateway(X509Certificate2 certificate, RequestDelegate answer)
    {
        _certificate = certificate;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        _app = builder.Build();
        _app.Run(context =>
        {
            Methods.Add(context.Request.Method);
            return answer(context);
        });
    }

    public List<string> Methods { get; } = [];

    public TopClientOptions Options => new() { Url = new($"https://localhost:{new Uri(_app.Urls.First()).Port}/router/rest"), Timeout = TimeSpan.FromSeconds(30) };

    /// <summary>Answers with this Date; takes the certificate over.</summary>
    public static Task<TlsGateway> StartAsync(X509Certificate2 certificate, DateTimeOffset date) => StartAsync(certificate, context =>
    {
        context.Response.Headers.Date = date.ToString("R", CultureInfo.InvariantCulture);
        context.Response.StatusCode = 405;
        return Task.CompletedTask;
    });

    public static async Task<TlsGateway> StartAsync(X509Certificate2 certificate, RequestDelegate answer)
    {
        var gateway = new TlsGateway(certificate, answer);
        await gateway._app.StartAsync(TestContext.Current.CancellationToken);
        return gateway;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
        _certificate.Dispose();
    }
}
