using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Printing;

namespace DeviceAgent.Issuance;

/// <summary>Why the kiosk takes no order.</summary>
public enum NotReadyReason
{
    Starting, Stopping, PrinterOffline, PrinterBeingLearned, PaperOut, PaperJammed, PaperUnknown, CoverOpen, PrinterFault, AccountingForTicket, JournalUnwritable, JournalKeyMissing, OutboxFull, SenderHeld,
}

/// <param name="Printer">Null while no printer is attached.</param>
/// <param name="PrinterLearned">What this printer can prove is known.</param>
/// <param name="UnsettledAttempts">Attempts whose outcome is still being found out: another print would destroy the evidence.</param>
/// <param name="SenderHold">Why no report can go out until a person acts; null when none.</param>
internal sealed record ReadinessFacts(
    bool Recovered, bool Stopping, PrinterStatus? Printer, bool PrinterLearned, int UnsettledAttempts, bool JournalWritable, bool JournalHasItsKey, int ReportsWaiting, int MaxReports, string? SenderHold);

/// <summary>Law 5: the kiosk takes no order that it cannot finish. A pure rule; the devices bring the facts.</summary>
internal static class Readiness
{
    public static IReadOnlyList<NotReadyReason> Judge(ReadinessFacts facts)
    {
        var reasons = new List<NotReadyReason>();
        if (!facts.Recovered) reasons.Add(NotReadyReason.Starting);
        if (facts.Stopping) reasons.Add(NotReadyReason.Stopping);
        JudgePrinter(facts.Printer, reasons);
        if (!facts.PrinterLearned && reasons.Count == 0) reasons.Add(NotReadyReason.PrinterBeingLearned);
        if (facts.UnsettledAttempts > 0) reasons.Add(NotReadyReason.AccountingForTicket);
        if (!facts.JournalWritable) reasons.Add(NotReadyReason.JournalUnwritable);
        if (!facts.JournalHasItsKey) reasons.Add(NotReadyReason.JournalKeyMissing);
        if (facts.ReportsWaiting >= facts.MaxReports) reasons.Add(NotReadyReason.OutboxFull);
        if (facts.SenderHold is not null) reasons.Add(NotReadyReason.SenderHeld);
        return reasons;
    }

    private static void JudgePrinter(PrinterStatus? printer, List<NotReadyReason> reasons)
    {
        if (printer is null || printer.Device is DeviceState.NoDevice or DeviceState.PowerOff)
        {
            reasons.Add(NotReadyReason.PrinterOffline);
            return;
        }
        var before = reasons.Count;
        if (printer.CoverOpen) reasons.Add(NotReadyReason.CoverOpen);
        if (printer.Paper == PaperSupply.Out) reasons.Add(NotReadyReason.PaperOut);
        if (printer.Paper == PaperSupply.Jammed) reasons.Add(NotReadyReason.PaperJammed);
        if (printer.Paper is PaperSupply.Unknown or PaperSupply.NotSupported) reasons.Add(NotReadyReason.PaperUnknown);
        if (printer.CutterError || printer.MechanicalError || printer.UnrecoverableError || printer.AutoRecoverableError || printer.Device == DeviceState.HardwareError)
            reasons.Add(NotReadyReason.PrinterFault);
        // Anything that keeps the printer from printing without saying why.
        if (reasons.Count == before && !printer.CanPrint) reasons.Add(NotReadyReason.PrinterOffline);
    }
}
