using System.Runtime.InteropServices;

namespace DeviceAgent.Drivers.IdCards;

/// <summary>Which document a card is, by the character at byte 248 of its text.</summary>
public enum IdCardKind
{
    /// <summary>A kind that this release does not know; none of its fields is told.</summary>
    Unknown,
    /// <summary>Citizen's card (a space).</summary>
    Citizen,
    /// <summary>Residence permit of Hong Kong, Macau and Taiwan residents (J).</summary>
    ResidencePermit,
    /// <summary>Foreigner's permanent residence card of 2017 (I); its number has 15 characters.</summary>
    Foreigner2017,
    /// <summary>Foreigner's permanent residence card of 2023 (Y); its number is as a citizen's and begins with 9.</summary>
    Foreigner2023,
}

/// <summary>Sex as GB/T 2261.1 numbers it.</summary>
public enum CardSex
{
    /// <summary>0: not known, or what the card holds is no such number.</summary>
    Unknown,
    /// <summary>1.</summary>
    Male,
    /// <summary>2.</summary>
    Female,
    /// <summary>9.</summary>
    NotStated,
}

/// <summary>The fields of a card's text. Nothing is copied: they stand as long as the text does. Padding is taken off; a field that the document has not is empty.</summary>
/// <remarks>
/// Source: GA 450 with its supplements for residence permits and foreigners' cards: 256 bytes, UTF-16 low byte first, padded with spaces.
/// Personal data: nothing here tells it by itself, and it is not to be logged.
/// </remarks>
public readonly ref struct IdCardText
{
    /// <summary>Bytes of the text.</summary>
    public const int Bytes = 256;

    private const string ForLife = "长期";

    private readonly ReadOnlySpan<char> _text;

    /// <param name="text">256 bytes, at an even address or on a processor that does not mind (x64, arm64).</param>
    /// <exception cref="ArgumentException">It is not 256 bytes.</exception>
    public IdCardText(ReadOnlySpan<byte> text)
    {
        if (text.Length != Bytes) throw new ArgumentException($"must be {Bytes} bytes", nameof(text));
        _text = MemoryMarshal.Cast<byte, char>(text);
        Kind = _text[248 / 2] switch
        {
            ' ' => IdCardKind.Citizen,
            'J' => IdCardKind.ResidencePermit,
            'I' => IdCardKind.Foreigner2017,
            'Y' => IdCardKind.Foreigner2023,
            _ => IdCardKind.Unknown,
        };
    }

    /// <summary>Which document it is.</summary>
    public IdCardKind Kind { get; }

    /// <summary>The name in Chinese characters.</summary>
    public ReadOnlySpan<char> Name => Kind switch
    {
        IdCardKind.Unknown => default,
        IdCardKind.Foreigner2017 => Field(158, 30),
        _ => Field(0, 30),
    };

    /// <summary>A foreigner's name in Latin letters.</summary>
    public ReadOnlySpan<char> LatinName => Kind switch
    {
        IdCardKind.Foreigner2017 => Field(0, 120),
        IdCardKind.Foreigner2023 => Field(52, 70),
        _ => default,
    };

    /// <summary>The number of the document: what an order's certificate number is compared with.</summary>
    public ReadOnlySpan<char> Number => Kind switch
    {
        IdCardKind.Unknown => default,
        IdCardKind.Foreigner2017 => Field(122, 30),
        _ => Field(122, 36),
    };

    /// <summary>A resident's other document: the number of the permit to enter the mainland.</summary>
    public ReadOnlySpan<char> PassNumber => Kind == IdCardKind.ResidencePermit ? Field(220, 18) : default;

    /// <summary>Sex.</summary>
    public CardSex Sex => (Kind == IdCardKind.Foreigner2017 ? Field(120, 2) : Kind == IdCardKind.Unknown ? default : Field(30, 2)) switch
    {
        "1" => CardSex.Male,
        "2" => CardSex.Female,
        "9" => CardSex.NotStated,
        _ => CardSex.Unknown,
    };

    /// <summary>A citizen's people, two digits; <see cref="Nations.Name"/> names it.</summary>
    public ReadOnlySpan<char> Nation => Kind == IdCardKind.Citizen ? Field(32, 4) : default;

    /// <summary>A foreigner's country, three letters of ISO 3166.</summary>
    public ReadOnlySpan<char> Country => Kind switch
    {
        IdCardKind.Foreigner2017 => Field(152, 6),
        IdCardKind.Foreigner2023 => Field(242, 6),
        _ => default,
    };

    /// <summary>Null where the text holds no date.</summary>
    public DateOnly? BirthDate => Kind switch
    {
        IdCardKind.Unknown => null,
        IdCardKind.Foreigner2017 => CitizenNumber.Date(Field(220, 16)),
        _ => CitizenNumber.Date(Field(36, 16)),
    };

    /// <summary>Address of a citizen or resident, as it was when the card was made.</summary>
    public ReadOnlySpan<char> Address => Kind is IdCardKind.Citizen or IdCardKind.ResidencePermit ? Field(52, 70) : default;

    /// <summary>Who issued it; a code of four characters on a foreigner's card of 2017.</summary>
    public ReadOnlySpan<char> Issuer => Kind switch
    {
        IdCardKind.Citizen or IdCardKind.ResidencePermit => Field(158, 30),
        IdCardKind.Foreigner2017 => Field(240, 8),
        _ => default,
    };

    /// <summary>How often a residence permit was issued, or a foreigner's card of 2023 renewed: two characters.</summary>
    public ReadOnlySpan<char> IssueCount => Kind switch
    {
        IdCardKind.ResidencePermit => Field(238, 4),
        IdCardKind.Foreigner2023 => Field(32, 4),
        _ => default,
    };

    /// <summary>Version of a foreigner's card of 2017: two characters.</summary>
    public ReadOnlySpan<char> Version => Kind == IdCardKind.Foreigner2017 ? Field(236, 4) : default;

    /// <summary>What ties a foreigner's card of 2023 to the number on the one before: three characters.</summary>
    public ReadOnlySpan<char> OldNumberLink => Kind == IdCardKind.Foreigner2023 ? Field(250, 6) : default;

    /// <summary>First day on which it is valid; null where the text holds no date.</summary>
    public DateOnly? ValidFrom => Kind == IdCardKind.Unknown ? null : CitizenNumber.Date(Field(188, 16));

    /// <summary>Last day on which it is valid; null where it is valid for life or the text holds no date.</summary>
    public DateOnly? ValidUntil => Kind == IdCardKind.Unknown ? null : CitizenNumber.Date(Field(204, 16));

    /// <summary>长期: it never ends.</summary>
    public bool IsValidForLife => Kind != IdCardKind.Unknown && Field(204, 16).SequenceEqual(ForLife);

    /// <summary>Whether it is valid on that day; false where its dates cannot be read.</summary>
    public bool IsValidOn(DateOnly day) => ValidFrom is { } from && from <= day && (IsValidForLife || ValidUntil >= day);

    /// <summary>
    /// Whether the number is one that this kind of document can carry: MOD 11-2, a resident's beginning with 810000, 820000 or 830000, a foreigner's of
    /// 2023 with 9; on a foreigner's card of 2017 three letters and twelve digits.
    /// </summary>
    public bool HasRightNumber => Kind switch
    {
        IdCardKind.Citizen => CitizenNumber.IsRight(Number),
        IdCardKind.ResidencePermit => CitizenNumber.IsRight(Number) && Number is ['8', >= '1' and <= '3', '0', '0', '0', '0', ..],
        IdCardKind.Foreigner2017 => IsNumberOf2017(Number),
        IdCardKind.Foreigner2023 => CitizenNumber.IsRight(Number) && Number[0] == '9',
        _ => false,
    };

    /// <summary>Three capital letters and twelve digits.</summary>
    public static bool IsNumberOf2017(ReadOnlySpan<char> number) =>
        number.Length == 15 && !number[..3].ContainsAnyExceptInRange('A', 'Z') && !number[3..].ContainsAnyExceptInRange('0', '9');

    /// <summary>The kind of document, nothing else.</summary>
    public override string ToString() => $"ID card ({Kind})";

    private ReadOnlySpan<char> Field(int offset, int bytes) => _text.Slice(offset / 2, bytes / 2).Trim(" \0");
}
