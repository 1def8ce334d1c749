namespace DeviceAgent.Drivers.Contactless;

/// <summary>A card of type A that the chip has found and activated. Pure.</summary>
/// <remarks>Source: UM0701-02, 7.3.5 (InListPassiveTarget, 106 kbit/s type A); ISO/IEC 14443-3, 6.5.3 and NXP AN10833 (SEL_RES).</remarks>
/// <param name="Number">Tg: 1 or 2.</param>
/// <param name="SelectAnswer">SEL_RES, also called SAK.</param>
/// <param name="Uid">4, 7 or 10 bytes.</param>
internal readonly record struct Pn532Target(byte Number, byte SelectAnswer, ReadOnlyMemory<byte> Uid)
{
    private const int HeaderBytes = 6;

    /// <summary>Bit 6 of SEL_RES: ISO/IEC 14443-4. All bits zero: memory in pages.</summary>
    public CardTechnology Technology => (SelectAnswer & 0x20) != 0 ? CardTechnology.Apdu : SelectAnswer == 0 ? CardTechnology.Pages : CardTechnology.Other;

    public bool IsSameCard(Pn532Target other) => SelectAnswer == other.SelectAnswer && Uid.Span.SequenceEqual(other.Uid.Span);

    /// <param name="data">What follows the answer's code: the number of targets and the first one.</param>
    /// <param name="target">The first one; copied, so it may be kept.</param>
    /// <returns>False: no target, or lengths that do not fit.</returns>
    public static bool TryParse(ReadOnlySpan<byte> data, out Pn532Target target)
    {
        target = default;
        if (data.Length < HeaderBytes || data[0] is 0 or > 2 || data[1] is 0 or > 2) return false;
        int uidLength = data[5];
        if (uidLength is not (4 or 7 or 10) || data.Length < HeaderBytes + uidLength) return false;
        var ats = data[(HeaderBytes + uidLength)..];
        // A card with an ATS tells its length, its own byte included.
        if ((data[4] & 0x20) != 0 && (ats.IsEmpty || ats[0] == 0 || ats[0] > ats.Length)) return false;
        target = new(data[1], data[4], data.Slice(HeaderBytes, uidLength).ToArray());
        return true;
    }
}
