using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace DeviceAgent.Platform.Gateway;

/// <summary>The time in which every certificate of a chain is valid.</summary>
internal readonly record struct CertificateWindow(DateTimeOffset From, DateTimeOffset Until)
{
    public bool Contains(DateTimeOffset time) => time >= From && time <= Until;

    public static CertificateWindow Of(X509Chain chain) => new(
        chain.ChainElements.Max(e => Utc(e.Certificate.NotBefore)),
        chain.ChainElements.Min(e => Utc(e.Certificate.NotAfter)));

    /// <summary>TLS as usual (name, signatures, trusted root, purpose), except that the validity is judged by the caller, not by the machine's clock.</summary>
    /// <param name="accept">Gets the window of a chain that is sound otherwise. Any thread.</param>
    /// <param name="roots">Instead of the machine's; null outside of tests.</param>
    public static SslClientAuthenticationOptions Judge(Func<CertificateWindow, bool> accept, X509Certificate2Collection? roots)
    {
        // No revocation lists: what HttpClient does by default too.
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid };
        if (roots is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(roots);
        }
        return new()
        {
            CertificateChainPolicy = policy,
            RemoteCertificateValidationCallback = (_, _, chain, errors) => errors == SslPolicyErrors.None && chain is { ChainElements.Count: > 0 } && accept(Of(chain)),
        };
    }

    // X509Certificate2 gives the machine's local time.
    private static DateTimeOffset Utc(DateTime local) => new(local.ToUniversalTime());
}
