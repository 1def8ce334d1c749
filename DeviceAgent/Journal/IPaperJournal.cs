using System.Globalization;

namespace DeviceAgent.Journal;

/// <summary>What the journal keeps about paper and printers besides the tickets themselves; see <see cref="IIssuanceJournal"/> for its manners.</summary>
public interface IPaperJournal
{
    /// <summary>What each printer has done for this journal, those of the past too. No attempt is written for it: it is summed up when asked.</summary>
    IReadOnlyList<PrinterUse> PrinterUses();

    /// <summary>Where the pre-numbered paper stands; null until a person has told its first number.</summary>
    StockPosition? Stock { get; }

    /// <summary>A person, or the agent for what is no attempt, says which number is the next.</summary>
    /// <param name="next">1 to <see cref="StockPosition.MaxLength"/> printable ASCII characters.</param>
    void SetStock(string next, string by, string reason, DateTimeOffset at);

    /// <summary>
    /// A paper change begins: its test strip is an attempt of no order, durable before the first byte. While it is open the change is not done.
    /// One at a time.
    /// </summary>
    /// <param name="attempt">Of kind <see cref="AttemptKind.TestStrip"/>; its stock number, where it has one, is where the numbers go on from.</param>
    /// <param name="by">Who, as the kernel or the kiosk names it.</param>
    AttemptRecord StartTestStrip(NewAttempt attempt, string by, DateTimeOffset at);

    /// <summary>The test strip of a paper change that is not done; null when there is none.</summary>
    AttemptRecord? OpenTestStrip { get; }

    /// <summary>The strip came out: the paper is changed. The end of the old roll is forgotten with it, in one transaction.</summary>
    void EndPaperChange(long strip, AttemptEnd end, string unit, DateTimeOffset at);
}

/// <summary>What one printer did.</summary>
/// <param name="Unit">Serial number, or the path where none is told.</param>
/// <param name="Since">When its first attempt was begun that is counted.</param>
/// <param name="Tickets">Presented.</param>
/// <param name="Millimetres">Paper of all attempts of which a byte was sent.</param>
/// <param name="Cuts">By an exact counter where both readings are there, else one for each attempt that was presented.</param>
/// <param name="Faults">Attempts of which a byte was sent and that are not known to have been presented.</param>
public sealed record PrinterUse(string Unit, DateTimeOffset Since, long Tickets, long Millimetres, long Cuts, long Faults)
{
    /// <summary>What the same printer did later, added.</summary>
    public PrinterUse Plus(PrinterUse more)
    {
        ArgumentNullException.ThrowIfNull(more);
        return this with { Tickets = Tickets + more.Tickets, Millimetres = Millimetres + more.Millimetres, Cuts = Cuts + more.Cuts, Faults = Faults + more.Faults };
    }
}

/// <param name="Number">As it is printed on the form.</param>
/// <param name="IsTaken">The form is out, or may be: the next one is another. False: it is still in the printer.</param>
public sealed record StockPosition(string Number, bool IsTaken)
{
    /// <summary>Characters of a number.</summary>
    public const int MaxLength = 24;
}

/// <summary>What a person told of the form in the printer, as the journal keeps it: from which attempt on, and its number.</summary>
internal readonly record struct StockMark(long After, string Number)
{
    /// <exception cref="FormatException">Not what <see cref="ToString"/> gives.</exception>
    public static StockMark Parse(string text)
    {
        var at = text.IndexOf(':', StringComparison.Ordinal);
        return new(long.Parse(text.AsSpan(0, Math.Max(0, at)), NumberStyles.None, CultureInfo.InvariantCulture), text[(at + 1)..]);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{After}:{Number}");
}
