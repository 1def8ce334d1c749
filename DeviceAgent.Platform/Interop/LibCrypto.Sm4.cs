using System.Runtime.InteropServices;

namespace DeviceAgent.Platform.Interop;

internal static partial class LibCrypto
{
    /// <returns>A constant of the library's, never freed. Missing where OpenSSL was built with no-sm4. openssl/evp.h, man 3 EVP_sm4_ecb.</returns>
    [LibraryImport(Library, EntryPoint = "EVP_sm4_ecb")]
    internal static partial nint Sm4Ecb();

    /// <inheritdoc cref="Sm4Ecb"/>
    [LibraryImport(Library, EntryPoint = "EVP_sm4_cbc")]
    internal static partial nint Sm4Cbc();
}
