using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Technician;

/// <summary>Who asks for something that is journaled: what the kernel says, not what the caller says.</summary>
/// <remarks>Source: man 7 unix, SO_PEERCRED (struct ucred: pid, uid, gid); man 5 passwd; man 5 proc, /proc/pid/loginuid.</remarks>
internal static class CallerIdentity
{
    // asm-generic/socket.h (x64, arm64).
    private const int SolSocket = 1, SoPeerCred = 17, UcredBytes = 12;
    private const uint NoLogin = uint.MaxValue;
    private const int MaxNumber = 16;

    /// <summary>"uid 0 (root), logged in as uid 1000 (anna)"; "somebody" where there is no such socket.</summary>
    public static string OfPeer(HttpContext context)
    {
        if (context.Features.Get<IConnectionSocketFeature>()?.Socket is not { } socket) return "somebody";
        Span<byte> ucred = stackalloc byte[UcredBytes];
        try
        {
            if (socket.GetRawSocketOption(SolSocket, SoPeerCred, ucred) != UcredBytes) return "somebody";
        }
        catch (SocketException)
        {
            return "somebody";
        }
        var pid = BinaryPrimitives.ReadInt32LittleEndian(ucred);
        var uid = BinaryPrimitives.ReadUInt32LittleEndian(ucred[4..]);
        return Describe(uid, LoginOf(pid));
    }

    /// <summary>Who runs this program.</summary>
    public static string OfThisProcess() => Describe(FileIdentity.EffectiveUser, LoginOf(Environment.ProcessId));

    internal static string Describe(uint uid, uint? login) => login is { } l && l != uid ? $"{Named(uid)}, logged in as {Named(l)}" : Named(uid);

    /// <summary>"uid 1000 (anna)"; without the name where the machine's own list does not have it.</summary>
    internal static string Named(uint uid)
    {
        var number = uid.ToString(CultureInfo.InvariantCulture);
        foreach (var line in Lines("/etc/passwd"))
        {
            if (line.Split(':') is [{ Length: > 0 and <= 32 } name, _, var id, ..] && id == number && !name.Any(char.IsControl)) return $"uid {number} ({name})";
        }
        return $"uid {number}";
    }

    // The one who logged in, also behind sudo. Null where the kernel keeps no such thing, or the caller has gone.
    private static uint? LoginOf(int pid)
    {
        try
        {
            var text = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/loginuid")).Trim();
            return text.Length <= MaxNumber && uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var uid) && uid != NoLogin ? uid : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
