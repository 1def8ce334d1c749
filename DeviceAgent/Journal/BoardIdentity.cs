using System.Security.Cryptography;
using System.Text;

namespace DeviceAgent.Journal;

/// <summary>What tells this machine from another one that runs from a copy of its card.</summary>
/// <remarks>
/// Sources: Devicetree Specification 2.3.1 (serial-number of the root node; Raspberry Pi fills it in), kernel ABI sysfs-class-dmi (product_uuid,
/// readable by root alone on most machines), man 5 machine-id. A copied card carries its machine-id along: it counts only where nothing better is there.
/// null: it cannot be told (no rights, an I/O error); an empty text: this machine has none.
/// </remarks>
public sealed record BoardIdentity(string? DeviceTreeSerial, string? ProductUuid, string? MachineId)
{
    private const int LongestBytes = 256;
    private const string None = "none";

    /// <summary>This machine.</summary>
    /// <param name="root">"/"; another folder in tests.</param>
    public static BoardIdentity Read(string root = "/") => new(
        ReadFirstLine(root, "sys/firmware/devicetree/base/serial-number", "proc/device-tree/serial-number"),
        ReadFirstLine(root, "sys/class/dmi/id/product_uuid"),
        ReadFirstLine(root, "etc/machine-id"));

    /// <summary>What the journal keeps: hashed with its own id, so that nothing of the machine can be told from it.</summary>
    /// <returns>Key in meta and value; null where it cannot be told.</returns>
    internal IReadOnlyList<(string Key, string? Value)> Of(Guid journal) =>
    [
        (JournalSchema.BoardDeviceTree, Hash(journal, DeviceTreeSerial)),
        (JournalSchema.BoardDmi, Hash(journal, ProductUuid)),
        (JournalSchema.BoardMachineId, Hash(journal, MachineId)),
    ];

    /// <summary>The best source that both sides can tell decides alone.</summary>
    /// <param name="kept">What the journal keeps under a key in meta; null when it keeps nothing.</param>
    /// <returns>Null when nothing speaks against this board.</returns>
    internal string? WhyAnother(Guid journal, Func<string, string?> kept)
    {
        foreach (var (key, here) in Of(journal))
        {
            if (here is null || kept(key) is not { } there || (here == None && there == None)) continue;
            return here == there ? null : $"it was made on another board ({key} differs)";
        }
        return null;
    }

    private static string? Hash(Guid journal, string? value) => value switch
    {
        null => null,
        "" => None,
        _ => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{journal:D}/{value}"))),
    };

    private static string? ReadFirstLine(string root, params ReadOnlySpan<string> paths)
    {
        var cannotBeTold = false;
        foreach (var path in paths)
        {
            try
            {
                using var file = File.OpenHandle(Path.Combine(root, path));
                var bytes = new byte[LongestBytes];
                var text = Encoding.UTF8.GetString(bytes, 0, RandomAccess.Read(file, bytes, 0)).Split('\0', '\n')[0].Trim().ToLowerInvariant();
                if (IsReal(text)) return text;
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                // The next one.
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                cannotBeTold = true;
            }
        }
        return cannotBeTold ? null : "";
    }

    // Makers who fill nothing in leave 0000… or ffff…; systemd writes "uninitialized" before the first boot is done.
    private static bool IsReal(string text) => text != "uninitialized" && text.Where(char.IsAsciiLetterOrDigit).Distinct().Count() > 1;
}
