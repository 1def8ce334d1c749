namespace DeviceAgent.Technician;

public partial interface IAgentDesk
{
    /// <summary>Paper, and what the printers did.</summary>
    Task<PrinterUseAnswer> PrinterAsync(CancellationToken cancellationToken);

    /// <summary>Somebody has loaded paper, or tells the number of the form in the printer. Returns when it is done, or not to be done.</summary>
    /// <param name="by">The caller as the kernel names it.</param>
    Task<DecisionAnswer> PaperAsync(PaperBody paper, string by, CancellationToken cancellationToken);
}

/// <summary>GET /printer. No personal data.</summary>
/// <param name="Unit">Of the attached printer: serial number or path; null before one was seen.</param>
/// <param name="Model">As it tells; null where it tells none.</param>
/// <param name="Capabilities">What the driver has found out, in its own words.</param>
/// <param name="Paper">PaperSupply.</param>
/// <param name="TicketsLeft">On the rest of the roll; null while it is not near its end, or nobody can tell.</param>
/// <param name="NextForm">The number of the form in the printer; null where the paper has none, or nobody has told it.</param>
/// <param name="Printers">What each printer did for this journal, those of the past too.</param>
public sealed record PrinterUseAnswer(
    string? Unit, string? Model, string? Capabilities, string Paper, int? TicketsLeft, string? NextForm, IReadOnlyList<UseAnswer> Printers);

/// <param name="Since">When counting began.</param>
/// <param name="Tickets">Presented.</param>
/// <param name="Millimetres">Paper of tickets and strips.</param>
/// <param name="Faults">Prints that were begun and are not known to have come out.</param>
public sealed record UseAnswer(string Unit, DateTimeOffset Since, long Tickets, long Millimetres, long Cuts, long Faults);

/// <summary>POST /paper.</summary>
/// <param name="Changed">True: paper was loaded, a test strip is printed. Otherwise only the number is told.</param>
/// <param name="FirstForm">The number of the first form; required where the paper was not changed.</param>
/// <param name="Reason">1 to 200 printable characters; required where the paper was not changed.</param>
public sealed record PaperBody(bool? Changed, string? FirstForm, string? Reason);
