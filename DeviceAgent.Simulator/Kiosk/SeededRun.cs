using System.Globalization;

namespace DeviceAgent.Simulator.Kiosk;

/// <summary>What --storm and --replug have in common on the command line: how far they are, how they end, how they are made again.</summary>
internal static class SeededRun
{
    private const int ShownEvery = 50;

    public static void ShowProgress(VirtualKiosk kiosk, int done, int all, string what)
    {
        if (done % ShownEvery == 0) Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{done} of {all} {what} after {kiosk.TimeLine.Now.TotalSeconds:F0} s"));
    }

    /// <param name="options">What makes the same plan again.</param>
    /// <param name="run">Runs and tells; false when something was wrong.</param>
    public static async Task<KioskExitCode> RunAsync(KioskFolder folder, string options, bool json, Func<Task<bool>> run)
    {
        try
        {
            if (await run()) return KioskExitCode.Agreement;
            TellHowToRepeat(folder, options);
            return KioskExitCode.Disagreement;
        }
        catch (VirtualKioskException e)
        {
            if (json) OnceReport.WriteError(Console.Out, e.Message);
            await Console.Error.WriteLineAsync(e.Message);
            TellHowToRepeat(folder, options);
            return KioskExitCode.RunFailed;
        }
    }

    private static void TellHowToRepeat(KioskFolder folder, string options)
    {
        folder.Keep = true;
        Console.Error.WriteLine($"Kept: {folder.LogPath} (the agent), {folder.TimeLinePath} (the kiosk), {folder.State} (the journal).");
        Console.Error.WriteLine($"Again: dotnet run --project DeviceAgent.Simulator -- {options}. That is the same plan; its moments are met in real time, so the run will not be the same.");
    }
}
