namespace DeviceAgent.Drivers.Printing;

/// <content>Pictures.</content>
public sealed partial class EscPosDocument
{
    /// <summary>
    /// GS v 0: a picture, at the beginning of a line. In bands of a few rows, none longer than <see cref="LongestCommandBytes"/>: a question can go
    /// out between any two of them, and the padding that completes what a dead sender left completes a band too.
    /// </summary>
    /// <exception cref="ArgumentException">Wider than the paper.</exception>
    public EscPosDocument Image(DotImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (image.WidthDots > Format.WidthDots) throw new ArgumentException($"The picture has {image.WidthDots} dots across, the paper {Format.WidthDots}.", nameof(image));
        const int header = 8;
        var rows = (LongestCommandBytes - header) / image.RowBytes;
        for (var top = 0; top < image.HeightDots; top += rows)
        {
            var height = Math.Min(rows, image.HeightDots - top);
            Append([0x1D, 0x76, 0x30, 0, (byte)image.RowBytes, (byte)(image.RowBytes >> 8), (byte)height, (byte)(height >> 8)]);
            AppendDots(image.Rows.Slice(top * image.RowBytes, height * image.RowBytes));
        }
        return this;
    }

    /// <summary>A printer obeys DLE EOT, ENQ and DC4 also inside a picture's data: where the dots would spell one, a single dot is left out.</summary>
    private void AppendDots(ReadOnlySpan<byte> dots)
    {
        var room = Room(dots.Length);
        dots.CopyTo(room);
        for (var i = 0; i + 1 < dots.Length; i++)
            if (room[i] == 0x10 && room[i + 1] is 0x04 or 0x05 or 0x14) room[i] = 0;
        _length += dots.Length;
    }
}
