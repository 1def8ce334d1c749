using System.Runtime.InteropServices;

namespace DeviceAgent.Platform.Interop;

internal static partial class LibCrypto
{
    /// <param name="engine">0.</param>
    /// <param name="iv">One block; empty where the mode takes none.</param>
    /// <returns>1, or the call failed. PKCS #7 padding is the default. openssl/evp.h, man 3 EVP_EncryptInit_ex.</returns>
    [LibraryImport(Library, EntryPoint = "EVP_EncryptInit_ex")]
    internal static partial int EncryptInit(CipherContext context, nint cipher, nint engine, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv);

    /// <param name="output">As long as the input, and a block more.</param>
    /// <inheritdoc cref="EncryptInit"/>
    [LibraryImport(Library, EntryPoint = "EVP_EncryptUpdate")]
    internal static partial int EncryptUpdate(CipherContext context, Span<byte> output, out int written, ReadOnlySpan<byte> input, int inputLength);

    /// <param name="output">One block.</param>
    /// <inheritdoc cref="EncryptInit"/>
    [LibraryImport(Library, EntryPoint = "EVP_EncryptFinal_ex")]
    internal static partial int EncryptFinal(CipherContext context, Span<byte> output, out int written);
}
