using DeviceAgent.Journal;

namespace DeviceAgent.Issuance;

/// <summary>The pre-numbered forms of the kiosk, where its paper has numbers. The journal knows which is the next; nothing is kept here.</summary>
/// <remarks>
/// A form is spent by being cut off: a ticket that is proved to have stayed inside, and the strip that feeds it out, stand on one form.
/// What may be out is spent. So a number that was given once is never given again.
/// </remarks>
internal sealed class TicketStock(IIssuanceJournal journal, StockOptions options, TimeProvider time)
{
    public StockOptions Options => options;

    public bool IsNumbered => options.IsNumbered;

    /// <summary>Of the form that lies in the printer; null where the paper has no numbers, or a person must tell it.</summary>
    public string? Next => options.IsNumbered ? StockRules.Next(options, journal.Stock) : null;

    /// <summary>Whether a form may be printed: its number is known, or it has none.</summary>
    public bool IsKnown => !options.IsNumbered || Next is not null;

    /// <summary>A slip, or a strip that is no attempt, takes a form: before it is printed, one durable write says so.</summary>
    public void Spoil(string what)
    {
        if (Next is not { } form) return;
        var at = time.GetUtcNow();
        if (StockRules.After(options, form) is { } next) journal.SetStock(next, "device-agent", $"form {form} SPOILED: {what}", at);
        else journal.Audit(at, JournalAudit.Stock, $"form {form} SPOILED: {what}");
    }
}
