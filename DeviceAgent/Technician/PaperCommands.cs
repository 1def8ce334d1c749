using System.CommandLine;
using System.Globalization;
using System.Text;

namespace DeviceAgent.Technician;

/// <summary>`device-agent paper …` and `device-agent printer`: what the running agent answers, for a person or as it is.</summary>
public sealed class PaperCommands(string socketPath, TextWriter output, TextWriter error)
{
    private readonly AgentConversation _agent = new(socketPath, output, error);

    /// <summary>What the printers did.</summary>
    /// <returns>An exit code.</returns>
    public Task<int> PrinterAsync(bool json, CancellationToken cancellationToken) =>
        _agent.ShowAsync("/printer", json, ApiAnswerJson.Default.PrinterUseAnswer, Lines, cancellationToken);

    /// <summary>Paper was loaded.</summary>
    /// <returns>An exit code.</returns>
    public Task<int> ChangedAsync(string? firstForm, CancellationToken cancellationToken) =>
        _agent.DoAsync("/paper", new PaperBody(true, firstForm, null), ApiRequestJson.Default.PaperBody, "done", cancellationToken);

    /// <summary>The number of the form in the printer is another.</summary>
    /// <returns>An exit code.</returns>
    public Task<int> NumberAsync(string form, string reason, CancellationToken cancellationToken) =>
        _agent.DoAsync("/paper", new PaperBody(false, form, reason), ApiRequestJson.Default.PaperBody, "done", cancellationToken);

    internal static string Lines(PrinterUseAnswer answer)
    {
        var text = new StringBuilder();
        Line("Printer", answer.Unit is null ? "none was seen" : $"{answer.Unit}{(answer.Model is null ? "" : $" ({answer.Model})")}");
        if (answer.Capabilities is { } can) Line("Can", can);
        Line("Paper", answer.TicketsLeft is { } left ? string.Create(CultureInfo.InvariantCulture, $"{answer.Paper}, {left} tickets left") : answer.Paper);
        if (answer.NextForm is { } form) Line("Next form", form);
        foreach (var use in answer.Printers)
        {
            Line(use.Unit == answer.Unit ? "Did" : "Earlier", string.Create(CultureInfo.InvariantCulture,
                $"{use.Unit}: {use.Tickets} tickets, {use.Millimetres / 1000.0:0.0} m of paper, {use.Cuts} cuts, {use.Faults} faults since {use.Since.ToOffset(TimeSpan.FromHours(8)):yyyy-MM-dd}"));
        }
        return text.ToString();

        void Line(string name, string value) => text.Append(name.PadRight(11)).Append(AgentConversation.Printable(value)).Append('\n');
    }
}

/// <summary>`paper` and `printer` on the command line.</summary>
internal static class PaperCommandLine
{
    public static Command Printer(CommandHandlers handlers, string? socketVariable)
    {
        var (socket, json) = (CommandLine.Socket(), new Option<bool>("--json") { Description = "Print the agent's answer as it is, as one JSON object." });
        var command = new Command("printer", "The printer, its paper, and what each printer did for this kiosk: tickets, metres of paper, cuts, faults.") { socket, json };
        command.SetAction((result, stop) => CommandLine.WithSocketAsync(result, socket, socketVariable, path => handlers.Paper(path).PrinterAsync(result.GetValue(json), stop)));
        return command;
    }

    public static Command Paper(CommandHandlers handlers, string? socketVariable)
    {
        var paper = new Command("paper", "New paper, and the numbers of its forms.") { Changed(handlers, socketVariable), Number(handlers, socketVariable) };
        paper.SetAction(result =>
        {
            result.InvocationConfiguration.Error.WriteLine("A command is required: paper changed or paper number. Try: device-agent paper --help");
            return ExitCodes.Usage;
        });
        return paper;
    }

    private static Command Changed(CommandHandlers handlers, string? socketVariable)
    {
        var socket = CommandLine.Socket();
        var first = new Option<string>("--first-form") { HelpName = "NUMBER", Description = "The number on the first form, where the paper is numbered and the numbers do not go on." };
        var command = new Command("changed",
            """
            Says that paper was loaded, as the button in the kiosk does: a test strip is printed and cut, the counters of the old roll are reset.
            Refused while a ticket is in hand, or what became of one is still being found out: a strip would spoil the evidence.
            Exit codes: 0 changed, 65 refused, 69 no agent, 75 not now, or the strip did not come out.
            """) { first, socket };
        command.SetAction((result, stop) => CommandLine.WithSocketAsync(result, socket, socketVariable, path => handlers.Paper(path).ChangedAsync(result.GetValue(first), stop)));
        return command;
    }

    private static Command Number(CommandHandlers handlers, string? socketVariable)
    {
        var (socket, reason) = (CommandLine.Socket(), OrderCommandLine.Reason());
        var form = new Argument<string>("NUMBER") { Description = "The number on the form that lies in the printer." };
        var command = new Command("number",
            "Says which number the form in the printer has, when the count and the paper differ. Exit codes: 0 noted, 65 refused, 69 no agent, 75 busy.") { form, reason, socket };
        command.SetAction((result, stop) => CommandLine.WithSocketAsync(result, socket, socketVariable,
            path => handlers.Paper(path).NumberAsync(result.GetValue(form)!, result.GetValue(reason)!, stop)));
        return command;
    }
}
