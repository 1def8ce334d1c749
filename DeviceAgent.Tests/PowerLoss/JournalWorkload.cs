using System.Globalization;
using System.Text;
using DeviceAgent.Journal;
using DeviceAgent.Tests.Simulation;

namespace DeviceAgent.Tests.PowerLoss;

/// <summary>A process that fills a real journal by a script, and tells after each step has returned: what is told must survive.</summary>
internal static class JournalWorkload
{
    public const string Command = "journal-workload";
    /// <summary>The log is copied into the database every dozen of steps.</summary>
    private const int CheckpointPages = 40;

    /// <summary>Exit codes.</summary>
    public const int Done = 0, Unopenable = 3, TookAChangeAfterAFailure = 4;

    /// <summary>After this many steps the journal is closed and opened again, which empties and deletes its log.</summary>
    private const int StepsBetweenOpenings = 400;
    private const int OpeningsAfterAFailure = 3;

    /// <param name="arguments">The state folder, the script's seed and number of orders, and FULL, or NORMAL or OFF for a control.</param>
    public static int Run(string[] arguments)
    {
        if (arguments is not [var folder, var seed, var orders, "FULL" or "NORMAL" or "OFF"])
        {
            Console.Error.WriteLine($"usage: {Command} FOLDER SEED ORDERS FULL|NORMAL|OFF");
            return 64;
        }
        var steps = new JournalScript(int.Parse(seed, CultureInfo.InvariantCulture), int.Parse(orders, CultureInfo.InvariantCulture)).Steps;
        using var output = Console.OpenStandardOutput();
        try
        {
            return Run(folder, steps, arguments[3], output);
        }
        catch (JournalException e)
        {
            Console.Error.WriteLine(e.Message);
            return Unopenable;
        }
    }

    public static string PathIn(string folder) => Path.Combine(folder, SqliteJournal.FileName);

    private static int Run(string folder, IReadOnlyList<ScriptStep> steps, string synchronous, Stream output)
    {
        // As the agent's set-up does it: the key first, then the journal.
        var time = new VirtualTime();
        var options = new JournalOptions { WalAutoCheckpointPages = CheckpointPages };
        using var keys = JournalKeys.LoadOrMake(folder, null, PathIn(folder));
        SqliteJournal.Create(PathIn(folder), options, keys, time).Dispose();
        Tell(output, 0);
        var journal = Open();
        try
        {
            for (var done = 0; done < steps.Count;)
            {
                time.Advance(TimeSpan.FromSeconds(1));
                try
                {
                    steps[done].On(journal, time.GetUtcNow());
                    Tell(output, ++done);
                }
                catch (JournalException failure)
                {
                    Console.Error.WriteLine($"step {done + 1}: {failure.Message}");
                    if (TakesAChange(journal, time)) return TookAChangeAfterAFailure;
                    journal.Dispose();
                    journal = OpenAfterAFailure();
                    // What failed may be found done; whoever reads it acts on it, so from here on it must stay.
                    if (JournalInspection.StepsIn(journal) == done + 1) Tell(output, ++done);
                }
                if (done % StepsBetweenOpenings != 0) continue;
                journal.Dispose();
                journal = Open();
            }
        }
        finally
        {
            journal.Dispose();
        }
        return Done;

        // As systemd starts an agent again that could not open its journal.
        SqliteJournal OpenAfterAFailure()
        {
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    return Open();
                }
                catch (JournalException e) when (attempt < OpeningsAfterAFailure)
                {
                    Console.Error.WriteLine($"opening {attempt}: {e.Message}");
                }
            }
        }

        SqliteJournal Open()
        {
            var opened = SqliteJournal.Open(PathIn(folder), options, keys, time);
            if (synchronous != "FULL") opened.Database.Execute($"PRAGMA synchronous = {synchronous}");
            return opened;
        }
    }

    private static bool TakesAChange(SqliteJournal journal, VirtualTime time)
    {
        try
        {
            journal.Audit(time.GetUtcNow(), "after a failure", "");
            return true;
        }
        catch (JournalException e) when (e.Reason == JournalFailure.Unwritable)
        {
            return false;
        }
    }

    /// <summary>In one write, so that it stands in a trace as one.</summary>
    private static void Tell(Stream output, int done) => output.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Acknowledged}{done}\n")));

    public const string Acknowledged = "acknowledged ";
}
