namespace DeviceAgent.Platform.Interop;

/// <summary>OpenSSL's calls that .NET does not offer: one file per group, each with the header that it was written from. OpenSSL 3, which .NET on Linux needs anyway.</summary>
internal static partial class LibCrypto
{
    internal const string Library = "libcrypto.so.3";
}
