using DeviceAgent.Orders;
using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Journal;

/// <summary>The words that stand in the file. Never changed, only added to: releases read each other's journals.</summary>
internal static class JournalWords
{
    /// <summary>A product line that this release does not have; its order is shown as of a newer release.</summary>
    public const Journey UnknownJourney = (Journey)(-1);

    public static string Of(Journey journey) => journey switch
    {
        Journey.Bus => "bus",
        Journey.BusReturn => "bus_return",
        Journey.Ship => "ship",
        Journey.Train => "train",
        _ => throw new ArgumentOutOfRangeException(nameof(journey), journey, "No such product line."),
    };

    public static Journey ToJourney(string word) => word switch
    {
        "bus" => Journey.Bus,
        "bus_return" => Journey.BusReturn,
        "ship" => Journey.Ship,
        "train" => Journey.Train,
        _ => UnknownJourney,
    };

    public static string Of(IssuanceState state) => state switch
    {
        IssuanceState.Intent => "intent",
        IssuanceState.Accepted => "accepted",
        IssuanceState.Issued => "issued",
        IssuanceState.Released => "released",
        IssuanceState.Failed => "failed",
        IssuanceState.Void => "void",
        IssuanceState.InDoubt => "in_doubt",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Not a state that is written."),
    };

    public static IssuanceState ToIssuanceState(string word) => word switch
    {
        "intent" => IssuanceState.Intent,
        "accepted" => IssuanceState.Accepted,
        "issued" => IssuanceState.Issued,
        "released" => IssuanceState.Released,
        "failed" => IssuanceState.Failed,
        "void" => IssuanceState.Void,
        "in_doubt" => IssuanceState.InDoubt,
        _ => IssuanceState.Unknown,
    };

    public static string Of(AttemptKind kind) => kind switch
    {
        AttemptKind.Ticket => "ticket",
        AttemptKind.VoidStrip => "void_strip",
        AttemptKind.TestStrip => "test_strip",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not a kind that is written."),
    };

    public static AttemptKind ToAttemptKind(string word) => word switch
    {
        "ticket" => AttemptKind.Ticket,
        "void_strip" => AttemptKind.VoidStrip,
        "test_strip" => AttemptKind.TestStrip,
        _ => AttemptKind.Unknown,
    };

    public static string Of(DecisionKind decision) => decision switch
    {
        DecisionKind.Issued => "issued",
        DecisionKind.Void => "void",
        DecisionKind.Reissue => "reissue",
        _ => throw new ArgumentOutOfRangeException(nameof(decision), decision, "Not a decision that is written."),
    };

    public static DecisionKind ToDecisionKind(string word) => word switch
    {
        "issued" => DecisionKind.Issued,
        "void" => DecisionKind.Void,
        "reissue" => DecisionKind.Reissue,
        _ => DecisionKind.Unknown,
    };

    public static string Of(AttemptOutcome outcome) => outcome switch
    {
        AttemptOutcome.Presented => "presented",
        AttemptOutcome.NotPresented => "not_presented",
        _ => "unknown",
    };

    /// <summary>A word that this release does not know proves nothing.</summary>
    public static AttemptOutcome ToAttemptOutcome(string word) => word switch
    {
        "presented" => AttemptOutcome.Presented,
        "not_presented" => AttemptOutcome.NotPresented,
        _ => AttemptOutcome.Unknown,
    };

    public static string Of(ReportState state) => state switch
    {
        ReportState.Due => "due",
        ReportState.Sending => "sending",
        ReportState.Retry => "retry",
        ReportState.Confirmed => "confirmed",
        ReportState.HandedOver => "handed_over",
        _ => "parked",
    };

    /// <returns>Null for a word of a newer release.</returns>
    public static ReportState? ToReportState(string word) => word switch
    {
        "due" => ReportState.Due,
        "sending" => ReportState.Sending,
        "retry" => ReportState.Retry,
        "confirmed" => ReportState.Confirmed,
        "handed_over" => ReportState.HandedOver,
        "parked" => ReportState.Parked,
        _ => null,
    };

    public static string Of(ParkReason reason) => reason switch
    {
        ParkReason.Refused => "refused",
        ParkReason.PaperGivenOrderClosed => "paper_given_order_closed",
        ParkReason.Contradiction => "contradiction",
        ParkReason.FateUnknown => "fate_unknown",
        _ => "unsendable",
    };

    /// <returns>Null for a word of a newer release, or none.</returns>
    public static ParkReason? ToParkReason(string? word) => word switch
    {
        "refused" => ParkReason.Refused,
        "paper_given_order_closed" => ParkReason.PaperGivenOrderClosed,
        "contradiction" => ParkReason.Contradiction,
        "fate_unknown" => ParkReason.FateUnknown,
        "unsendable" => ParkReason.Unsendable,
        _ => null,
    };

    /// <summary>Whether this release can read the report, and so may send it.</summary>
    public static bool IsKnownFormat(string kind, int payloadVersion) => payloadVersion == 1 &&
        kind is ReportKinds.BusBook or ReportKinds.BusReturn or ReportKinds.ShipNotify or ReportKinds.TrainBook or ReportKinds.StationConfirm or ReportKinds.StationRelease;

    /// <summary>What tells the platform of an order of this journey.</summary>
    public static string ReportKindOf(Journey journey) => journey switch
    {
        Journey.Bus => ReportKinds.BusBook,
        Journey.BusReturn => ReportKinds.BusReturn,
        Journey.Ship => ReportKinds.ShipNotify,
        Journey.Train => ReportKinds.TrainBook,
        _ => throw new ArgumentOutOfRangeException(nameof(journey), journey, "No such product line."),
    };
}
