using System.Globalization;

namespace DeviceAgent.Technician;

/// <summary>Who runs a command on this machine, as far as the machine can tell: for the audit, not for permission.</summary>
/// <remarks>Source: man 5 proc (/proc/self/loginuid: kept by the kernel through sudo and su; 4294967295 when nobody logged in), man 8 sudo (SUDO_UID: only said).</remarks>
internal static class CallerIdentity
{
    private const uint NobodyLoggedIn = uint.MaxValue;

    public static string Describe() => Describe(FileIdentity.EffectiveUser, LoginUser(), Environment.GetEnvironmentVariable("SUDO_UID"));

    internal static string Describe(uint user, string? loginUser, string? sudoUser)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"uid {user}");
        if (AsUser(loginUser) is { } login && login != NobodyLoggedIn) text += string.Create(CultureInfo.InvariantCulture, $", logged in as {login}");
        if (AsUser(sudoUser) is { } sudo) text += string.Create(CultureInfo.InvariantCulture, $", sudo by {sudo}");
        return text;
    }

    private static uint? AsUser(string? text) => uint.TryParse(text?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var user) ? user : null;

    private static string? LoginUser()
    {
        try
        {
            return File.ReadAllText("/proc/self/loginuid");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
