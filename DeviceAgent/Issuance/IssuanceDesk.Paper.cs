using DeviceAgent.Journal;

namespace DeviceAgent.Issuance;

// Paper: what is loaded, what it is numbered with, and what the printers did.
public sealed partial class IssuanceDesk
{
    private readonly TicketStock _stock;
    private readonly PaperChanges _paperChanges;

    /// <summary>Of the form that lies in the printer; null where the paper has no numbers, or a person must tell it.</summary>
    public string? NextForm => _stock.Next;

    /// <summary>Tickets that the rest of the roll is long enough for; null while the roll is not near its end, or nobody can tell.</summary>
    public int? TicketsLeft => _paper.TicketsLeft;

    /// <summary>Somebody has loaded paper: a test strip, counters reset. On the agent's loop; ends when it is done or not to be done.</summary>
    public async Task<DecisionOutcome> ChangePaperAsync(PaperChangeRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (WhyNotNow() is { } reason) return new(DecisionEnd.NotNow, reason);
        if (WhyNoPaperChange() is { } evidence) return new(DecisionEnd.NotNow, evidence);
        if (WhyNoForm(request.FirstForm) is { } refusal) return new(DecisionEnd.Refused, refusal);
        string? whyNot = null;
        var ended = new TaskCompletionSource();
        _paperChanges.Begin(request);
        ShowIdle();
        TakeInHand("a paper change", async () =>
        {
            whyNot = "the journal could not be written, or the agent stops";
            try
            {
                whyNot = await _paperChanges.RunAsync(_hardStop.Token);
            }
            finally
            {
                ended.TrySetResult();
            }
        });
        await ended.Task;
        if (whyNot is not null) return new(DecisionEnd.NotNow, $"the paper is not changed: {whyNot}");
        return new(DecisionEnd.Decided, _stock.Next is { } next ? $"the paper is changed; the next form is {next}" : "the paper is changed");
    }

    /// <summary>A person tells the number of the form that lies in the printer, without changing paper.</summary>
    /// <exception cref="JournalException">It could not be made durable; nothing has changed.</exception>
    public DecisionOutcome SetForm(string next, string by, string reason)
    {
        ArgumentNullException.ThrowIfNull(next);
        if (WhyNotNow() is { } busy) return new(DecisionEnd.NotNow, busy);
        if (WhyNoForm(next) is { } refusal) return new(DecisionEnd.Refused, refusal);
        try
        {
            _with.Journal.SetStock(next, by, reason, _with.Time.GetUtcNow());
        }
        catch (JournalException e)
        {
            FailJournal(e);
            throw;
        }
        Reconsider();
        return new(DecisionEnd.Decided, $"the next form is {next}");
    }

    /// <summary>What lies in the printer may be evidence, and a strip would spoil it.</summary>
    private string? WhyNoPaperChange()
    {
        if (_unsettled > 0) return "what became of an interrupted ticket is still being found out; try again when it is";
        if (_slips.NextTry is not null) return "a slip for an order in doubt is to be printed first; try again when it is";
        if (!_with.Printer.Status.CanPrint) return "the printer cannot print: load paper and shut its cover";
        return UnitIsLearned ? null : "the printer is being learned; try again in a moment";
    }

    private string? WhyNoForm(string? number)
    {
        if (number is null) return null;
        if (!_stock.IsNumbered) return "the paper of this kiosk has no numbers (Stock:Digits is 0)";
        return StockRules.IsNumber(_stock.Options, number) ? null : $"a form's number must be {StockRules.Describe(_stock.Options)}";
    }

    private async Task GoOnChangingPaperAsync() => await _paperChanges.RunAsync(_hardStop.Token);
}
