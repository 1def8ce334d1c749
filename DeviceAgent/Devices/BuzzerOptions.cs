using System.Globalization;
using DeviceAgent.Drivers.Gpio;
using DeviceAgent.Issuance;

namespace DeviceAgent.Devices;

/// <summary>The buzzer ("Buzzer" in agent.json). Off by default.</summary>
public sealed record BuzzerOptions
{
    /// <summary>The label of its chip, 1-31 bytes; null (the default): the kiosk has no buzzer.</summary>
    public string? Chip { get; init; }

    /// <summary>Number or name of its line on that chip. A buzzer that beeps by itself while it has voltage; a piezo disc needs a circuit.</summary>
    public string? Line { get; init; }

    /// <summary>A low level makes it beep.</summary>
    public bool ActiveLow { get; init; }

    /// <summary>A code was taken. Milliseconds on, off, on, …; see <see cref="BuzzerSounds.TryParse"/>. Empty: silent.</summary>
    public string Accepted { get; init; } = "60";

    /// <summary>It was not understood, is refused, or cannot be looked up now.</summary>
    public string Refused { get; init; } = "400";

    /// <summary>The tickets are out.</summary>
    public string TakeTicket { get; init; } = "120 120 120 120 120";

    /// <summary>A person must come: see staff.</summary>
    public string Alarm { get; init; } = "500 300 500 300 500";

    /// <summary>Local time of day, "hh:mm:ss", from which it stays silent; null (the default): never. May lie after <see cref="QuietUntil"/>: over midnight.</summary>
    public TimeSpan? QuietFrom { get; init; }

    /// <summary>Local time of day at which it beeps again. Given with <see cref="QuietFrom"/>, and not equal to it.</summary>
    public TimeSpan? QuietUntil { get; init; }

    /// <returns>Every mistake: "section:Key must be …", with what is allowed; none when all is well.</returns>
    public IEnumerable<string> Validate(string section)
    {
        if (Chip is not null && !InputsOptions.IsLabel(Chip)) yield return $"{section}:{nameof(Chip)} must be the label of a GPIO chip, 1 to {GpioLine.MaxNameBytes} bytes";
        if ((Chip is not null || Line is not null) && !GpioLine.TryParse(Line, out _))
            yield return $"{section}:{nameof(Line)} must be a line number from 0 to {GpioLine.MaxNumber} or a line name of 1 to {GpioLine.MaxNameBytes} bytes";
        if (Line is not null && Chip is null) yield return $"{section}:{nameof(Chip)} must be the label of the chip that {section}:{nameof(Line)} is on";
        foreach (var (key, text) in new[] { (nameof(Accepted), Accepted), (nameof(Refused), Refused), (nameof(TakeTicket), TakeTicket), (nameof(Alarm), Alarm) })
        {
            if (BuzzerSounds.TryParse(text) is null) yield return $"{section}:{key} must be {BuzzerSounds.Expected}";
        }
        var isDayTime = (TimeSpan? t) => t is null || (t >= TimeSpan.Zero && t < TimeSpan.FromDays(1));
        if (!isDayTime(QuietFrom)) yield return $"{section}:{nameof(QuietFrom)} must be a time of day from 00:00:00 to 23:59:59";
        if (!isDayTime(QuietUntil)) yield return $"{section}:{nameof(QuietUntil)} must be a time of day from 00:00:00 to 23:59:59";
        if (QuietFrom is null != QuietUntil is null || (QuietFrom is not null && QuietFrom == QuietUntil))
            yield return $"{section}:{nameof(QuietUntil)} must be given together with {section}:{nameof(QuietFrom)}, and differ from it";
    }
}

/// <summary>What the buzzer plays for what. No I/O, no clock.</summary>
public static class BuzzerSounds
{
    internal const int MaxParts = 16;
    internal const int MinMilliseconds = 20;
    internal const int MaxMilliseconds = 2_000;

    internal static string Expected { get; } =
        string.Create(CultureInfo.InvariantCulture, $"up to {MaxParts} numbers from {MinMilliseconds} to {MaxMilliseconds}, separated by spaces: milliseconds on, off, on and so on");

    /// <summary>"120 80 120": on, off, on.</summary>
    /// <returns>Null when it is none: 0 to 16 numbers from 20 to 2,000.</returns>
    public static IReadOnlyList<TimeSpan>? TryParse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = new List<TimeSpan>();
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (parts.Count == MaxParts || !int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var ms) || ms is < MinMilliseconds or > MaxMilliseconds) return null;
            parts.Add(TimeSpan.FromMilliseconds(ms));
        }
        return parts;
    }

    /// <summary>The sound that begins with this guidance; null: none, and what is being played is cut short.</summary>
    public static string? For(Guidance guidance, BuzzerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return guidance switch
        {
            Guidance.Checking or Guidance.ConfirmReturn => options.Accepted,
            Guidance.Refused or Guidance.NotUnderstood or Guidance.AlreadyCollected or Guidance.Offline => options.Refused,
            Guidance.TakeTicket => options.TakeTicket,
            Guidance.SeeStaff => options.Alarm,
            _ => null,
        };
    }

    /// <summary>Whether it is quiet at this time of day; a span may go over midnight.</summary>
    public static bool IsQuiet(TimeSpan timeOfDay, TimeSpan? from, TimeSpan? until) => (from, until) switch
    {
        ({ } f, { } u) when f < u => timeOfDay >= f && timeOfDay < u,
        ({ } f, { } u) => timeOfDay >= f || timeOfDay < u,
        _ => false,
    };
}
