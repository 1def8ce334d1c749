using System.CommandLine;
using System.Text;

namespace DeviceAgent.Technician;

/// <summary>What each command does; the composition root fills it in. Each gives an exit code.</summary>
/// <param name="Run">(config file, socket path); socket paths are absolute and short enough for the kernel</param>
/// <param name="CreateJournal">(config file)</param>
/// <param name="AdoptJournal">(config file, reason of 1 to 200 printable characters)</param>
/// <param name="Status">(socket path, as JSON)</param>
/// <param name="Orders">(socket path) → the commands about orders and maintenance</param>
/// <param name="Work">(socket path) → the commands about jobs, returns, the queue and the session</param>
public sealed record CommandHandlers(
    Func<string, string, CancellationToken, Task<int>> Run,
    Func<string, CancellationToken, Task<int>> CreateJournal,
    Func<string, string, CancellationToken, Task<int>> AdoptJournal,
    Func<string, bool, CancellationToken, Task<int>> Status,
    Func<string, OrderCommands> Orders,
    Func<string, WorkCommands> Work)
{
    /// <summary>(socket path) → the commands about paper and the printer</summary>
    public Func<string, PaperCommands> Paper { get; init; } = socket => new(socket, Console.Out, Console.Error);
}

/// <summary>The command line of `device-agent`.</summary>
public static class CommandLine
{
    public const string DefaultConfig = "/etc/device-agent/agent.json";
    public const string DefaultSocket = "/run/device-agent/agent.sock";
    public const string SocketVariable = "DEVICE_AGENT_SOCKET";

    /// <summary>Bytes. man 7 unix: sun_path has 108, the last one a NUL.</summary>
    private const int MaxSocketPath = 107;

    /// <summary>Characters of a reason that is kept in the journal's audit.</summary>
    private const int MaxReason = 200;

    /// <summary>--socket, then $DEVICE_AGENT_SOCKET, then the /run path. An empty one counts as not given.</summary>
    public static string SocketPath(string? option, string? variable) =>
        !string.IsNullOrEmpty(option) ? option : !string.IsNullOrEmpty(variable) ? variable : DefaultSocket;

    /// <summary>Parses and runs. Usage mistakes go to <paramref name="error"/>; the handler gets <paramref name="cancellationToken"/> and sees to signals itself.</summary>
    public static async Task<int> InvokeAsync(
        IReadOnlyList<string> arguments, string? socketVariable, CommandHandlers handlers, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(error);
        if (FirstSecret(arguments) is { } secret)
        {
            // Before anything echoes it: standard error ends in the system's log.
            await error.WriteLineAsync($"{secret}: {SecretNames.WhereItBelongs(secret)}");
            return ExitCodes.Usage;
        }
        // No response files (@file): an argument is an argument.
        var parsed = Build(handlers, socketVariable).Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            foreach (var mistake in parsed.Errors) await error.WriteLineAsync(mistake.Message);
            await error.WriteLineAsync("Try: device-agent --help");
            return ExitCodes.Usage;
        }
        return await parsed.InvokeAsync(
            new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, cancellationToken);
    }

    public static RootCommand Build(CommandHandlers handlers, string? socketVariable)
    {
        ArgumentNullException.ThrowIfNull(handlers);
        var root = new RootCommand(
            """
            The software inside an unattended ticket machine: prints paid orders and reports them to the platform.

            Exit codes:
              0   all right
              64  the command line is wrong
              65  the agent refuses: the order is not known, or a rule is against it
              69  no agent answers at the socket
              74  the journal cannot be made, opened or written
              75  not at this moment: the kiosk is busy, or the platform cannot be asked
              78  the configuration is wrong; every mistake is named on standard error, one on each line
            """);
        root.Directives.Clear();
        root.Subcommands.Add(Run(handlers, socketVariable));
        root.Subcommands.Add(Journal(handlers));
        root.Subcommands.Add(Status(handlers, socketVariable));
        root.Subcommands.Add(OrderCommandLine.Order(handlers, socketVariable));
        root.Subcommands.Add(OrderCommandLine.Maintenance(handlers, socketVariable));
        root.Subcommands.Add(WorkCommandLine.Job(handlers, socketVariable));
        root.Subcommands.Add(WorkCommandLine.Return(handlers, socketVariable));
        root.Subcommands.Add(WorkCommandLine.Queue(handlers, socketVariable));
        root.Subcommands.Add(WorkCommandLine.Session(handlers, socketVariable));
        root.Subcommands.Add(PaperCommandLine.Paper(handlers, socketVariable));
        root.Subcommands.Add(PaperCommandLine.Printer(handlers, socketVariable));
        root.SetAction(result =>
        {
            result.InvocationConfiguration.Error.WriteLine("A command is required: run, journal, status, order, maintenance, job, return, queue, session, paper or printer. Try: device-agent --help");
            return ExitCodes.Usage;
        });
        return root;
    }

    private static Command Run(CommandHandlers handlers, string? socketVariable)
    {
        var config = Config();
        var socket = Socket();
        var command = new Command("run",
            """
            Runs the agent until it gets SIGTERM or SIGINT; a ticket in hand is finished first (20 s at most).
            Precedence of options: defaults, the file, the environment (DEVICE_AGENT__Section__Key).
            Secrets are files of their own: in $CREDENTIALS_DIRECTORY, else in <State:Folder>/secrets/ with mode 0600.
            Exit codes: 0 stopped, 74 journal, 78 configuration.
            """) { config, socket };
        command.SetAction((result, stop) => WithSocketAsync(result, socket, socketVariable, path => handlers.Run(result.GetValue(config) ?? DefaultConfig, path, stop)));
        return command;
    }

    private static Command Journal(CommandHandlers handlers)
    {
        var config = Config();
        var create = new Command("create",
            """
            Makes the journal and, where no credential gives one, its key file. Refuses when there is a journal already, or was one.
            Exit codes: 0 made, 74 there is one, or it cannot be made, 78 configuration.
            """) { config };
        create.SetAction((result, stop) => handlers.CreateJournal(result.GetValue(config) ?? DefaultConfig, stop));
        var journal = new Command("journal", "The durable record of what was issued and what is still to be reported.") { create, Adopt(handlers) };
        journal.SetAction(result =>
        {
            result.InvocationConfiguration.Error.WriteLine("A command is required: journal create or journal adopt. Try: device-agent journal --help");
            return ExitCodes.Usage;
        });
        return journal;
    }

    private static Command Adopt(CommandHandlers handlers)
    {
        var config = Config();
        var reason = new Option<string>("--reason")
        {
            Required = true,
            HelpName = "TEXT",
            Description = $"Why, in 1 to {MaxReason} printable characters. It is kept in the journal with who called.",
        };
        reason.Validators.Add(result =>
        {
            var text = result.GetValueOrDefault<string>();
            if (string.IsNullOrWhiteSpace(text) || text.Length > MaxReason || text.Any(char.IsControl)) result.AddError($"--reason must be a text of 1 to {MaxReason} printable characters.");
        });
        var command = new Command("adopt",
            """
            Makes the journal of this machine what is there, when the agent says JournalMissing, JournalDamaged or JournalMismatch
            (a lost or broken file, a restored image, a copied card, another board). Stop the agent first; run it as the agent's user.
            Missing: makes a new one. Damaged: gives it another name and makes a new one; nothing is overwritten or deleted.
            Not this machine's: keeps it. Waiting reports are then asked about before they are sent, orders in hand stand in doubt.
            A sound journal that belongs here is left as it is.
            Exit codes: 0 adopted, or nothing to do; 74 the agent runs, or an adoption does not help; 78 configuration.
            """) { config, reason };
        command.SetAction((result, stop) => handlers.AdoptJournal(result.GetValue(config) ?? DefaultConfig, result.GetValue(reason)!, stop));
        return command;
    }

    private static Command Status(CommandHandlers handlers, string? socketVariable)
    {
        var socket = Socket();
        var json = new Option<bool>("--json") { Description = "Print the agent's answer as it is, as one JSON object." };
        var command = new Command("status", "Asks the running agent how it is. Exit codes: 0 it answered, 69 no agent answers at the socket.") { socket, json };
        command.SetAction((result, stop) => WithSocketAsync(result, socket, socketVariable, path => handlers.Status(path, result.GetValue(json), stop)));
        return command;
    }

    internal static async Task<int> WithSocketAsync(ParseResult result, Option<string> option, string? variable, Func<string, Task<int>> command)
    {
        var path = Path.GetFullPath(SocketPath(result.GetValue(option), variable));
        if (Encoding.UTF8.GetByteCount(path) <= MaxSocketPath) return await command(path);
        await result.InvocationConfiguration.Error.WriteLineAsync($"The socket's path is longer than {MaxSocketPath} bytes: {path}");
        return ExitCodes.Usage;
    }

    private static Option<string> Config() => new("--config") { HelpName = "FILE", Description = $"The configuration. [default: {DefaultConfig}]" };

    internal static Option<string> Socket() =>
        new("--socket") { HelpName = "PATH", Description = $"The agent's socket. [default: ${SocketVariable}, else {DefaultSocket}]" };

    /// <returns>The name of an option that seems to carry a secret, without its value; null when there is none.</returns>
    private static string? FirstSecret(IReadOnlyList<string> arguments)
    {
        foreach (var argument in arguments)
        {
            var name = argument.Split('=', ':')[0];
            // A value may hold such a word too ("--config /etc/secret.json"), an option's name may not.
            if (name.StartsWith('-') && SecretNames.LooksSecret(name)) return name;
        }
        return null;
    }
}
