using DeviceAgent.Journal;
using DeviceAgent.Tests.Simulation;

namespace DeviceAgent.Tests.PowerLoss;

internal enum JournalFate
{
    /// <summary>It opens, is sound and holds exactly what the script says: everything acknowledged, and at most the step under way besides.</summary>
    Kept,
    /// <summary>It is sound, but acknowledged steps are not in it.</summary>
    Lost,
    /// <summary>It does not open, is damaged, or holds something that is half done.</summary>
    Unreadable,
}

/// <param name="Steps">Steps of the script that the journal holds; -1 when it cannot be told.</param>
internal sealed record JournalFinding(JournalFate Fate, int Steps, string Details);

/// <summary>Opens the real journal on some files and compares it with what was acknowledged.</summary>
internal static class JournalInspection
{
    /// <param name="acknowledged">Steps acknowledged: -1 before the journal's making was.</param>
    public static JournalFinding Inspect(string folder, JournalEngine engine, IReadOnlyList<ScriptStep> steps, int acknowledged)
    {
        try
        {
            using var keys = JournalKeys.Load(folder, null);
            using var journal = engine.Open(JournalWorkload.PathIn(folder, engine), new(), keys, new VirtualTime(), null, anyones: false);
            var held = StepsIn(journal);
            if (!journal.QuickCheckUntil(CancellationToken.None, out var findings)) return new(JournalFate.Unreadable, held, findings);
            if (!journal.CanKeepPersonalData) return new(JournalFate.Unreadable, held, "the key is not there");
            if (held > acknowledged + 1 || held > steps.Count) return new(JournalFate.Unreadable, held, "it holds more than was begun");
            if (new ScriptedState(steps.Take(held)).Difference(journal) is { } difference) return new(JournalFate.Unreadable, held, difference);
            if (held < acknowledged) return new(JournalFate.Lost, held, $"{acknowledged - held} acknowledged steps are not there");
            if (held < steps.Count) steps[held].On(journal, journal.LastTime ?? journal.Identity.CreatedAt);
            return new(JournalFate.Kept, held, "");
        }
        catch (JournalException e) when (e.Reason == JournalFailure.Missing)
        {
            return new(acknowledged < 0 ? JournalFate.Kept : JournalFate.Lost, -1, e.Message);
        }
        catch (Exception e) when (e is JournalException or JournalTransitionException or InvalidDataException or FormatException or System.Text.Json.JsonException)
        {
            return new(JournalFate.Unreadable, -1, e.Message);
        }
    }

    /// <summary>Each step writes one audit row, whose ids are dense.</summary>
    public static int StepsIn(IIssuanceJournal journal) => journal.ReadAudit(1) is [var newest] ? (int)newest.Id : 0;
}
