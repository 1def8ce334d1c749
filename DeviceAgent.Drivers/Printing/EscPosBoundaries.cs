namespace DeviceAgent.Drivers.Printing;

/// <summary>Where one command of a document ends and the next begins: a real-time question may go out there, and nowhere else.</summary>
/// <remarks>
/// Source: Epson ESC/POS reference, the formats of the commands. Pure. Knows what <see cref="EscPosDocument"/> emits;
/// a command that it does not know makes the rest of the document one piece, so that nothing is ever sent into its data.
/// </remarks>
internal static class EscPosBoundaries
{
    /// <summary>Bytes of the command or character at the beginning of <paramref name="document"/>; at least 1, at most its length.</summary>
    public static int Length(ReadOnlySpan<byte> document)
    {
        var length = document[0] switch
        {
            0x1B => Escape(document),
            0x1C => Second(document) is 0x26 or 0x2E ? 2 : int.MaxValue,
            0x1D => Group(document),
            0x0A => 1,
            < 0x20 => int.MaxValue,
            < 0x80 => 1,
            _ => Second(document) is >= 0x30 and <= 0x39 ? 4 : 2,
        };
        return Math.Min(length, document.Length);
    }

    private static int Escape(ReadOnlySpan<byte> command) => Second(command) switch
    {
        0x40 or 0x32 => 2,
        0x20 or 0x21 or 0x2D or 0x33 or 0x45 or 0x47 or 0x4A or 0x4D or 0x52 or 0x61 or 0x64 or 0x74 or 0x7B => 3,
        0x24 or 0x5C => 4,
        _ => int.MaxValue,
    };

    private static int Group(ReadOnlySpan<byte> command) => Second(command) switch
    {
        0x0C => 2,
        0x21 or 0x42 or 0x48 or 0x49 or 0x61 or 0x66 or 0x68 or 0x72 or 0x77 => 3,
        0x4C or 0x50 or 0x57 => 4,
        0x56 => command.Length > 2 && command[2] >= 65 ? 4 : 3,
        0x28 when command.Length > 4 => 5 + (command[3] | command[4] << 8),
        0x6B when command.Length > 3 && command[2] >= 65 => 4 + command[3],
        0x76 when command.Length > 7 => (int)Math.Min(int.MaxValue, 8 + (long)(command[4] | command[5] << 8) * (command[6] | command[7] << 8)),
        _ => int.MaxValue,
    };

    private static int Second(ReadOnlySpan<byte> command) => command.Length > 1 ? command[1] : -1;
}
