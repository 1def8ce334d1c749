namespace DeviceAgent.Drivers.Printing;

/// <summary>Reads a picture from the bytes of a file: PNG, or PBM (P1, P4).</summary>
/// <remarks>The file is foreign: whatever is wrong with it is an <see cref="InvalidDataException"/> that names it, before much is allocated.</remarks>
public static class ImageFile
{
    /// <summary>Bytes of a file.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <exception cref="InvalidDataException">No such picture, a broken one, too large, or of a kind that is not read.</exception>
    public static GreyImage Read(ReadOnlySpan<byte> file)
    {
        if (file.Length > MaxBytes) throw new InvalidDataException($"The picture's file has {file.Length} bytes; at most {MaxBytes} are read.");
        if (PngDecoder.IsPng(file)) return PngDecoder.Decode(file);
        if (file is [(byte)'P', (byte)'1' or (byte)'4', ..]) return PbmDecoder.Decode(file);
        throw new InvalidDataException("The file is neither a PNG nor a PBM (P1, P4) picture.");
    }
}
