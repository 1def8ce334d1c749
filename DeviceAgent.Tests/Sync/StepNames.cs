using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Tests.Sync;

/// <summary>A step in a word, for tables of what follows from what.</summary>
internal static class StepNames
{
    public const string Confirm = "confirm", Send = "send", Ask = "ask", Later = "ask later";

    public static string Of(ReportStep step) => step switch
    {
        ReportStep.Confirm => Confirm,
        ReportStep.Send => Send,
        ReportStep.Ask => Ask,
        ReportStep.AskLater => Later,
        ReportStep.Park park => park.Reason.ToString(),
        ReportStep.Retry retry => $"retry {retry.FateUnknown}",
        _ => "?",
    };
}
