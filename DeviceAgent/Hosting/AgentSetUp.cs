using System.Collections;
using DeviceAgent.Journal;
using DeviceAgent.Technician;

namespace DeviceAgent.Hosting;

/// <summary>What is done once when a kiosk is set up, and what every start shares with it.</summary>
internal static class AgentSetUp
{
    public static Task<int> CreateJournalAsync(string configPath, CancellationToken cancellationToken)
    {
        if (Load(configPath, secretsRequired: false) is not { Options: { } options, Credentials: { } credentials }) return Task.FromResult(ExitCodes.Configuration);
        try
        {
            Directory.CreateDirectory(options.State.Folder);
            var path = JournalPath(options);
            if (credentials.CheckJournalKey() is { } mistake) throw new JournalException(JournalFailure.KeyUnusable, mistake.ToString());
            var engine = JournalEngine.Of(options.Journal);
            if (engine.TraceOfEarlier(path) is { } trace)
                throw new JournalException(JournalFailure.Missing, $"{path} is missing, and {trace} shows that a journal was here: device-agent journal adopt --reason TEXT.");
            using var keys = JournalKeys.LoadOrMake(options.State.Folder, CredentialsFolder, path);
            using var journal = engine.Create(path, options.Journal, keys, KioskClock.OfThisMachine(options.Clock), BoardIdentity.Read());
            Console.Out.WriteLine($"made {path}, journal {journal.Identity.JournalId}");
            return Task.FromResult(ExitCodes.Ok);
        }
        catch (Exception e) when (e is JournalException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(e.Message);
            return Task.FromResult(ExitCodes.Journal);
        }
    }

    public static string? CredentialsFolder => Environment.GetEnvironmentVariable("CREDENTIALS_DIRECTORY");

    public static string JournalPath(AgentOptions options) => Path.Combine(options.State.Folder, JournalEngine.Of(options.Journal).FileName);

    /// <summary>Reads the configuration; tells every mistake on standard error.</summary>
    public static OptionsResult Load(string configPath, bool secretsRequired)
    {
        var result = OptionsLoader.Load(configPath, EnvironmentVariables(), CredentialsFolder, secretsRequired);
        result.WriteMistakes(Console.Error);
        return result;
    }

    public static Dictionary<string, string> EnvironmentVariables()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables()) variables[(string)variable.Key] = (string?)variable.Value ?? "";
        return variables;
    }
}
