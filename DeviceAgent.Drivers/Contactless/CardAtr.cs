namespace DeviceAgent.Drivers.Contactless;

/// <summary>What an ATR tells about a card. Pure.</summary>
/// <remarks>Source: PC/SC part 3, 3.1.3.2.3 (ATR that a reader makes up for a contactless memory card: RID A0 00 00 03 06, standard, card name).</remarks>
internal static class CardAtr
{
    // Card names of PC/SC part 3, supplemental document: MIFARE Ultralight, Ultralight C, Ultralight EV1; NTAGs call themselves by the first.
    private const ushort Ultralight = 0x0003, UltralightC = 0x003A, UltralightEv1 = 0x003D;

    private static ReadOnlySpan<byte> MemoryCard => [0x80, 0x4F, 0x0C, 0xA0, 0x00, 0x00, 0x03, 0x06];

    public static CardTechnology TechnologyOf(ReadOnlySpan<byte> atr)
    {
        // No ATR: the card does not respond, or lies the wrong way round.
        if (atr.Length < 2) return CardTechnology.Other;
        var at = atr.IndexOf(MemoryCard);
        if (at < 0) return CardTechnology.Apdu;
        var name = atr[(at + MemoryCard.Length)..];
        if (name.Length < 3) return CardTechnology.Other;
        return (ushort)(name[1] << 8 | name[2]) is Ultralight or UltralightC or UltralightEv1 ? CardTechnology.Pages : CardTechnology.Other;
    }
}
