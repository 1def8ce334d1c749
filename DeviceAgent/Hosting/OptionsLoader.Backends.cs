using DeviceAgent.Drivers;

namespace DeviceAgent.Hosting;

public static partial class OptionsLoader
{
    /// <summary>"Serial:Backend" and "Gpio:Backend": one choice for all devices of a kind.</summary>
    private static AgentOptions WithBackends(AgentOptions options, SectionReader root)
    {
        var serial = Backend(root.Section("Serial"));
        return options with
        {
            Scanner = options.Scanner with { Line = options.Scanner.Line with { Backend = serial } },
            Printer = options.Printer with { Line = options.Printer.Line with { Backend = serial } },
            Contactless = options.Contactless with { Line = options.Contactless.Line with { Backend = serial } },
            IdCards = options.IdCards with { Line = options.IdCards.Line with { Backend = serial } },
            GpioBackend = Backend(root.Section("Gpio")),
        };
    }

    private static DriverBackend Backend(SectionReader section)
    {
        var backend = section.OneOf("Backend", DriverBackend.Kernel, ("kernel", DriverBackend.Kernel), ("dotnet", DriverBackend.DotNet));
        if (DriverBackends.Has(backend)) return backend;
        section.Refuse("Backend", DriverBackends.WhyNotInThisBuild);
        return DriverBackend.Kernel;
    }
}
