namespace DeviceAgent.Technician;

/// <summary>The secrets of the kiosk, and how their names are recognised where they must not stand.</summary>
internal static class SecretNames
{
    public const string AppSecret = "top-app-secret";
    public const string Session = "top-session";
    public const string JournalKey = "journal-key";
    public const string AlertToken = "alert-token";
    public const string StationToken = "station-token";
    public const string TrainKey = "train-key";

    private static readonly string[] Words = ["secret", "session", "journalkey", "password", "passwd", "token", "privatekey", "trainkey", "credential"];

    /// <summary>Whether a key, option or variable that nothing else claims seems to name a secret. Its value is then never shown.</summary>
    public static bool LooksSecret(string name)
    {
        var letters = Letters(name);
        return Words.Any(w => letters.Contains(w, StringComparison.Ordinal));
    }

    /// <summary>Whether a variable outside DEVICE_AGENT__… carries one of our secrets.</summary>
    public static bool IsSecretVariable(string name)
    {
        if (name.StartsWith("DEVICE_AGENT", StringComparison.OrdinalIgnoreCase)) return LooksSecret(name);
        return Letters(name) is "topappsecret" or "topsession" or "topsessionkey" or "journalkey" or "alerttoken" or "stationtoken" or "trainkey";
    }

    /// <summary>The rule, for the person who broke it.</summary>
    public static string WhereItBelongs(string name)
    {
        var letters = Letters(name);
        var file = letters.Contains("session", StringComparison.Ordinal) ? Session
            : letters.Contains("journalkey", StringComparison.Ordinal) ? JournalKey
            : letters.Contains("trainkey", StringComparison.Ordinal) ? TrainKey
            : letters.Contains("stationtoken", StringComparison.Ordinal) ? StationToken
            : letters.Contains("secret", StringComparison.Ordinal) ? AppSecret
            : letters.Contains("token", StringComparison.Ordinal) ? AlertToken
            : null;
        return file is null
            ? "looks like a secret, and secrets are read from files only: $CREDENTIALS_DIRECTORY, else <State:Folder>/secrets/ with mode 0600"
            : $"is a secret and belongs in the file {file} in $CREDENTIALS_DIRECTORY, else in <State:Folder>/secrets/{file} with mode 0600";
    }

    private static string Letters(string name) => string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();
}
