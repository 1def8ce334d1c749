namespace DeviceAgent.Journal;

/// <summary>What a person can do about a journal that cannot be used.</summary>
public static class JournalAdvice
{
    public static string For(JournalFailure failure) => failure switch
    {
        JournalFailure.Missing or JournalFailure.Corrupt or JournalFailure.Mismatch => "device-agent journal adopt --reason TEXT, then restart the agent",
        JournalFailure.Unwritable or JournalFailure.NotDurable => "look at the disk (space, file system, wear), then restart the agent",
        JournalFailure.NewerThanReadable => "install the newer release again",
        JournalFailure.KeyMissing or JournalFailure.KeyUnusable => "put the journal's own key back (32 bytes, mode 0600), then restart the agent",
        JournalFailure.Locked => "end the other process that has it open",
        _ => "nothing: it is there",
    };
}
