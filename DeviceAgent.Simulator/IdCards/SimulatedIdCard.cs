using System.Text;

namespace DeviceAgent.Simulator.IdCards;

/// <summary>A second-generation ID card of an invented person: what a reader gives of it.</summary>
/// <remarks>
/// Source: GA 450 and its supplements, the 256 bytes of text (UTF-16, low byte first, padded with spaces; the document's type is the character at byte 248).
/// Text that does not fit its field is a mistake of the caller.
/// </remarks>
public sealed class SimulatedIdCard
{
    private const int TextBytes = 256, PhotoBytes = 1024, FingerprintBytes = 1024, AddressBytes = 70, TypeAt = 248;
    private readonly byte[] _text = new byte[TextBytes];

    private SimulatedIdCard(char type)
    {
        for (var at = 0; at < TextBytes; at += 2) _text[at] = (byte)' ';
        Put(TypeAt, 2, type.ToString());
    }

    /// <summary>The text that the chip holds.</summary>
    public ReadOnlySpan<byte> Text => _text;

    /// <summary>An address that was written later; null where there is none.</summary>
    public string? NewestAddress { get; init; }

    /// <summary>Whether fingerprints were taken for it.</summary>
    public bool HasFingerprint { get; init; } = true;

    /// <summary>Citizen's card. Dates are yyyyMMdd; <paramref name="until"/> may be 长期.</summary>
    public static SimulatedIdCard Citizen(string name, char sex, string nation, string birth, string address, string number, string issuer, string from, string until, string? newestAddress = null)
    {
        var card = new SimulatedIdCard(' ') { NewestAddress = newestAddress };
        card.PutCommon(name, sex, birth, address, number, issuer, from, until);
        card.Put(32, 4, nation);
        return card;
    }

    /// <summary>Residence permit for people of Hong Kong, Macau and Taiwan (type J).</summary>
    public static SimulatedIdCard ResidencePermit(string name, char sex, string birth, string address, string number, string issuer, string from, string until, string passNumber, string issueCount)
    {
        var card = new SimulatedIdCard('J');
        card.PutCommon(name, sex, birth, address, number, issuer, from, until);
        card.Put(220, 18, passNumber);
        card.Put(238, 4, issueCount);
        return card;
    }

    /// <summary>Foreigner's permanent residence card of 2017 (type I).</summary>
    public static SimulatedIdCard Foreigner2017(string englishName, char sex, string number, string country, string chineseName, string from, string until, string birth, string version, string authority)
    {
        var card = new SimulatedIdCard('I');
        card.Put(0, 120, englishName);
        card.Put(120, 2, sex.ToString());
        card.Put(122, 30, number);
        card.Put(152, 6, country);
        card.Put(158, 30, chineseName);
        card.Put(188, 16, from);
        card.Put(204, 16, until);
        card.Put(220, 16, birth);
        card.Put(236, 4, version);
        card.Put(240, 8, authority);
        return card;
    }

    /// <summary>Foreigner's permanent residence card of 2023 (type Y).</summary>
    public static SimulatedIdCard Foreigner2023(string chineseName, char sex, string renewals, string birth, string englishName, string number, string from, string until, string country, string oldNumber)
    {
        var card = new SimulatedIdCard('Y');
        card.Put(0, 30, chineseName);
        card.Put(30, 2, sex.ToString());
        card.Put(32, 4, renewals);
        card.Put(36, 16, birth);
        card.Put(52, 70, englishName);
        card.Put(122, 36, number);
        card.Put(188, 16, from);
        card.Put(204, 16, until);
        card.Put(242, 6, country);
        card.Put(250, 6, oldNumber);
        return card;
    }

    /// <summary>A citizen of whom only the number matters.</summary>
    public static SimulatedIdCard WithNumber(string number, bool hasFingerprint = true)
    {
        ArgumentNullException.ThrowIfNull(number);
        var birth = number.Length >= 14 ? number[6..14] : "19700101";
        var card = new SimulatedIdCard(' ') { HasFingerprint = hasFingerprint };
        card.PutCommon("测试人", '2', birth, "浙江省杭州市西湖区测试路1号", number, "杭州市公安局", "20200101", "20400101");
        card.Put(32, 4, "01");
        return card;
    }

    /// <summary>The same card with one field overwritten: a chip that was written wrongly.</summary>
    public SimulatedIdCard WithField(int offset, int bytes, string text)
    {
        var card = new SimulatedIdCard(' ') { NewestAddress = NewestAddress, HasFingerprint = HasFingerprint };
        _text.CopyTo(card._text, 0);
        card.Put(offset, bytes, text);
        return card;
    }

    /// <summary>Lengths of text and picture, high byte first, then both.</summary>
    internal byte[] BaseAnswer() => [TextBytes >> 8, TextBytes & 0xFF, PhotoBytes >> 8, PhotoBytes & 0xFF, .. _text, .. Picture(PhotoBytes, 3)];

    /// <summary>As <see cref="BaseAnswer"/>, with the fingerprints behind.</summary>
    internal byte[] BaseAndFingerprintAnswer()
    {
        var prints = HasFingerprint ? Picture(FingerprintBytes, 5) : [];
        return [TextBytes >> 8, TextBytes & 0xFF, PhotoBytes >> 8, PhotoBytes & 0xFF, (byte)(prints.Length >> 8), (byte)prints.Length, .. _text, .. Picture(PhotoBytes, 3), .. prints];
    }

    /// <summary>Null where no address was written later.</summary>
    internal byte[]? NewestAddressAnswer()
    {
        if (NewestAddress is null) return null;
        var bytes = Encoding.Unicode.GetBytes(NewestAddress.PadRight(AddressBytes / 2));
        return bytes.Length == AddressBytes ? bytes : throw new InvalidOperationException("An address takes 35 characters.");
    }

    private void PutCommon(string name, char sex, string birth, string address, string number, string issuer, string from, string until)
    {
        Put(0, 30, name);
        Put(30, 2, sex.ToString());
        Put(36, 16, birth);
        Put(52, 70, address);
        Put(122, 36, number);
        Put(158, 30, issuer);
        Put(188, 16, from);
        Put(204, 16, until);
    }

    private void Put(int offset, int bytes, string text)
    {
        if (text.Length * 2 > bytes) throw new ArgumentException($"{text.Length} characters do not fit the {bytes / 2} at byte {offset}.", nameof(text));
        Encoding.Unicode.GetBytes(text.PadRight(bytes / 2)).CopyTo(_text, offset);
    }

    // Bytes that look like anything, the mark of a frame among them: a picture may hold it.
    private static byte[] Picture(int length, int step)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++) bytes[i] = (byte)(i * step ^ i >> 3);
        new byte[] { 0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x00, 0x08, 0x00, 0x00, 0x9F }.CopyTo(bytes, length / 2);
        return bytes;
    }
}
