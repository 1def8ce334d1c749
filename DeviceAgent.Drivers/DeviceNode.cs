using System.Globalization;
using DeviceAgent.Drivers.Interop;

namespace DeviceAgent.Drivers;

/// <summary>What can be said about a device by its node alone.</summary>
public static class DeviceNode
{
    /// <summary>
    /// A text that stays the same while the node behind <paramref name="path"/> (symbolic links followed) is the one that was made at one
    /// plug-in in one boot of the machine: boot id, inode, device number and the node's time of change. Null when the node is not there.
    /// </summary>
    /// <remarks>Sources: man 2 statx; man 5 proc, /proc/sys/kernel/random/boot_id. A plain UART's node is made once a boot: its device may lose power unseen.</remarks>
    public static string? Identity(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (Libc.Statx(Libc.CurrentFolder, path, 0, Libc.StatxBasicStats, out var node) != 0) return null;
        return string.Create(CultureInfo.InvariantCulture,
            $"{BootId}/{node.Inode}/{node.DeviceMajor}:{node.DeviceMinor}/{node.ChangeSeconds}.{node.ChangeNanoseconds}");
    }

    private static string BootId { get; } = ReadBootId();

    private static string ReadBootId()
    {
        const string path = "/proc/sys/kernel/random/boot_id";
        return File.Exists(path) ? File.ReadAllText(path).Trim() : "no-boot-id";
    }
}
