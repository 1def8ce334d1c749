namespace DeviceAgent.Drivers.Printing;

/// <summary>How shades of grey become dots.</summary>
public enum Shading
{
    /// <summary>Dark is black, light is white: for drawings and letters.</summary>
    Threshold,
    /// <summary>Floyd-Steinberg error diffusion: for photographs and gradients.</summary>
    Diffused,
}

/// <summary>A picture as a print head sees it: one bit for each dot, rows of whole bytes, the leftmost dot highest, 1 is black.</summary>
/// <remarks>Source for the diffusion: R. W. Floyd, L. Steinberg, "An adaptive algorithm for spatial grey scale", 1976.</remarks>
public sealed class DotImage
{
    /// <summary>Height of a picture, dots: 50 mm of paper on each ticket.</summary>
    public const int MaxHeightDots = 400;

    /// <summary>Darker than this is black.</summary>
    private const int Middle = 128;

    private readonly byte[] _rows;

    private DotImage(int width, int height)
    {
        (WidthDots, HeightDots, RowBytes) = (width, height, (width + 7) / 8);
        _rows = new byte[RowBytes * height];
    }

    public int WidthDots { get; }

    public int HeightDots { get; }

    public int RowBytes { get; }

    /// <summary>Rows one after the other, from the top.</summary>
    public ReadOnlySpan<byte> Rows => _rows;

    public bool IsBlack(int x, int y) => (_rows[y * RowBytes + x / 8] & 0x80 >> x % 8) != 0;

    /// <summary>Makes a picture ready for paper of so many dots: narrowed where it is wider, never widened.</summary>
    /// <param name="widthDots">8 to 1,152.</param>
    /// <exception cref="InvalidDataException">Higher than <see cref="MaxHeightDots"/> at that width.</exception>
    public static DotImage For(GreyImage picture, int widthDots, Shading shading)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentOutOfRangeException.ThrowIfLessThan(widthDots, 8);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(widthDots, 1152);
        var fitting = picture.NotWiderThan(widthDots);
        if (fitting.Height > MaxHeightDots)
            throw new InvalidDataException($"The picture is {fitting.Height} dots high on paper of {widthDots}; at most {MaxHeightDots} are printed.");
        var dots = new DotImage(fitting.Width, fitting.Height);
        if (shading == Shading.Diffused) dots.Diffuse(fitting);
        else dots.Divide(fitting);
        return dots;
    }

    private void Divide(GreyImage picture)
    {
        for (var y = 0; y < HeightDots; y++)
        {
            for (var x = 0; x < WidthDots; x++)
                if (picture[x, y] < Middle) Blacken(x, y);
        }
    }

    private void Diffuse(GreyImage picture)
    {
        // Errors in sixteenths, with a place on either side: what runs over the edge is dropped.
        var (here, below) = (new int[WidthDots + 2], new int[WidthDots + 2]);
        for (var y = 0; y < HeightDots; y++)
        {
            for (var x = 0; x < WidthDots; x++)
            {
                var wanted = picture[x, y] + here[x + 1] / 16;
                var black = wanted < Middle;
                if (black) Blacken(x, y);
                var error = wanted - (black ? 0 : 255);
                here[x + 2] += error * 7;
                below[x] += error * 3;
                below[x + 1] += error * 5;
                below[x + 2] += error;
            }
            (here, below) = (below, here);
            Array.Clear(below);
        }
    }

    private void Blacken(int x, int y) => _rows[y * RowBytes + x / 8] |= (byte)(0x80 >> x % 8);
}
