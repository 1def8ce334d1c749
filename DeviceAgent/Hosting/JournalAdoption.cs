using System.Globalization;
using DeviceAgent.Journal;
using DeviceAgent.Technician;

namespace DeviceAgent.Hosting;

/// <summary>`device-agent journal adopt`: a person says that what is there, or nothing, is this machine's journal from now on.</summary>
internal static class JournalAdoption
{
    private const string Restart = "next: systemctl restart device-agent, then device-agent status";

    /// <returns>An exit code.</returns>
    public static Task<int> RunAsync(string configPath, string reason, CancellationToken cancellationToken)
    {
        if (AgentSetUp.Load(configPath, secretsRequired: false) is not { Options: { } options, Credentials: { } credentials }) return Task.FromResult(ExitCodes.Configuration);
        return Task.FromResult(Run(options, credentials, reason, Console.Out, Console.Error));
    }

    private static int Run(AgentOptions options, Credentials credentials, string reason, TextWriter output, TextWriter error)
    {
        var folder = options.State.Folder;
        if (WhyNotThisUser(folder) is { } why)
        {
            error.WriteLine(why);
            return ExitCodes.Journal;
        }
        var path = AgentSetUp.JournalPath(options);
        try
        {
            if (credentials.CheckJournalKey() is { } mistake) throw new JournalException(JournalFailure.KeyUnusable, mistake.ToString());
            var adoption = JournalEngine.Of(options.Journal).Adopt(path, options.Journal, () => JournalKeys.LoadOrMake(folder, AgentSetUp.CredentialsFolder, path),
                TimeProvider.System, BoardIdentity.Read(), $"reason: {reason}; by {CallerIdentity.OfThisProcess()}", _ => { });
            foreach (var line in Lines(path, adoption)) output.WriteLine(line);
            return ExitCodes.Ok;
        }
        catch (JournalException e)
        {
            error.WriteLine(e.Message);
            error.WriteLine(e.Reason == JournalFailure.Locked ? "stop the agent first: systemctl stop device-agent" : $"an adoption does not help; to do: {JournalAdvice.For(e.Reason)}");
            return ExitCodes.Journal;
        }
    }

    internal static IEnumerable<string> Lines(string path, Adoption adoption)
    {
        var journal = string.Create(CultureInfo.InvariantCulture, $"{path}, journal {adoption.Identity.JournalId}, epoch {adoption.Identity.Epoch}");
        if (adoption.Kind == AdoptionKind.NothingToDo)
        {
            yield return $"sound, and this machine's: {journal}; nothing was changed";
            yield break;
        }
        yield return $"was: {adoption.Was}";
        foreach (var file in adoption.SetAside) yield return $"set aside: {file} (kept, never sent; give it to support)";
        if (adoption.Kind == AdoptionKind.TakenOver)
        {
            yield return $"taken over: {journal}";
            yield return string.Create(CultureInfo.InvariantCulture, $"{adoption.ReportsToAsk} reports wait: the platform is asked about each before it is sent again");
            yield return string.Create(CultureInfo.InvariantCulture, $"{adoption.OrdersInDoubt} orders were in hand and stand in doubt: another machine may have printed them; a person decides");
        }
        else
        {
            yield return $"made: {journal}";
            yield return "it knows nothing of what was issued here before: orders that were issued and not reported may be printed again; ask the platform's books";
        }
        yield return Restart;
    }

    // A file that root makes in the agent's folder is one that the agent cannot open.
    private static string? WhyNotThisUser(string folder) => FileIdentity.Of(folder) switch
    {
        null => $"{folder} cannot be looked at: is it there, and may this user enter it?",
        { Owner: var owner } when owner != FileIdentity.EffectiveUser => $"{folder} belongs to user {owner}: run this as that user, for one with: sudo -u '#{owner}' device-agent journal adopt ...",
        _ => null,
    };
}
