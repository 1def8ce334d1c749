namespace DeviceAgent.Drivers.Printing;

/// <summary>How large a QR code comes out. Source: ISO/IEC 18004, tables 1 and 7.</summary>
public static class QrSize
{
    /// <summary>Light modules that a reader needs on each side. ISO/IEC 18004, 6.3.8.</summary>
    public const int QuietModules = 4;

    private const int FunctionModules = 17, ModulesPerVersion = 4;

    /// <summary>Bytes that version 1, 2, … holds at level M.</summary>
    private static ReadOnlySpan<short> Capacity => [14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 504, 560, 624];

    /// <summary>Modules of one side at level M, without the quiet zone; the size of the largest version that this knows for more bytes than it holds.</summary>
    public static int Modules(int bytes)
    {
        var version = 1;
        while (version < Capacity.Length && Capacity[version - 1] < bytes) version++;
        return FunctionModules + ModulesPerVersion * version;
    }

    /// <summary>The widest module, 1 to <paramref name="most"/> dots, with which a code of level M and its quiet zone fit across the paper.</summary>
    /// <param name="bytes">What the code holds.</param>
    /// <param name="widthDots">Dots across the paper.</param>
    /// <param name="most">1 to 16; 6 dots are 0.75 mm.</param>
    public static int FittingModuleDots(int bytes, int widthDots, int most = 6) => Math.Clamp(widthDots / (Modules(bytes) + 2 * QuietModules), 1, most);
}
