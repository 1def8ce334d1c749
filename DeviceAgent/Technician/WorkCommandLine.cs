using System.CommandLine;

namespace DeviceAgent.Technician;

/// <summary>`job`, `return`, `queue` and `session` on the command line.</summary>
internal static class WorkCommandLine
{
    public static Command Job(CommandHandlers handlers, string? socketVariable)
    {
        var (socket, file, checkedFile) = (CommandLine.Socket(), File(), File());
        var submit = new Command("submit",
            """
            Hands a ship or train order to the agent: it is reported as allocated, and its tickets are printed. A bad one is refused whole, each fault on a line.
            Exit codes: 0 taken, 65 refused, 69 no agent, 75 busy or not ready: try again.
            """) { file, socket };
        submit.SetAction((result, stop) => CommandLine.WithSocketAsync(result, socket, socketVariable, path => handlers.Work(path).SubmitAsync(result.GetValue(file)!, stop)));
        var check = new Command("check", "Looks for faults of a job file; needs no agent. Exit codes: 0 it is right, 65 it is not.") { checkedFile };
        check.SetAction((result, stop) => handlers.Work("").CheckAsync(result.GetValue(checkedFile)!, stop));
        var journey = new Argument<string>("JOURNEY") { Description = "ship or train." };
        journey.AcceptOnlyFromAmong("ship", "train");
        var schema = new Command("schema", "Prints the JSON Schema of a job.") { journey };
        schema.SetAction((result, _) => handlers.Work("").SchemaAsync(result.GetValue(journey)!));
        return Group("job", "Orders that were made and allocated elsewhere: ship and train.", "job submit, check or schema", submit, check, schema);
    }

    public static Command Return(CommandHandlers handlers, string? socketVariable)
    {
        var socket = CommandLine.Socket();
        var code = new Argument<string>("TICKET") { Description = "What the ticket's QR code holds (order/ticket), or an order's number: then all its tickets." };
        var command = new Command("return",
            """
            Returns a bus ticket, or a whole order: the station's system decides, and the ticket is invalid from then on.
            Exit codes: 0 taken, 65 refused, 69 no agent, 75 busy or not ready: try again.
            """) { code, socket };
        command.SetAction((result, stop) => CommandLine.WithSocketAsync(result, socket, socketVariable, path => handlers.Work(path).ReturnAsync(result.GetValue(code)!, stop)));
        return command;
    }

    public static Command Queue(CommandHandlers handlers, string? socketVariable)
    {
        var (socket, json) = (CommandLine.Socket(), new Option<bool>("--json") { Description = "Print the agent's answer as it is, as one JSON object." });
        var list = new Command("list", "Reports that wait for a person (PARKED, with the evidence), then those that wait for the platform or the station.") { socket, json };
        list.SetAction((result, stop) => CommandLine.WithSocketAsync(result, socket, socketVariable, path => handlers.Work(path).QueueAsync(result.GetValue(json), stop)));
        return Group("queue", "The reports that wait.", "queue list, retry or settle", list, Retry(handlers, socketVariable), Settle(handlers, socketVariable));
    }

    public static Command Session(CommandHandlers handlers, string? socketVariable)
    {
        var socket = CommandLine.Socket();
        var set = new Command("set",
            """
            Replaces the seller's session, from standard input, without a restart: device-agent session set < file. It is kept with mode 0600 in <State:Folder>/secrets.
            Exit codes: 0 replaced, 64 no session on standard input, 69 no agent, 75 it could not be written.
            """) { socket };
        set.SetAction((result, stop) => CommandLine.WithSocketAsync(result, socket, socketVariable, path => handlers.Work(path).SetSessionAsync(stop)));
        return Group("session", "The seller's session at the platform.", "session set", set);
    }

    private static Command Retry(CommandHandlers handlers, string? socketVariable)
    {
        var (socket, id, reason) = (CommandLine.Socket(), Id(), OrderCommandLine.Reason());
        var blind = new Option<bool>("--without-asking") { Description = "You vouch that the platform does not have it: it is sent without asking first. For train reports, which cannot be asked after." };
        var command = new Command("retry",
            """
            Makes a parked or waiting report due again; the platform is asked first, where it can be asked. Refused while it is being sent.
            Exit codes: 0 due, 65 refused, 69 no agent.
            """) { id, reason, blind, socket };
        command.SetAction((result, stop) => CommandLine.WithSocketAsync(result, socket, socketVariable,
            path => handlers.Work(path).RetryAsync(result.GetValue(id), result.GetValue(reason)!, !result.GetValue(blind), stop)));
        return command;
    }

    private static Command Settle(CommandHandlers handlers, string? socketVariable)
    {
        var (socket, id, reason) = (CommandLine.Socket(), Id(), OrderCommandLine.Reason());
        var command = new Command("settle",
            """
            Closes a parked report that was settled otherwise, with the operator or the platform: nothing is sent any more, its alarm ends.
            Exit codes: 0 settled, 65 refused, 69 no agent.
            """) { id, reason, socket };
        command.SetAction((result, stop) => CommandLine.WithSocketAsync(result, socket, socketVariable,
            path => handlers.Work(path).SettleAsync(result.GetValue(id), result.GetValue(reason)!, stop)));
        return command;
    }

    private static Command Group(string name, string description, string commands, params Command[] subcommands)
    {
        var group = new Command(name, description);
        foreach (var command in subcommands) group.Subcommands.Add(command);
        group.SetAction(result =>
        {
            result.InvocationConfiguration.Error.WriteLine($"A command is required: {commands}. Try: device-agent {name} --help");
            return ExitCodes.Usage;
        });
        return group;
    }

    private static Argument<string> File() => new("FILE") { Description = "A JSON file; see: device-agent job schema." };

    private static Argument<long> Id() => new("ID") { Description = "The report's number; see: device-agent queue list." };
}
