using DeviceAgent.Devices;

namespace DeviceAgent.Hosting;

public static partial class OptionsLoader
{
    private static SupervisionOptions Devices(SectionReader section)
    {
        var defaults = new SupervisionOptions();
        var devices = new SupervisionOptions
        {
            FirstRetryDelay = section.Time("FirstRetryDelay", defaults.FirstRetryDelay),
            MaxRetryDelay = section.Time("MaxRetryDelay", defaults.MaxRetryDelay),
            FlapLosses = section.Whole("FlapLosses", defaults.FlapLosses),
            FlapWindow = section.Time("FlapWindow", defaults.FlapWindow),
            FlapRest = section.Time("FlapRest", defaults.FlapRest),
            SilenceBeforePowerCycle = section.Time("SilenceBeforePowerCycle", defaults.SilenceBeforePowerCycle),
            PowerCyclesPerHour = section.Whole("PowerCyclesPerHour", defaults.PowerCyclesPerHour),
        };
        section.Check(devices.Validate);
        return devices;
    }
}
