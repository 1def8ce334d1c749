using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using DeviceAgent.Journal;
using DeviceAgent.Tests.Simulation;

namespace DeviceAgent.Tests.PowerLoss;

/// <summary>A process that fills a real journal by a script, and tells after each step has returned: what is told must survive.</summary>
internal static partial class JournalWorkload
{
    public const string Command = "journal-workload";
    /// <summary>The log is copied into the database every dozen of steps.</summary>
    private const int CheckpointPages = 40;

    /// <summary>Exit codes.</summary>
    public const int Done = 0, Unopenable = 3, TookAChangeAfterAFailure = 4;

    /// <summary>After this many steps the journal is closed and opened again, which empties and deletes its log.</summary>
    private const int StepsBetweenOpenings = 400;
    private const int Openings = 3;

    /// <summary>The journal is there; the steps that are not in it are to be done.</summary>
    private const string GoOn = "go-on";

    /// <summary>Runs and ends the process at once: what measures coverage would write its own files on the way out, to a disk that fails.</summary>
    /// <returns>Never.</returns>
    public static int RunAndLeave(string[] arguments)
    {
        Leave(Run(arguments));
        return Done;
    }

    /// <param name="arguments">The state folder, the script's seed and number of orders, and FULL, or NORMAL or OFF for a control.</param>
    private static int Run(string[] arguments)
    {
        if (arguments.Length is not (4 or 5) || SynchronousOf(arguments[3]) is not ("FULL" or "NORMAL" or "OFF") || EngineOf(arguments[3]) is null || (arguments.Length == 5 && arguments[4] != GoOn))
        {
            Console.Error.WriteLine($"usage: {Command} FOLDER SEED ORDERS [litedb-]FULL|NORMAL|OFF");
            return 64;
        }
        var (folder, seed, orders) = (arguments[0], int.Parse(arguments[1], CultureInfo.InvariantCulture), int.Parse(arguments[2], CultureInfo.InvariantCulture));
        var steps = new JournalScript(seed, orders).Steps;
        using var output = Console.OpenStandardOutput();
        try
        {
            return Run(folder, steps, arguments, output);
        }
        catch (JournalException e)
        {
            Console.Error.WriteLine(e.Message);
            return Unopenable;
        }
    }

    public static string PathIn(string folder) => PathIn(folder, JournalEngine.Sqlite);

    public static string PathIn(string folder, JournalEngine engine) => Path.Combine(folder, engine.FileName);

    /// <returns>Null when this build does not have it.</returns>
    public static JournalEngine? EngineOf(string mode) => JournalEngine.All.FirstOrDefault(e => e.Word == (mode.Contains('-', StringComparison.Ordinal) ? mode.Split('-')[0] : "sqlite"));

    private static string SynchronousOf(string mode) => mode[(mode.IndexOf('-', StringComparison.Ordinal) + 1)..];

    private static int Run(string folder, IReadOnlyList<ScriptStep> steps, string[] arguments, Stream output)
    {
        var (engine, synchronous) = (EngineOf(arguments[3])!, SynchronousOf(arguments[3]));
        var path = PathIn(folder, engine);
        // As the agent's set-up does it: the key first, then the journal.
        var time = new VirtualTime();
        var options = new JournalOptions { WalAutoCheckpointPages = CheckpointPages };
        using var keys = JournalKeys.LoadOrMake(folder, null, path);
        var done = 0;
        IJournalFile journal;
        if (arguments[^1] == GoOn)
        {
            journal = OpenInTheEnd(Open);
            Tell(output, done = JournalInspection.StepsIn(journal));
        }
        else
        {
            engine.Create(path, options, keys, time, null).Dispose();
            Tell(output, 0);
            journal = OpenInTheEnd(Open);
        }
        try
        {
            while (done < steps.Count)
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
                    // In turn: the process is gone without having closed anything, or closes the journal and opens it again.
                    if (done % 2 == 0) BecomeAnother([Command, .. arguments[..4], GoOn]);
                    journal.Dispose();
                    journal = OpenInTheEnd(Open);
                    // What failed may be found done; whoever reads it acts on it, so from here on it must stay.
                    if (JournalInspection.StepsIn(journal) == done + 1) Tell(output, ++done);
                }
                if (done % StepsBetweenOpenings != 0) continue;
                journal.Dispose();
                journal = OpenInTheEnd(Open);
            }
        }
        finally
        {
            journal.Dispose();
        }
        return Done;

        IJournalFile Open()
        {
            var opened = engine.Open(path, options, keys, time, null, anyones: false);
            if (synchronous != "FULL") Weaken(opened, synchronous);
            return opened;
        }
    }

    private static void Weaken(IJournalFile journal, string synchronous)
    {
#if WITH_LITEDB
        (journal as DeviceAgent.Journal.LiteDb.LiteJournal)?.Database.DoWithoutSyncs(alsoInCheckpoints: synchronous == "OFF");
#endif
        (journal as SqliteJournal)?.Database.Execute($"PRAGMA synchronous = {synchronous}");
    }

    /// <summary>As systemd starts an agent again that could not open its journal.</summary>
    private static IJournalFile OpenInTheEnd(Func<IJournalFile> open)
    {
        for (var opening = 1; ; opening++)
        {
            try
            {
                return open();
            }
            catch (JournalException e) when (opening < Openings)
            {
                Console.Error.WriteLine($"opening {opening}: {e.Message}");
            }
        }
    }

    private static bool TakesAChange(IIssuanceJournal journal, VirtualTime time)
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

    /// <summary>As after a kill: no destructor runs, and descriptors and locks are gone. man 3 execv.</summary>
    private static void BecomeAnother(string[] arguments)
    {
        var program = Environment.ProcessPath!;
        _ = Execv(program, [program, .. arguments, null]);
        throw new System.ComponentModel.Win32Exception(Marshal.GetLastPInvokeError());
    }

    /// <summary>man 2 _exit: no handlers run.</summary>
    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void Leave(int status);

    [LibraryImport("libc", EntryPoint = "execv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execv(string program, string?[] arguments);
}
