using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Printing;
using DeviceAgent.Journal;
using DeviceAgent.Platform.Gateway;

namespace DeviceAgent.Issuance;

/// <summary>Why the kiosk takes no order.</summary>
public enum NotReadyReason
{
    Starting, Stopping,
    /// <summary>A technician has taken the kiosk out of service.</summary>
    Maintenance,
    /// <summary>The supply fails, or has come back only just now: nothing new is begun.</summary>
    PowerFailing,
    /// <summary>The kiosk stands open.</summary>
    DoorOpen,
    PrinterOffline, PrinterBeingLearned, PaperOut, PaperJammed, PaperUnknown,
    /// <summary>What is left of the roll is shorter than one ticket.</summary>
    PaperTooShort,
    /// <summary>New paper is being tested.</summary>
    PaperBeingChanged,
    /// <summary>The paper is numbered, and a person must tell the number of the form in the printer.</summary>
    FormNumberUnknown,
    CoverOpen, PrinterFault,
    /// <summary>What became of an interrupted ticket is still being found out.</summary>
    AccountingForTicket,
    JournalBeingChecked, JournalUnwritable, JournalMissing, JournalDamaged,
    /// <summary>The journal is another board's, a restored one, or the printer has printed what it does not know of.</summary>
    JournalMismatch,
    JournalOfNewerRelease, JournalKeyMissing,
    /// <summary>The disk is so full that an order in hand could not be brought to its end.</summary>
    DiskReserveUsed,
    OutboxFull,
    /// <summary>The platform's session has expired: no result can be reported until a person renews it.</summary>
    SessionExpired,
    /// <summary>The platform refuses this kiosk's app key, signature, clock or permissions.</summary>
    GatewayRefusesUs,
    GatewayUnreachable, ClockNotTrusted, InDoubtLimit,
}

/// <summary>Everything that readiness is judged by.</summary>
internal sealed record ReadinessFacts
{
    public required bool Recovered { get; init; }
    public required bool Stopping { get; init; }
    public required bool Maintenance { get; init; }
    public bool PowerIsFailing { get; init; }
    public bool DoorIsOpen { get; init; }
    /// <summary>Null while no printer is attached.</summary>
    public required PrinterStatus? Printer { get; init; }
    /// <summary>What this printer can prove is known.</summary>
    public required bool PrinterLearned { get; init; }
    /// <summary>Tickets that the rest of the roll is long enough for; null while nobody can tell.</summary>
    public required int? TicketsLeft { get; init; }
    /// <summary>A test strip is to show that new paper is right.</summary>
    public bool PaperBeingChanged { get; init; }
    /// <summary>The number of the next form, or that the paper has none.</summary>
    public bool FormIsKnown { get; init; } = true;
    /// <summary>Attempts whose outcome is still being found out: another print would destroy the evidence.</summary>
    public required int UnsettledAttempts { get; init; }
    public required bool JournalBeingChecked { get; init; }
    /// <summary>Null while the journal works.</summary>
    public required JournalFailure? JournalFailure { get; init; }
    public required bool JournalHasItsKey { get; init; }
    public required bool DiskReserveUsed { get; init; }
    public required int ReportsWaiting { get; init; }
    public required int MaxReports { get; init; }
    /// <summary>What only a person can make right with the platform; null when nothing holds the reports.</summary>
    public required TopRemedy? SenderHold { get; init; }
    /// <summary>How long the platform has not been heard although it was called; null when the last call was answered.</summary>
    public required TimeSpan? GatewaySilentFor { get; init; }
    public required TimeSpan GatewaySilenceLimit { get; init; }
    public required bool ClockIsTrusted { get; init; }
    public required int InDoubt { get; init; }
    public required int MaxInDoubt { get; init; }
}

/// <summary>Law 5: the kiosk takes no order that it cannot finish. A pure rule; the devices bring the facts.</summary>
internal static class Readiness
{
    public static IReadOnlyList<NotReadyReason> Judge(ReadinessFacts facts)
    {
        var reasons = new List<NotReadyReason>();
        if (facts.Stopping) reasons.Add(NotReadyReason.Stopping);
        if (facts.Maintenance) reasons.Add(NotReadyReason.Maintenance);
        JudgeJournal(facts, reasons);
        // A journal that cannot be had is why nothing was recovered from it.
        if (!facts.Recovered && reasons.Count == 0) reasons.Add(NotReadyReason.Starting);
        if (facts.PowerIsFailing) reasons.Add(NotReadyReason.PowerFailing);
        if (facts.DoorIsOpen) reasons.Add(NotReadyReason.DoorOpen);
        var before = reasons.Count;
        JudgePrinter(facts.Printer, reasons);
        if (!facts.PrinterLearned && reasons.Count == before && facts.Recovered && facts.JournalFailure is null) reasons.Add(NotReadyReason.PrinterBeingLearned);
        if (facts.TicketsLeft == 0 && reasons.Count == before) reasons.Add(NotReadyReason.PaperTooShort);
        if (facts.PaperBeingChanged) reasons.Add(NotReadyReason.PaperBeingChanged);
        if (!facts.FormIsKnown && facts.JournalFailure is null) reasons.Add(NotReadyReason.FormNumberUnknown);
        if (facts.UnsettledAttempts > 0) reasons.Add(NotReadyReason.AccountingForTicket);
        JudgePlatform(facts, reasons);
        if (!facts.ClockIsTrusted) reasons.Add(NotReadyReason.ClockNotTrusted);
        if (facts.InDoubt >= facts.MaxInDoubt) reasons.Add(NotReadyReason.InDoubtLimit);
        return reasons;
    }

    private static void JudgeJournal(ReadinessFacts facts, List<NotReadyReason> reasons)
    {
        if (facts.JournalFailure is { } failure)
        {
            reasons.Add(failure switch
            {
                JournalFailure.Missing => NotReadyReason.JournalMissing,
                JournalFailure.Corrupt => NotReadyReason.JournalDamaged,
                JournalFailure.Mismatch => NotReadyReason.JournalMismatch,
                JournalFailure.NewerThanReadable => NotReadyReason.JournalOfNewerRelease,
                JournalFailure.KeyMissing or JournalFailure.KeyUnusable => NotReadyReason.JournalKeyMissing,
                _ => NotReadyReason.JournalUnwritable,
            });
            return;
        }
        if (facts.JournalBeingChecked) reasons.Add(NotReadyReason.JournalBeingChecked);
        if (!facts.JournalHasItsKey) reasons.Add(NotReadyReason.JournalKeyMissing);
        if (facts.DiskReserveUsed) reasons.Add(NotReadyReason.DiskReserveUsed);
        if (facts.ReportsWaiting >= facts.MaxReports) reasons.Add(NotReadyReason.OutboxFull);
    }

    private static void JudgePlatform(ReadinessFacts facts, List<NotReadyReason> reasons)
    {
        if (facts.SenderHold is { } hold) reasons.Add(hold == TopRemedy.RenewSession ? NotReadyReason.SessionExpired : NotReadyReason.GatewayRefusesUs);
        if (facts.GatewaySilentFor >= facts.GatewaySilenceLimit) reasons.Add(NotReadyReason.GatewayUnreachable);
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
