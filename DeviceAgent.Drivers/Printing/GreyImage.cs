namespace DeviceAgent.Drivers.Printing;

/// <summary>A picture in shades of grey, as it was read from a file.</summary>
/// <remarks>Bounded: whoever makes one was checked by <see cref="CheckSize"/> before anything was allocated.</remarks>
public sealed class GreyImage
{
    /// <summary>Pixels of each side that a file may have.</summary>
    public const int MaxSide = 4096;

    /// <summary>Pixels of the whole.</summary>
    public const int MaxPixels = 4 * 1024 * 1024;

    private readonly byte[] _pixels;

    /// <param name="pixels">Row by row from the upper left; 0 black to 255 white.</param>
    internal GreyImage(int width, int height, byte[] pixels)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(pixels.Length, width * height, nameof(pixels));
        (Width, Height, _pixels) = (width, height, pixels);
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>0 black to 255 white.</summary>
    public byte this[int x, int y] => _pixels[y * Width + x];

    /// <summary>The same picture, no wider than this; its proportions stay. What is narrower stays as it is.</summary>
    /// <param name="width">At least 1.</param>
    public GreyImage NotWiderThan(int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        if (Width <= width) return this;
        var height = Math.Max(1, (int)((long)Height * width / Width));
        var pixels = new byte[width * height];
        for (var y = 0; y < height; y++)
        {
            var (top, bottom) = Cover(y, height, Height);
            for (var x = 0; x < width; x++)
            {
                var (left, right) = Cover(x, width, Width);
                pixels[y * width + x] = Average(left, right, top, bottom);
            }
        }
        return new(width, height, pixels);
    }

    /// <exception cref="InvalidDataException">Too large, or nothing at all.</exception>
    internal static void CheckSize(string format, long width, long height)
    {
        if (width is < 1 or > MaxSide || height is < 1 or > MaxSide || width * height > MaxPixels)
            throw new InvalidDataException($"{format}: {width} × {height} pixels; a picture has 1 to {MaxSide} on each side and at most {MaxPixels} in all.");
    }

    private static (int From, int Until) Cover(int at, int of, int source) => ((int)((long)at * source / of), (int)((long)(at + 1) * source / of));

    private byte Average(int left, int right, int top, int bottom)
    {
        long sum = 0;
        for (var y = top; y < bottom; y++)
        {
            for (var x = left; x < right; x++) sum += this[x, y];
        }
        return (byte)(sum / ((right - left) * (bottom - top)));
    }
}
