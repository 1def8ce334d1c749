using System.CommandLine;
using System.Globalization;

namespace DeviceAgent.Simulator.Kiosk;

/// <summary>--storm of the virtual kiosk's command line.</summary>
internal static class StormCommand
{
    public const int MostKills = 100_000;

    // Shorter than anybody waits, so that a storm with passengers who leave need not last ten minutes more.
    private static readonly TimeSpan ResumeTimeout = TimeSpan.FromSeconds(10);

    // A storm is not about paper.
    private const double EndlessRollMillimetres = 1e9;

    public static Option<bool> Storm { get; } = new("--storm") { Description = "Order after order, with the agent killed at random moments and started again; then all of them are judged." };

    public static Option<int> Kills { get; } = new("--kills") { Description = $"Kills of a storm, 1 to {MostKills}.", DefaultValueFactory = _ => 200 };

    public static Option<int?> Seed { get; } = new("--seed") { Description = "Draws a storm's orders, faults and kills; default: another one each time." };

    // How exactly a kill meets the byte that it is planned for.
    private const int BytesBetweenMoments = 8;

    /// <summary>What a storm's kiosk differs in.</summary>
    public static VirtualKioskOptions OptionsFor(VirtualKioskOptions options, int seed, TimeProvider time) => options with
    {
        Orders = [StormPlan.Order(seed, 0).Record(time.GetUtcNow())],
        Printer = options.Printer with { PaperMillimetres = EndlessRollMillimetres, MostBytesAtOnce = BytesBetweenMoments },
        ResumeTimeout = ResumeTimeout,
    };

    public static async Task<KioskExitCode> RunAsync(VirtualKiosk kiosk, int seed, int kills, TimeSpan lifeLimit, bool json, TimeProvider time, CancellationToken cancellationToken)
    {
        using var storm = new StormRun(kiosk, seed, kills, lifeLimit, time);
        storm.Killed += done => SeededRun.ShowProgress(kiosk, done, kills, "kills");
        return await SeededRun.RunAsync(kiosk.Folder, string.Create(CultureInfo.InvariantCulture, $"--storm --kills {kills} --seed {seed}"), json, async () =>
        {
            var result = await storm.RunAsync(cancellationToken);
            if (json) StormReport.WriteJson(Console.Out, result);
            else StormReport.WriteText(Console.Out, result);
            return result.Verdict.Violations.Count == 0;
        });
    }
}
