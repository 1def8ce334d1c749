using DeviceAgent.Drivers.Interop;

namespace DeviceAgent.Drivers;

/// <summary>What the kernel says of its own wall clock.</summary>
public enum KernelClockState
{
    /// <summary>An NTP daemon keeps it: the kernel takes its word for at most 16 s of error, about nine hours after the daemon's last one.</summary>
    Synchronized,
    /// <summary>Nobody keeps it, or somebody has set it by hand since: both raise STA_UNSYNC.</summary>
    NotSynchronized,
    /// <summary>The call is forbidden here (a filter of system calls) or not there.</summary>
    Unreadable,
}

/// <summary>Whether the kernel's wall clock is synchronized. Reads only.</summary>
/// <remarks>Source: man 2 adjtimex; linux/timex.h. The kernel tells no event when it becomes synchronized: a daemon that slews the clock changes the status alone.</remarks>
public static class KernelClock
{
    /// <summary>One system call.</summary>
    public static KernelClockState Read()
    {
        var buffer = new Libc.Timex { Modes = 0 };
        var state = Libc.Adjtimex(ref buffer);
        if (state < 0) return KernelClockState.Unreadable;
        return state == Libc.TIME_ERROR || (buffer.Status & Libc.STA_UNSYNC) != 0 ? KernelClockState.NotSynchronized : KernelClockState.Synchronized;
    }
}
