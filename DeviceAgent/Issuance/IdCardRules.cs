using System.Runtime.InteropServices;
using System.Security.Cryptography;
using DeviceAgent.Drivers.IdCards;
using DeviceAgent.Orders;

namespace DeviceAgent.Issuance;

/// <summary>What a pick-up needs besides the code.</summary>
internal enum CardDemand
{
    /// <summary>Nothing.</summary>
    None,
    /// <summary>The card of one passenger.</summary>
    Card,
    /// <summary>A card that nobody can have: the order is not given here.</summary>
    Impossible,
}

/// <summary>What the number of a passenger's certificate tells about the card in their pocket.</summary>
internal enum CardHolder
{
    /// <summary>No number, a passport's or another that the reader does not read, or one that no card can carry.</summary>
    None,
    /// <summary>A number that a card carries, of a person who need not have one yet.</summary>
    Child,
    /// <summary>A number that a card carries.</summary>
    Adult,
}

/// <summary>How the wait for a card goes on.</summary>
internal enum CardStep { AskAgain, Refuse, FallBack }

/// <summary>The cards of one pick-up that did not match.</summary>
/// <param name="NoPassengers">Those that were read and are nobody's of the order.</param>
/// <param name="Unreadable">Those that could not be read.</param>
internal readonly record struct CardTally(int NoPassengers, int Unreadable);

/// <summary>Which pick-ups need an ID card, and which card will do. No I/O, no clock: the caller brings the trusted day.</summary>
internal static class IdCardRules
{
    /// <summary>Full years from which on everybody has a card of their own. Law of the People's Republic of China on Resident Identity Cards, article 2.</summary>
    public const int AgeOfCard = 16;

    /// <summary>The longest certificate number that is compared, in characters without spaces and hyphens.</summary>
    public const int MaxNumber = 24;

    /// <param name="today">In the station's time zone.</param>
    public static CardDemand Judge(Order order, IdCardOptions options, DateOnly today)
    {
        if (options.Require == IdCardRequirement.Never) return CardDemand.None;
        var best = order.Passengers.Select(p => HolderOf(p.CertificateNumber, today)).DefaultIfEmpty().Max();
        return (best, options.Require, options.Fallback) switch
        {
            (CardHolder.Adult, _, _) => CardDemand.Card,
            (CardHolder.None, IdCardRequirement.WhenCertificate, _) => CardDemand.None,
            // Children, passports: nobody of the order need have a card.
            (_, _, IdCardFallback.CodeIsEnough) => CardDemand.None,
            // A child may have one.
            (CardHolder.Child, _, _) => CardDemand.Card,
            _ => CardDemand.Impossible,
        };
    }

    public static CardHolder HolderOf(string? certificateNumber, DateOnly today)
    {
        Span<char> number = stackalloc char[MaxNumber];
        number = number[..Normalise(certificateNumber, number)];
        if (IdCardText.IsNumberOf2017(number)) return CardHolder.Adult;
        if (!CitizenNumber.IsRight(number) || CitizenNumber.BirthDate(number) is not { } born) return CardHolder.None;
        return born.AddYears(AgeOfCard) > today ? CardHolder.Child : CardHolder.Adult;
    }

    /// <summary>Whose card it is. Takes the same time whoever it is, and whether it is anybody's.</summary>
    /// <returns>0-based position of the first passenger whose certificate number stands on the card; null: nobody's.</returns>
    public static int? Match(IdCardText card, Order order)
    {
        Span<char> number = stackalloc char[MaxNumber], pass = stackalloc char[MaxNumber], certificate = stackalloc char[MaxNumber];
        var hasNumber = Normalise(card.Number, number) > 0;
        // A resident may have booked with the permit that the card names.
        var hasPass = Normalise(card.PassNumber, pass) > 0;
        int? match = null;
        for (var i = 0; i < order.Passengers.Count; i++)
        {
            Normalise(order.Passengers[i].CertificateNumber, certificate);
            var isOn = (hasNumber & AreEqual(number, certificate)) | (hasPass & AreEqual(pass, certificate));
            if (isOn) match ??= i;
        }
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(number));
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(pass));
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(certificate));
        return match;
    }

    /// <summary>After a card that did not match, or could not be read.</summary>
    public static CardStep After(CardTally tally, IdCardOptions options) =>
        tally.NoPassengers + tally.Unreadable < options.Attempts ? CardStep.AskAgain : AtTheEnd(tally, options);

    /// <summary>Nothing more is waited for.</summary>
    public static CardStep AtTheEnd(CardTally tally, IdCardOptions options) =>
        tally is { NoPassengers: 0, Unreadable: > 0 } && options.Fallback == IdCardFallback.CodeIsEnough ? CardStep.FallBack : CardStep.Refuse;

    /// <summary>Full-width characters as half-width ones, letters as capitals, spaces and hyphens left out. What is left of the room is filled with NUL.</summary>
    /// <returns>How many characters there are; 0 too where they are more than the room.</returns>
    public static int Normalise(ReadOnlySpan<char> raw, Span<char> into)
    {
        into.Clear();
        var count = 0;
        foreach (var given in raw)
        {
            var c = given is >= '\uFF01' and <= '\uFF5E' ? (char)(given - 0xFEE0) : given;
            if (c == '-' || char.IsWhiteSpace(c)) continue;
            if (count == into.Length)
            {
                into.Clear();
                return 0;
            }
            into[count++] = char.IsAsciiLetterLower(c) ? (char)(c - 'a' + 'A') : c;
        }
        return count;
    }

    private static bool AreEqual(ReadOnlySpan<char> a, ReadOnlySpan<char> b) => CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(a), MemoryMarshal.AsBytes(b));
}
