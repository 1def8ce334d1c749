using DeviceAgent.Issuance;

namespace DeviceAgent.Devices;

/// <summary>How a light is lit. CEN XFS4IoT, Lights, flashRate: 0.5 Hz, 1 Hz and 4 Hz, half of the time lit; Continuous does not blink.</summary>
public enum LightPattern { Off, Slow, Medium, Quick, Continuous }

/// <summary>CEN XFS4IoT, Lights, colour. Yellow is red and green lit together.</summary>
public enum LightColour { Red, Green, Yellow }

/// <summary>One light. The colour of a light that is off is Green, so that all lights that are off are equal.</summary>
public readonly record struct LightState
{
    private LightState(LightPattern pattern, LightColour colour)
    {
        Pattern = pattern;
        Colour = colour;
    }

    public static LightState Off { get; } = Green(LightPattern.Off);

    public LightPattern Pattern { get; }

    public LightColour Colour { get; }

    public static LightState Red(LightPattern pattern) => new(pattern, LightColour.Red);

    public static LightState Green(LightPattern pattern) => new(pattern, LightColour.Green);

    public static LightState Yellow(LightPattern pattern) => new(pattern, LightColour.Yellow);

    public override string ToString() => Pattern == LightPattern.Off ? "Off" : $"{Colour} {Pattern}";
}

/// <param name="Status">How the kiosk stands: red, green or yellow.</param>
/// <param name="Scanner">At the scanner's window: green.</param>
/// <param name="Tickets">At the slot where tickets come out: green.</param>
public readonly record struct PassengerLights(LightState Status, LightState Scanner, LightState Tickets);

/// <summary>Which lights tell the passenger what.</summary>
public static class GuidancePatterns
{
    /// <summary>The lights for one guidance. No I/O, no clock.</summary>
    /// <remarks>
    /// <list type="table">
    /// <listheader><term>guidance</term><description>Status · Scanner · Tickets</description></listheader>
    /// <item><term>OutOfService</term><description>red Continuous · Off · Off</description></item>
    /// <item><term>Ready</term><description>green Continuous · Slow · Off</description></item>
    /// <item><term>Checking</term><description>green Continuous · Medium · Off</description></item>
    /// <item><term>PresentCard</term><description>green Medium · Continuous · Off</description></item>
    /// <item><term>CardNotAccepted</term><description>yellow Quick · Continuous · Off</description></item>
    /// <item><term>Printing</term><description>green Continuous · Off · Slow</description></item>
    /// <item><term>TakeTicket</term><description>green Continuous · Off · Quick</description></item>
    /// <item><term>NotUnderstood</term><description>green Continuous · Quick · Off</description></item>
    /// <item><term>Refused</term><description>red Quick · Off · Off</description></item>
    /// <item><term>AlreadyCollected</term><description>yellow Quick · Off · Continuous</description></item>
    /// <item><term>ConfirmReturn</term><description>yellow Medium · Quick · Off</description></item>
    /// <item><term>Offline</term><description>yellow Medium · Off · Off</description></item>
    /// <item><term>SeeStaff</term><description>red Slow · Off · Off</description></item>
    /// </list>
    /// Green: go on. Yellow: not now. Red: not here. No two are equal, and none differs from another by a colour alone:
    /// one man in twelve cannot tell red from green.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">No such guidance.</exception>
    public static PassengerLights For(Guidance guidance) => guidance switch
    {
        Guidance.OutOfService => new(LightState.Red(LightPattern.Continuous), LightState.Off, LightState.Off),
        Guidance.Ready => Open(scanner: LightPattern.Slow),
        Guidance.Checking => Open(scanner: LightPattern.Medium),
        Guidance.PresentCard => new(LightState.Green(LightPattern.Medium), LightState.Green(LightPattern.Continuous), LightState.Off),
        Guidance.CardNotAccepted => new(LightState.Yellow(LightPattern.Quick), LightState.Green(LightPattern.Continuous), LightState.Off),
        Guidance.Printing => Open(tickets: LightPattern.Slow),
        Guidance.TakeTicket => Open(tickets: LightPattern.Quick),
        Guidance.NotUnderstood => Open(scanner: LightPattern.Quick),
        Guidance.Refused => new(LightState.Red(LightPattern.Quick), LightState.Off, LightState.Off),
        Guidance.AlreadyCollected => new(LightState.Yellow(LightPattern.Quick), LightState.Off, LightState.Green(LightPattern.Continuous)),
        Guidance.ConfirmReturn => new(LightState.Yellow(LightPattern.Medium), LightState.Green(LightPattern.Quick), LightState.Off),
        Guidance.Offline => new(LightState.Yellow(LightPattern.Medium), LightState.Off, LightState.Off),
        Guidance.SeeStaff => new(LightState.Red(LightPattern.Slow), LightState.Off, LightState.Off),
        _ => throw new ArgumentOutOfRangeException(nameof(guidance), guidance, "No such guidance."),
    };

    /// <summary>How long a pattern stays lit, and then dark; null when it does not blink.</summary>
    public static TimeSpan? HalfPeriod(LightPattern pattern) => pattern switch
    {
        LightPattern.Slow => TimeSpan.FromMilliseconds(1000),
        LightPattern.Medium => TimeSpan.FromMilliseconds(500),
        LightPattern.Quick => TimeSpan.FromMilliseconds(125),
        _ => null,
    };

    private static PassengerLights Open(LightPattern scanner = LightPattern.Off, LightPattern tickets = LightPattern.Off) =>
        new(LightState.Green(LightPattern.Continuous), LightState.Green(scanner), LightState.Green(tickets));
}
