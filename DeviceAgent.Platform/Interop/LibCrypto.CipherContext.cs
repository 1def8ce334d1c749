using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DeviceAgent.Platform.Interop;

internal static partial class LibCrypto
{
    /// <returns>Invalid when there is no memory. openssl/evp.h, man 3 EVP_CIPHER_CTX_new.</returns>
    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_CTX_new")]
    internal static partial CipherContext NewCipherContext();

    /// <summary>Wipes the key, too. openssl/evp.h, man 3 EVP_CIPHER_CTX_free.</summary>
    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_CTX_free")]
    internal static partial void FreeCipherContext(nint context);
}

/// <summary>EVP_CIPHER_CTX.</summary>
internal sealed class CipherContext() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        LibCrypto.FreeCipherContext(handle);
        return true;
    }
}
