using DeviceAgent.Journal;

namespace DeviceAgent.Hosting;

/// <summary>The journal with its key, as the host holds it. One that cannot be had is closed, with the reason: the agent runs and tells it.</summary>
internal sealed class AgentJournal : IDisposable
{
    private readonly IJournalFile? _open;
    private readonly JournalKeys _keys;
    private readonly JournalException? _closedBecause;

    private AgentJournal(IJournalFile? open, JournalKeys keys, JournalException? closedBecause)
    {
        (_open, _keys, _closedBecause) = (open, keys, closedBecause);
        Journal = open is not null ? open : new ClosedJournal(closedBecause!);
    }

    public IIssuanceJournal Journal { get; }

    /// <exception cref="JournalException">Locked: another agent, or an adoption, has it. That ends this one.</exception>
    public static AgentJournal Open(AgentOptions options, Credentials credentials, BoardIdentity board, TimeProvider time)
    {
        var keys = JournalKeys.None;
        try
        {
            if (credentials.CheckJournalKey() is { } mistake) throw new JournalException(JournalFailure.KeyUnusable, mistake.ToString());
            keys = JournalKeys.Load(options.State.Folder, AgentSetUp.CredentialsFolder);
            return new(JournalEngine.Of(options.Journal).Open(AgentSetUp.JournalPath(options), options.Journal, keys, time, board, anyones: false), keys, null);
        }
        catch (JournalException e)
        {
            keys.Dispose();
            if (e.Reason == JournalFailure.Locked) throw;
            return new(null, JournalKeys.None, e);
        }
    }

    /// <summary>Looks through the whole file, away from the agent's loop: a large one takes seconds, and the loop must answer meanwhile.</summary>
    public Task<JournalException?> CheckAsync(CancellationToken stop) => _open is { } open ? Task.Run(() => Check(open, stop), stop) : Task.FromResult(_closedBecause);

    public void Dispose()
    {
        Journal.Dispose();
        _keys.Dispose();
    }

    private static JournalException? Check(IJournalFile journal, CancellationToken stop)
    {
        try
        {
            return journal.QuickCheckUntil(stop, out var findings) ? null : new(JournalFailure.Corrupt, $"The journal is damaged: {findings.Split('\n')[0]}.");
        }
        catch (JournalException e)
        {
            return e;
        }
    }
}
