using DeviceAgent.Issuance;
using DeviceAgent.Journal;
using DeviceAgent.Technician;

namespace DeviceAgent.Hosting;

// Paper, and what the printers did.
internal sealed partial class AgentDesk
{
    public async Task<PrinterUseAnswer> PrinterAsync(CancellationToken cancellationToken)
    {
        await desk.JournalChecked.WaitAsync(cancellationToken);
        return await loop.AskAsync(() =>
        {
            var unit = Printer.Unit;
            return new PrinterUseAnswer(
                unit, Printer.Identity?.Model, unit is null ? null : journal.FindPrinter(unit)?.Capabilities, Printer.Status.Paper.ToString(), desk.TicketsLeft, desk.NextForm,
                [.. journal.PrinterUses().Select(u => new UseAnswer(u.Unit, u.Since, u.Tickets, u.Millimetres, u.Cuts, u.Faults))]);
        }, cancellationToken);
    }

    public async Task<DecisionAnswer> PaperAsync(PaperBody paper, string by, CancellationToken cancellationToken)
    {
        await desk.JournalChecked.WaitAsync(cancellationToken);
        try
        {
            // Not cancelled with the caller's connection: a strip that was begun is carried out.
            var outcome = paper.Changed == true
                ? await await loop.AskAsync(() => desk.ChangePaperAsync(new(by, paper.FirstForm)), cancellationToken)
                : await loop.AskAsync(() => desk.SetForm(paper.FirstForm!, by, paper.Reason!), cancellationToken);
            return Answer(outcome);
        }
        catch (JournalException e)
        {
            return new(DecisionResult.NotNow, $"the journal cannot be written ({e.Reason})");
        }
    }

    private static DecisionAnswer Answer(DecisionOutcome outcome) => new(outcome.End switch
    {
        DecisionEnd.Decided => DecisionResult.Decided,
        DecisionEnd.NotKnown => DecisionResult.NotKnown,
        DecisionEnd.Refused => DecisionResult.Refused,
        _ => DecisionResult.NotNow,
    }, outcome.Text);
}
