using System.CommandLine;

namespace DeviceAgent.Technician;

/// <summary>`order` and `maintenance` on the command line.</summary>
internal static class OrderCommandLine
{
    public static Command Order(CommandHandlers handlers, string? socketVariable)
    {
        var order = new Command("order", "Orders in the journal: those without an outcome, one in detail, and a person's decision about one in doubt.")
        {
            List(handlers, socketVariable), Show(handlers, socketVariable), Resolve(handlers, socketVariable),
        };
        order.SetAction(result =>
        {
            result.InvocationConfiguration.Error.WriteLine("A command is required: order list, show or resolve. Try: device-agent order --help");
            return ExitCodes.Usage;
        });
        return order;
    }

    public static Command Maintenance(CommandHandlers handlers, string? socketVariable)
    {
        var maintenance = new Command("maintenance", "Takes the kiosk out of service, or gives it back. It stays so over a restart.")
        {
            Maintenance("enter", "No further order is taken; one in hand is finished first.", true), Maintenance("exit", "Orders are taken again.", false),
        };
        maintenance.SetAction(result =>
        {
            result.InvocationConfiguration.Error.WriteLine("A command is required: maintenance enter or exit. Try: device-agent maintenance --help");
            return ExitCodes.Usage;
        });
        return maintenance;

        Command Maintenance(string name, string description, bool active)
        {
            var (socket, reason) = (CommandLine.Socket(), Reason());
            var command = new Command(name, description) { socket, reason };
            command.SetAction((result, stop) => CommandLine.WithSocketAsync(result, socket, socketVariable,
                path => handlers.Orders(path).MaintenanceAsync(active, result.GetValue(reason)!, stop)));
            return command;
        }
    }

    private static Command List(CommandHandlers handlers, string? socketVariable)
    {
        var (socket, json) = (CommandLine.Socket(), Json());
        var command = new Command("list", "Orders that have no outcome yet: accepted, in doubt, or written by a newer release. Oldest first.") { socket, json };
        command.SetAction((result, stop) => CommandLine.WithSocketAsync(result, socket, socketVariable, path => handlers.Orders(path).ListAsync(result.GetValue(json), stop)));
        return command;
    }

    private static Command Show(CommandHandlers handlers, string? socketVariable)
    {
        var (socket, json, number, journey) = (CommandLine.Socket(), Json(), Number(), Journey());
        var command = new Command("show", "One order: its state, every attempt with the evidence that decided, and what persons decided. No personal data.") { number, journey, socket, json };
        command.SetAction((result, stop) => CommandLine.WithSocketAsync(result, socket, socketVariable,
            path => handlers.Orders(path).ShowAsync(result.GetValue(number)!, result.GetValue(journey), result.GetValue(json), stop)));
        return command;
    }

    private static Command Resolve(CommandHandlers handlers, string? socketVariable)
    {
        var (socket, number, journey, reason) = (CommandLine.Socket(), Number(), Journey(), Reason());
        var decision = new Option<string>("--as") { HelpName = "DECISION", Description = "issued, void or reissue.", Required = true };
        decision.AcceptOnlyFromAmong("issued", "void", "reissue");
        var command = new Command("resolve",
            """
            Decides about an order in doubt, and about no other. Look at the printer, the paper and the passenger first; the platform is asked before.
              issued   the passenger has the tickets: a bus order is reported as issued
              void     what came out is worthless and taken away: a bus order is reported as failed, and the platform refunds
              reissue  the tickets whose outcome is unknown are printed again, marked as copies, once the code is presented (the job submitted) again
            Ship, train and returned orders were reported when they were taken: a decision about their paper changes no report.
            Who decided, and why, is journaled. Exit codes: 0 decided, 65 refused, 69 no agent, 75 busy or platform not reached.
            """) { number, journey, decision, reason, socket };
        command.SetAction((result, stop) => CommandLine.WithSocketAsync(result, socket, socketVariable,
            path => handlers.Orders(path).ResolveAsync(result.GetValue(number)!, result.GetValue(journey), result.GetValue(decision)!, result.GetValue(reason)!, stop)));
        return command;
    }

    private static Argument<string> Number() => new("ORDER") { Description = "The platform's order number; of a returned ticket order/ticket." };

    private static Option<string> Journey()
    {
        var journey = new Option<string>("--journey") { HelpName = "JOURNEY", Description = "bus, bus-return, ship or train, where several have an order of this number." };
        journey.AcceptOnlyFromAmong("bus", "bus-return", "ship", "train");
        return journey;
    }

    private static Option<bool> Json() => new("--json") { Description = "Print the agent's answer as it is, as one JSON object." };

    internal static Option<string> Reason()
    {
        var reason = new Option<string>("--reason") { HelpName = "TEXT", Description = $"Why; 1 to {ApiApplication.MaxReason} printable characters. Goes into the journal: no names of passengers.", Required = true };
        reason.Validators.Add(result =>
        {
            if (!ApiApplication.IsReason(result.GetValueOrDefault<string>())) result.AddError($"--reason must be 1 to {ApiApplication.MaxReason} printable characters");
        });
        return reason;
    }
}
