using Microsoft.Extensions.Logging;

namespace DeviceAgent.Issuance;

/// <summary>Events of the pick-up's ID step. Order numbers are shown, personal data never.</summary>
internal static partial class PassengerLog
{
    [LoggerMessage(3070, LogLevel.Information, "Order {Order}: {Note}")]
    internal static partial void PassengerChecked(this ILogger logger, string order, string note);
}
