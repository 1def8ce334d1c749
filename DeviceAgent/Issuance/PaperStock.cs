using DeviceAgent.Drivers;
using DeviceAgent.Journal;

namespace DeviceAgent.Issuance;

/// <summary>How many tickets the rest of the roll is long enough for, once the printer's near-end sensor has told where it begins.</summary>
/// <remarks>
/// The sensor trips at a known length of paper ("Printer:NearEndMillimetres"); from there the lengths of the documents are subtracted that
/// the journal has begun to print. A new roll is a printer that tells Full again. Where the length is not configured, nobody can tell.
/// </remarks>
internal sealed class PaperStock(IIssuanceJournal journal, IPrinterStation printer, IssuanceOptions options, TimeProvider time)
{
    /// <summary>Before the first ticket of this run was measured: the built-in bus ticket with all its lines.</summary>
    internal const int TypicalTicketMillimetres = 130;

    private int _longest = TypicalTicketMillimetres;
    private PrinterRecord? _unit;
    private (long Since, long Until, long Millimetres) _used;

    /// <summary>Null while the roll is not near its end, or nobody can tell.</summary>
    public int? TicketsLeft
    {
        get
        {
            if (options.NearEndMillimetres == 0 || printer.Status.Paper != PaperSupply.Low || _unit?.LowSinceAttempt is not { } since || _unit.Unit != printer.Unit) return null;
            return PaperRules.TicketsLeft(options.NearEndMillimetres, UsedSince(since), _longest);
        }
    }

    public bool IsEnoughFor(int tickets) => TicketsLeft is not { } left || left >= tickets;

    /// <summary>A ticket of this length was begun.</summary>
    public void Measured(int millimetres) => _longest = Math.Max(_longest, millimetres);

    /// <summary>Keeps where the end of the roll began. One durable write when it begins, one when the roll is new.</summary>
    /// <param name="known">What the journal knows of the attached printer.</param>
    public void Observe(PrinterRecord? known)
    {
        if (known?.Unit != _unit?.Unit) _unit = known;
        if (_unit is null || _unit.Unit != printer.Unit || options.NearEndMillimetres == 0) return;
        long? since = printer.Status.Paper switch
        {
            PaperSupply.Low => _unit.LowSinceAttempt ?? journal.LastAttempt,
            PaperSupply.Full => null,
            _ => _unit.LowSinceAttempt,
        };
        if (since == _unit.LowSinceAttempt) return;
        // What else is known of the printer may have been learned since: only this much of it changes.
        var changed = (journal.FindPrinter(_unit.Unit) ?? _unit) with { LowSinceAttempt = since, SeenAt = time.GetUtcNow() };
        journal.SavePrinter(changed);
        _unit = changed;
    }

    /// <summary>A new roll was found right.</summary>
    /// <param name="known">What the journal knows of the printer now.</param>
    public void Renew(PrinterRecord? known) => _unit = known;

    private long UsedSince(long attempt)
    {
        // Asked with each look at readiness; it changes with an attempt.
        if (_used.Since != attempt || _used.Until != journal.LastAttempt) _used = (attempt, journal.LastAttempt, journal.PaperUsedSince(attempt));
        return _used.Millimetres;
    }
}

/// <summary>No I/O, no clock.</summary>
internal static class PaperRules
{
    public static int TicketsLeft(int nearEndMillimetres, long usedMillimetres, int ticketMillimetres) =>
        (int)Math.Max(0, (nearEndMillimetres - usedMillimetres) / ticketMillimetres);
}
