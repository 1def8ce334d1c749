using System.Globalization;

namespace DeviceAgent.Simulator.Interactive;

/// <summary>From a typed line to a command, or to a text that says what would have been allowed. No effects.</summary>
public static class KioskCommandLine
{
    /// <summary>Characters of one line; what is longer is refused.</summary>
    public const int MaxLength = 4_096;

    public static readonly TimeSpan MaxDelay = TimeSpan.FromMinutes(5), MaxBan = TimeSpan.FromHours(24);

    public const string Help = """
        scan CODE                     hold a code before the scanner: an order's, or a printed ticket's (twice returns it)
        job NAME                      submit a ship or train job, a file or a sample: ship-1, ship-2, train-1, train-3
        return CODE                   return a ticket (order/ticket) or an order, as a clerk's screen does it
        paper out|middle|load|low     the roll: empty, ends in the middle of a ticket, full, near its end
        cover open|close              the printer's cover
        cutter jam|clear              the printer's cutter
        printer off|on                the printer's power
        unplug scanner|printer        pull a cable
        replug scanner|printer        and put it back
        net down|up|slow MS           the network; slow: each answer MS milliseconds late
        gateway lose-answer           the next report of each kind is applied, its answer lost
        gateway ban SECONDS           the app is refused for a while
        gateway expire-session        the session key is no longer valid
        power cut|on                  the machine's power: the agent dies, and starts again
        power fail|back               the supply's warning that it is about to go, and its end
        door open|close               the kiosk's own door
        button                        press the button that tells that paper was loaded
        status                        what the agent says of itself
        tickets                       the paper that came out
        ledger                        the platform's books
        lights                        the lights now
        help                          this text
        quit                          the end
        """;

    private static readonly string[] Verbs =
        ["scan", "job", "return", "paper", "cover", "cutter", "printer", "unplug", "replug", "net", "gateway", "power", "door", "button", "status", "tickets", "ledger", "lights", "help", "quit"];

    /// <returns>False with a text for the person in <paramref name="error"/>.</returns>
    public static bool TryParse(string line, out KioskCommand command, out string error)
    {
        ArgumentNullException.ThrowIfNull(line);
        (command, error) = line.Length > MaxLength
            ? (new NoCommand(), $"A line has at most {MaxLength} characters.")
            : Parse(line.Trim());
        return error.Length == 0;
    }

    private static (KioskCommand Command, string Error) Parse(string line)
    {
        if (line.Length == 0) return (new NoCommand(), "");
        var end = line.AsSpan().IndexOfAny(' ', '\t');
        var verb = (end < 0 ? line : line[..end]).ToLowerInvariant();
        var rest = end < 0 ? "" : line[end..].Trim();
        switch (verb)
        {
            case "scan": return rest.Length == 0 ? Wrong("'scan' needs a code: scan CODE") : (new ScanCommand(rest), "");
            case "job": return rest.Length == 0 ? Wrong("'job' needs a file or a sample: job NAME") : (new JobCommand(rest), "");
            case "return": return rest.Length == 0 ? Wrong("'return' needs what a ticket's code holds, or an order's number: return CODE") : (new ReturnCommand(rest), "");
        }
        var words = rest.ToLowerInvariant().Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        return verb switch
        {
            "paper" => OneOf(verb, words, ("out", new PaperCommand(PaperChange.Out)), ("middle", new PaperCommand(PaperChange.OutInTicket)),
                ("load", new PaperCommand(PaperChange.Load)), ("low", new PaperCommand(PaperChange.Low))),
            "cover" => OneOf(verb, words, ("open", new CoverCommand(true)), ("close", new CoverCommand(false))),
            "cutter" => OneOf(verb, words, ("jam", new CutterCommand(true)), ("clear", new CutterCommand(false))),
            "printer" => OneOf(verb, words, ("off", new PrinterPowerCommand(false)), ("on", new PrinterPowerCommand(true))),
            "unplug" or "replug" => OneOf(verb, words, ("scanner", new CableCommand(PluggedDevice.Scanner, verb == "replug")),
                ("printer", new CableCommand(PluggedDevice.Printer, verb == "replug"))),
            "power" => OneOf(verb, words, ("cut", new AgentPowerCommand(false)), ("on", new AgentPowerCommand(true)),
                ("fail", new SupplyCommand(true)), ("back", new SupplyCommand(false))),
            "door" => OneOf(verb, words, ("open", new DoorCommand(true)), ("close", new DoorCommand(false))),
            "button" => Alone(verb, words, new ButtonCommand()),
            "net" => Net(words),
            "gateway" => Gateway(words),
            "status" => Alone(verb, words, new AskCommand(KioskQuestion.Status)),
            "tickets" => Alone(verb, words, new AskCommand(KioskQuestion.Tickets)),
            "ledger" => Alone(verb, words, new AskCommand(KioskQuestion.Ledger)),
            "lights" => Alone(verb, words, new AskCommand(KioskQuestion.Lights)),
            "help" => Alone(verb, words, new HelpCommand()),
            "quit" => Alone(verb, words, new QuitCommand()),
            _ => Wrong($"'{verb}' is not a command. There are: {string.Join(", ", Verbs)}."),
        };
    }

    private static (KioskCommand, string) Net(string[] words)
    {
        if (words is not ["slow", ..]) return OneOf("net", words, "out of: down, up, slow MS", ("down", new NetCommand(false)), ("up", new NetCommand(true)));
        return words is [_, var number] && Within(number, (long)MaxDelay.TotalMilliseconds) is { } milliseconds
            ? (new SlowNetCommand(TimeSpan.FromMilliseconds(milliseconds)), "")
            : Wrong($"'net slow' needs milliseconds, 0 to {MaxDelay.TotalMilliseconds}: net slow 800");
    }

    private static (KioskCommand, string) Gateway(string[] words)
    {
        if (words is not ["ban", ..])
        {
            return OneOf("gateway", words, "out of: lose-answer, ban SECONDS, expire-session",
                ("lose-answer", new LoseAnswerCommand()), ("expire-session", new ExpireSessionCommand()));
        }
        return words is [_, var number] && Within(number, (long)MaxBan.TotalSeconds) is { } seconds
            ? (new BanCommand(TimeSpan.FromSeconds(seconds)), "")
            : Wrong($"'gateway ban' needs seconds, 0 to {MaxBan.TotalSeconds}: gateway ban 60");
    }

    private static long? Within(string number, long maximum) =>
        long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value <= maximum ? value : null;

    private static (KioskCommand, string) OneOf(string verb, string[] words, params ReadOnlySpan<(string Word, KioskCommand Command)> choices)
    {
        var names = new List<string>();
        foreach (var (word, _) in choices) names.Add(word);
        return OneOf(verb, words, $"out of: {string.Join(", ", names)}", choices);
    }

    private static (KioskCommand, string) OneOf(string verb, string[] words, string allowed, params ReadOnlySpan<(string Word, KioskCommand Command)> choices)
    {
        foreach (var (word, command) in choices)
        {
            if (words is [var only] && only == word) return (command, "");
        }
        return Wrong($"'{verb}' needs one word {allowed}.");
    }

    private static (KioskCommand, string) Alone(string verb, string[] words, KioskCommand command) =>
        words.Length == 0 ? (command, "") : Wrong($"'{verb}' stands alone.");

    private static (KioskCommand, string) Wrong(string error) => (new NoCommand(), error);
}
