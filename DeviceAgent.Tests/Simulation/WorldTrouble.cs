namespace DeviceAgent.Tests.Simulation;

/// <summary>Faults that come by chance, as long as they are allowed to; drawn from the world's seed.</summary>
internal sealed class WorldTrouble(World world)
{
    private static readonly RequestFate[] Fates =
    [
        RequestFate.NoNetwork, RequestFate.Lost, RequestFate.AnswerLost, RequestFate.Late, RequestFate.Twice, RequestFate.Unreadable,
        RequestFate.Busy, RequestFate.Ban, RequestFate.SessionExpired, RequestFate.Refused, RequestFate.NoVerdict,
    ];

    /// <summary>Of a hundred requests, how many meet something.</summary>
    public int RequestPercent { get; set; }

    /// <summary>What every commit meets.</summary>
    public MemoryJournalFault Commit { get; set; }

    /// <summary>Only the next commit fails.</summary>
    public bool CommitOnce { get; set; }

    public RequestFate OfRequest() => RequestPercent > 0 && world.Random.Next(100) < RequestPercent
        ? Fates[world.Random.Next(Fates.Length)] : RequestFate.Answered;

    public MemoryJournalFault OfCommit()
    {
        var fault = Commit;
        if (CommitOnce) Commit = MemoryJournalFault.None;
        if (fault != MemoryJournalFault.None) world.Note($"disk: commit fails, {fault}");
        return fault;
    }

    public void Heal()
    {
        RequestPercent = 0;
        Commit = MemoryJournalFault.None;
        CommitOnce = false;
        world.Gateway.Heal();
        world.Station.Heal();
        world.Station.QuestionsMeet = null;
    }
}
