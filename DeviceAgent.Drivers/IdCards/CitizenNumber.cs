using System.Globalization;

namespace DeviceAgent.Drivers.IdCards;

/// <summary>The 18-character number of a citizen, a resident (81, 82, 83) or, since 2023, a foreigner (9): its check character and what it tells.</summary>
/// <remarks>Source: GB 11643-1999; ISO 7064 MOD 11-2. Region, date of birth (yyyyMMdd), three digits, the check character 0-9 or X.</remarks>
public static class CitizenNumber
{
    /// <summary>Characters of a number.</summary>
    public const int Length = 18;

    private static ReadOnlySpan<byte> Weights => [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

    /// <summary>Whether it is 17 digits and the check character that they call for. A small x is none: normalise before.</summary>
    public static bool IsRight(ReadOnlySpan<char> number)
    {
        if (number.Length != Length) return false;
        var sum = 0;
        for (var i = 0; i < Weights.Length; i++)
        {
            if (!char.IsAsciiDigit(number[i])) return false;
            sum += (number[i] - '0') * Weights[i];
        }
        return number[^1] == "10X98765432"[sum % 11];
    }

    /// <summary>The date of birth that stands in it; null where none does (a foreigner's number has it, too).</summary>
    public static DateOnly? BirthDate(ReadOnlySpan<char> number) => number.Length == Length ? Date(number[6..14]) : null;

    /// <summary>yyyyMMdd, or null.</summary>
    internal static DateOnly? Date(ReadOnlySpan<char> text) =>
        DateOnly.TryParseExact(text, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : null;
}
