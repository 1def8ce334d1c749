namespace DeviceAgent.Issuance;

/// <summary>What the passenger is told, one thing at a time. Devices turn it into lights.</summary>
public enum Guidance
{
    /// <summary>The kiosk takes no order.</summary>
    OutOfService,
    /// <summary>Present a code.</summary>
    Ready,
    /// <summary>The order is being looked up.</summary>
    Checking,
    /// <summary>Present the ID card of a passenger.</summary>
    PresentCard,
    /// <summary>That card is no passenger's, or could not be read: take it away and present the right one.</summary>
    CardNotAccepted,
    /// <summary>Tickets are being printed.</summary>
    Printing,
    /// <summary>All tickets are out.</summary>
    TakeTicket,
    /// <summary>That was no order code.</summary>
    NotUnderstood,
    /// <summary>The order cannot be collected here.</summary>
    Refused,
    AlreadyCollected,
    /// <summary>Present the printed ticket once more to return it.</summary>
    ConfirmReturn,
    /// <summary>The platform cannot be reached; nothing was taken.</summary>
    Offline,
    /// <summary>A person must look at this order.</summary>
    SeeStaff,
}

/// <summary>Where the desk shows what the passenger should do.</summary>
public interface IPassengerGuidance
{
    /// <summary>Takes effect at once and returns at once.</summary>
    void Show(Guidance guidance);
}
