using DeviceAgent.Drivers.Printing;

namespace DeviceAgent.Journal;

/// <summary>
/// Who may use which process id: a late echo must never be taken for another's. Ids that begin with '~' belong to fences,
/// all others to attempts, numbered from a random start so that a new journal does not repeat what an old one sent.
/// </summary>
public static class AttemptProcessIds
{
    /// <summary>All but the 95^3 that begin with '~', the last of the 95 characters.</summary>
    public const int Count = ProcessId.Count - 95 * 95 * 95;

    /// <param name="start">The journal's own, 0 to <see cref="Count"/> - 1.</param>
    /// <param name="attempt">Number of the attempt in its journal; <see cref="Count"/> attempts in a row have different ids.</param>
    public static ProcessId OfAttempt(long start, long attempt) => ProcessId.FromNumber((start + attempt) % Count);
}
