using DeviceAgent.Drivers;

namespace DeviceAgent.Devices;

/// <summary>What may bring a device back. CEN XFS4IoT, error "recovery hint".</summary>
public enum RecoveryHint
{
    None,
    /// <summary>Take its power away and give it back.</summary>
    Reset,
    /// <summary>agent.json, permissions or the device's own settings.</summary>
    Configuration,
    /// <summary>Something stands in the way of paper or a card.</summary>
    Clear,
    /// <summary>A hand: a cable, a part, a roll.</summary>
    Maintenance,
    /// <summary>Leave it alone for a while.</summary>
    Suspend,
}

/// <summary>How one device is.</summary>
/// <param name="Name">"printer", "scanner", …</param>
/// <param name="Path">How it is reached.</param>
/// <param name="State">Online, Offline, PowerOff, NoDevice, HardwareError, UserError or Busy.</param>
/// <param name="Hint">What may bring it back.</param>
/// <param name="Detail">For a technician; empty when there is nothing to say. No personal data.</param>
/// <param name="Since">When it came into this state.</param>
/// <param name="LossesInLastHour">How often it went away.</param>
/// <param name="IsFlapping">It goes and comes so often that it is opened again only after a rest.</param>
public sealed record DeviceHealth(string Name, string Path, DeviceState State, RecoveryHint Hint, string Detail, DateTimeOffset Since, int LossesInLastHour, bool IsFlapping);

/// <summary>A device that the agent keeps: opened, watched, lost and opened again, for as long as the agent runs.</summary>
public interface IKioskDevice
{
    DeviceHealth Health { get; }

    /// <summary>Ends when it is stopped, and not before.</summary>
    Task RunAsync(CancellationToken stop);
}

/// <summary>The supply of a device.</summary>
public interface IPowerSwitch
{
    /// <summary>Off, a while, on. Never leaves the device without power.</summary>
    ValueTask CycleAsync(CancellationToken cancellationToken);
}

/// <summary>The kiosk's switches and buttons.</summary>
public enum KioskInput
{
    /// <summary>The kiosk stands open.</summary>
    Door,
    /// <summary>Paper was loaded: pressed by who loaded it.</summary>
    PaperButton,
    PaperLow,
    PaperOut,
    /// <summary>The supply fails; what a battery or a capacitor holds is left.</summary>
    PowerFail,
}

public interface IKioskInputs
{
    bool IsConfigured(KioskInput input);

    /// <summary>False also for an input that is not configured. One that cannot be read now may stand as it was last seen.</summary>
    bool IsActive(KioskInput input);

    /// <summary>Whether it can be read now: an input that is not known says nothing of what is now.</summary>
    bool IsKnown(KioskInput input) => IsConfigured(input);

    /// <summary>Called on the agent's loop after each change, with what it is now.</summary>
    event Action<KioskInput, bool>? Changed;
}
