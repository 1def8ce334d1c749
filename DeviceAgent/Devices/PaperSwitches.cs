using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Printing;

namespace DeviceAgent.Devices;

/// <summary>The kiosk's own paper sensors beside the printer's. No I/O, no clock.</summary>
/// <param name="Low">Null where there is none, or it cannot be read.</param>
/// <param name="Out">Null where there is none, or it cannot be read.</param>
internal readonly record struct PaperSwitches(bool? Low, bool? Out)
{
    public static PaperSwitches Of(IKioskInputs inputs) => new(Read(inputs, KioskInput.PaperLow), Read(inputs, KioskInput.PaperOut));

    /// <summary>What the printer tells, and what the switches show: the worse wins. A printer that tells nothing of its paper is believed to have what they show.</summary>
    /// <remarks>A switch at the near end alone proves no paper: the roll may have run out since it tripped.</remarks>
    public PaperSupply Complement(PaperSupply told) => told switch
    {
        PaperSupply.Jammed or PaperSupply.Out => told,
        _ when Out == true => PaperSupply.Out,
        PaperSupply.Full or PaperSupply.Low => Low == true ? PaperSupply.Low : told,
        _ => (Out, Low) switch
        {
            (false, true) => PaperSupply.Low,
            (false, _) or (_, false) => PaperSupply.Full,
            _ => told,
        },
    };

    /// <summary>Of a printer that is not there nothing is known but that.</summary>
    public PrinterStatus Complement(PrinterStatus told) =>
        told.Device is DeviceState.NoDevice or DeviceState.PowerOff ? told : told with { Paper = Complement(told.Paper) };

    private static bool? Read(IKioskInputs inputs, KioskInput input) => inputs.IsKnown(input) ? inputs.IsActive(input) : null;
}
