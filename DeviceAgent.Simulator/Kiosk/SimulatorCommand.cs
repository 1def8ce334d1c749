using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using DeviceAgent.Simulator.Gateway;
using DeviceAgent.Simulator.Interactive;
using DeviceAgent.Simulator.Printing;
using DeviceAgent.Simulator.Scanning;

namespace DeviceAgent.Simulator.Kiosk;

/// <summary>The virtual kiosk's command line.</summary>
internal static class SimulatorCommand
{
    private const int LogLinesShown = 40, MaxTimeoutSeconds = 3600;
    private static readonly Option<bool> Json = new("--json") { Description = "One JSON object on standard output, and nothing else there." };
    private static readonly Option<string?> SavePrint = new("--save-print") { Description = "Keeps the bytes that the printer received in this file." };
    private static readonly Option<string> Scanner = new("--scanner") { Description = $"The scanner: none (it reads by itself), or what pulls its trigger: {string.Join(", ", TriggeredScanner.Kinds)}.", DefaultValueFactory = _ => "none" };
    private static readonly Option<string> Printer = new("--printer") { Description = $"The printer: {string.Join(", ", SimulatedPrinterOptions.ProfileNames)}.", DefaultValueFactory = _ => "exact" };
    private static readonly Option<int?> Baud = new("--baud") { Description = "The printer's line, bits per second, 300 to 4000000; default 115200, or the profile's own." };
    private static readonly Option<string> Agent = new("--agent") { Description = "Path of device-agent; default: the one that was built beside this program.", DefaultValueFactory = _ => AgentProcess.BuiltBesideUs() };
    private static readonly Option<int> TimeOut = new("--timeout") { Description = $"Seconds until the run must be settled, and in a storm until the next kill's moment must have come, 1 to {MaxTimeoutSeconds}.", DefaultValueFactory = _ => 60 };

    public static Task<int> InvokeAsync(string[] arguments)
    {
        var root = new RootCommand("""
            The virtual kiosk: the real agent between simulated devices and a simulated platform. Without --once and --storm: a console that takes commands.
            Exit codes of --once: 0 issued (with --journey bus-return: and a ticket returned), and paper, journal and ledger agree, the station's books too
            where the station was asked; 1 they disagree; 2 the run itself failed; 3 the order stands in doubt, and all agree on that;
            4 nothing was given and nothing reported; 64 usage.

            --storm presents order after order and ends the agent --kills times with SIGKILL: while it starts and recovers, between code and first byte,
            in the middle of a ticket or a strip, behind a cut, and around queries and reports. Part of the kills are power cuts: bytes on the wires are
            lost, too. The boot stays the same, so that the agent believes the printer's counters, as it would not after a real reboot. Printer, platform
            and passengers live on; now and then the platform fails as well. In the end no ticket may be there twice, what was issued must be on paper and
            in the ledger exactly once, what was released in neither, no report may wait, and with a printer that proves everything nothing may stand
            in doubt. Exit codes: 0 no violation; 1 violations, each told with its order; 2 the storm could not go on; 64 usage.

            --replug N presents order after order and pulls a device's cable N times at such moments, to plug it in again a little later. The printer keeps
            its power. The agent lives on: in the end it may hold no more descriptors, threads and memory than after the first tenth, no ticket may be there
            twice, and what was issued must be on paper and in the ledger exactly once. An order whose ticket was on its way may stand in doubt. Exit codes
            as of --storm.
            """) { Json, SavePrint, Scanner, Printer, Baud, Agent, TimeOut, StormCommand.Storm, StormCommand.Kills, ReplugCommand.Replug, StormCommand.Seed };
        foreach (var option in OnceCommand.Options.Reverse()) root.Options.Insert(0, option);
        Require(OnceCommand.PowerCut, n => n is null or >= 1, "--power-cut-during-ticket counts from 1.");
        Require(Baud, b => b is null or (>= 300 and <= 4_000_000), "--baud is 300 to 4000000.");
        Require(TimeOut, t => t is >= 1 and <= MaxTimeoutSeconds, $"--timeout is 1 to {MaxTimeoutSeconds}.");
        Require(Scanner, s => s == "none" || TriggeredScanner.Kinds.Contains(s), $"--scanner is none or one of {string.Join(", ", TriggeredScanner.Kinds)}.");
        Require(Printer, p => SimulatedPrinterOptions.ProfileNames.Contains(p), $"--printer is one of {string.Join(", ", SimulatedPrinterOptions.ProfileNames)}.");
        Require(StormCommand.Kills, k => k is >= 1 and <= StormCommand.MostKills, $"--kills is 1 to {StormCommand.MostKills}.");
        Require(ReplugCommand.Replug, n => n is null or (>= 1 and <= ReplugCommand.MostPulls), $"--replug is 1 to {ReplugCommand.MostPulls}.");
        root.SetAction(RunAsync);
        var parsed = root.Parse(arguments);
        return parsed.Errors.Count == 0 ? parsed.InvokeAsync() : RefuseAsync(parsed);
    }

    private static void Require<T>(Option<T> option, Func<T?, bool> isRight, string otherwise) =>
        option.Validators.Add(result =>
        {
            if (!isRight(result.GetValue(option))) result.AddError(otherwise);
        });

    private static async Task<int> RefuseAsync(ParseResult parsed)
    {
        foreach (var error in parsed.Errors) await Console.Error.WriteLineAsync(error.Message);
        return (int)KioskExitCode.Usage;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        var once = parsed.GetValue(OnceCommand.Once);
        JsonObject[] orders, jobs;
        Stream print;
        try
        {
            if (Contradiction(parsed) is { } problem) return await UsageAsync(problem);
            (orders, jobs) = OnceCommand.Read(parsed, time.GetUtcNow());
            print = parsed.GetValue(SavePrint) is { } path ? File.Create(path) : Stream.Null;
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            return await UsageAsync(e.Message);
        }
        await using (print)
        {
            var options = new VirtualKioskOptions
            {
                Agent = parsed.GetValue(Agent)!,
                Orders = orders,
                Jobs = jobs,
                StationAllocates = parsed.GetValue(OnceCommand.Station),
                IdCard = parsed.GetValue(OnceCommand.IdCard),
                CodesAreOnCards = parsed.GetValue(OnceCommand.Card),
                Printer = PrinterOf(parsed),
                ScannerTrigger = parsed.GetValue(Scanner)!,
            };
            var seed = parsed.GetValue(StormCommand.Seed) ?? Random.Shared.Next();
            var storm = parsed.GetValue(StormCommand.Storm);
            var replug = parsed.GetValue(ReplugCommand.Replug);
            await using var kiosk = await VirtualKiosk.CreateAsync(storm || replug is not null ? StormCommand.OptionsFor(options, seed, time) with { IsReplugged = replug is not null } : options, time);
            kiosk.Printer.SaveBytesTo(print);
            if (replug is { } pulls) return (int)await ReplugCommand.RunAsync(kiosk, seed, pulls, TimeSpan.FromSeconds(parsed.GetValue(TimeOut)), parsed.GetValue(Json), time, cancellationToken);
            if (storm) return (int)await StormCommand.RunAsync(kiosk, seed, parsed.GetValue(StormCommand.Kills), TimeSpan.FromSeconds(parsed.GetValue(TimeOut)), parsed.GetValue(Json), time, cancellationToken);
            return await (once ? OnceAsync(kiosk, OnceCommand.Run(kiosk, orders, jobs, parsed, time), parsed, cancellationToken) : ConsoleAsync(kiosk, orders, time, cancellationToken));
        }
    }

    private static string? Contradiction(ParseResult parsed)
    {
        var (once, storm, replug) = (parsed.GetValue(OnceCommand.Once), parsed.GetValue(StormCommand.Storm), parsed.GetValue(ReplugCommand.Replug) is not null);
        return (once ? 1 : 0) + (storm ? 1 : 0) + (replug ? 1 : 0) > 1 ? "--once, --storm and --replug exclude each other"
            : !once && !storm && !replug && parsed.GetValue(Json) ? "--json goes with --once, --storm and --replug"
            : (storm || replug) && (parsed.GetValue(OnceCommand.Order) is not null || parsed.GetValue(OnceCommand.Station)) ? "--order and --station go not with --storm and --replug, which make their own orders"
            : !storm && parsed.GetResult(StormCommand.Kills) is { Implicit: false } ? "--kills goes with --storm"
            : !storm && !replug && parsed.GetValue(StormCommand.Seed) is not null ? "--seed goes with --storm and --replug"
            : OnceCommand.Contradiction(parsed);
    }

    private static async Task<int> OnceAsync(VirtualKiosk kiosk, OnceRun run, ParseResult parsed, CancellationToken cancellationToken)
    {
        try
        {
            var result = await run.RunAsync(TimeSpan.FromSeconds(parsed.GetValue(TimeOut)), cancellationToken);
            if (parsed.GetValue(Json)) OnceReport.WriteJson(Console.Out, result, kiosk);
            else OnceReport.WriteText(Console.Out, result, kiosk);
            if (!result.Verdict.Agree) ShowLog(kiosk.Folder);
            return (int)result.Verdict.ExitCode;
        }
        catch (VirtualKioskException e)
        {
            if (parsed.GetValue(Json)) OnceReport.WriteError(Console.Out, e.Message);
            return await FailAsync(kiosk, e);
        }
    }

    private static async Task<int> ConsoleAsync(VirtualKiosk kiosk, JsonObject[] orders, TimeProvider time, CancellationToken cancellationToken)
    {
        var view = new KioskView(Console.Out, time, ansi: !Console.IsOutputRedirected);
        using var interactive = new InteractiveKiosk(kiosk, view, time);
        try
        {
            await kiosk.CreateJournalAsync(cancellationToken);
            await kiosk.StartAgentAsync(cancellationToken);
            view.Answer($"Orders: {string.Join(", ", orders.Select(o => $"{OrderFile.Text(o, "alitrip_order_id")} ({OrderFile.Passengers(o).Count} passengers)"))}. Jobs: {string.Join(", ", JobFile.Samples)}. 'help' tells what can be done.");
            await new KioskConsole(interactive, view).RunAsync(Console.In, cancellationToken);
            return (int)KioskExitCode.Agreement;
        }
        catch (VirtualKioskException e)
        {
            return await FailAsync(kiosk, e);
        }
        catch (OperationCanceledException)
        {
            return (int)KioskExitCode.Agreement;
        }
    }

    private static async Task<int> FailAsync(VirtualKiosk kiosk, VirtualKioskException e)
    {
        await Console.Error.WriteLineAsync(e.Message);
        ShowLog(kiosk.Folder);
        return (int)KioskExitCode.RunFailed;
    }

    private static SimulatedPrinterOptions PrinterOf(ParseResult parsed)
    {
        var profile = SimulatedPrinterOptions.Profile(parsed.GetValue(Printer)!);
        return profile with { BaudRate = parsed.GetValue(Baud) ?? (profile.BaudRate == 0 ? 115_200 : profile.BaudRate) };
    }

    private static async Task<int> UsageAsync(string problem)
    {
        await Console.Error.WriteLineAsync(problem);
        return (int)KioskExitCode.Usage;
    }

    private static void ShowLog(KioskFolder folder)
    {
        folder.Keep = true;
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The agent's log, last {LogLinesShown} lines of {folder.LogPath}:"));
        foreach (var line in folder.LogTail(LogLinesShown)) Console.Error.WriteLine(line);
    }
}
