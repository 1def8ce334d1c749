using DeviceAgent.Drivers;

namespace DeviceAgent.Hosting;

/// <summary>Who vouches for the kiosk's time.</summary>
internal enum ClockVoucher
{
    /// <summary>Nobody yet: nothing is issued.</summary>
    None,
    /// <summary>"Clock:Trust" is Always.</summary>
    Configuration,
    Kernel,
    Gateway,
}

/// <summary>Whose word about the time counts. No I/O, no clock.</summary>
internal static class ClockRules
{
    /// <summary>Whether the wall clock is right as it stands, and by whose word. A time before this release was made is nobody's.</summary>
    /// <param name="released">No right clock shows an earlier time.</param>
    /// <param name="kernel">Asked only where it matters.</param>
    public static ClockVoucher WhoVouches(ClockTrust trust, DateTimeOffset wall, DateTimeOffset released, Func<KernelClockState> kernel)
    {
        if (wall < released) return ClockVoucher.None;
        if (trust == ClockTrust.Always) return ClockVoucher.Configuration;
        return kernel() == KernelClockState.Synchronized ? ClockVoucher.Kernel : ClockVoucher.None;
    }
}
