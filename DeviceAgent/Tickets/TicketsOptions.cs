using DeviceAgent.Drivers.Printing;

namespace DeviceAgent.Tickets;

/// <summary>How tickets look ("Tickets" in agent.json).</summary>
public sealed record TicketsOptions
{
    /// <summary>Characters of a path.</summary>
    private const int MaxPath = 1024;

    /// <summary>Absolute path of a picture for the head of tickets: PNG or PBM, at most 1 MiB, narrowed to the paper and then at most 400 dots (50 mm) high. Empty, the default: none.</summary>
    public string Logo { get; init; } = "";

    /// <summary>Threshold, the default, for drawings and letters; Diffused for photographs.</summary>
    public Shading LogoShading { get; init; }

    /// <summary>Dots that the logo may be wide, 8 to 1,152; 0, the default: as wide as the paper. 8 dots are a millimetre.</summary>
    public int LogoWidthDots { get; init; }

    /// <returns>Every mistake: "section:Key must be …", with what is allowed; none when all is well.</returns>
    public IEnumerable<string> Validate(string section)
    {
        if (Logo.Length > 0 && (Logo[0] != '/' || Logo.Length > MaxPath || Logo.Any(char.IsControl))) yield return $"{section}:{nameof(Logo)} must be an absolute path of at most {MaxPath} characters, or left out";
        if (!Enum.IsDefined(LogoShading)) yield return $"{section}:{nameof(LogoShading)} must be one of {string.Join(", ", Enum.GetNames<Shading>())}";
        if (LogoWidthDots is not 0 and (< 8 or > 1152)) yield return $"{section}:{nameof(LogoWidthDots)} must be 0 or a whole number from 8 to 1152";
    }
}

/// <summary>The picture at the head of tickets.</summary>
public static class TicketLogo
{
    /// <summary>Reads it once; tickets are then made without the file.</summary>
    /// <returns>Null when none is configured.</returns>
    /// <exception cref="InvalidDataException">It cannot be read, or not be printed; the text names the file and what is wrong.</exception>
    public static DotImage? Read(TicketsOptions options, PaperFormat paper)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(paper);
        if (options.Logo.Length == 0) return null;
        try
        {
            var width = options.LogoWidthDots == 0 ? paper.WidthDots : Math.Min(options.LogoWidthDots, paper.WidthDots);
            return DotImage.For(ImageFile.Read(Bytes(options.Logo)), width, options.LogoShading);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"{options.Logo}: {e.Message}", e);
        }
    }

    // A file that grows while it is read, or has no length, ends at the limit too.
    private static byte[] Bytes(string path)
    {
        using var file = File.OpenRead(path);
        var bytes = new byte[ImageFile.MaxBytes + 1];
        return bytes[..file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
    }
}
