using System.Globalization;
using System.Text;

namespace DeviceAgent.Technician;

/// <summary>`device-agent order …` and `device-agent maintenance …`: what the running agent answers, for a person or as it is.</summary>
public sealed class OrderCommands(string socketPath, TextWriter output, TextWriter error)
{
    private readonly AgentConversation _agent = new(socketPath, output, error);

    /// <summary>Orders that have no outcome yet.</summary>
    /// <returns>An exit code.</returns>
    public Task<int> ListAsync(bool json, CancellationToken cancellationToken) =>
        _agent.ShowAsync("/orders", json, ApiAnswerJson.Default.OrdersAnswer, Lines, cancellationToken);

    public Task<int> ShowAsync(string orderNumber, string? journey, bool json, CancellationToken cancellationToken) =>
        _agent.ShowAsync($"/orders/{Escape(orderNumber)}{Query(journey)}", json, ApiAnswerJson.Default.OrderAnswer, Lines, cancellationToken);

    public Task<int> ResolveAsync(string orderNumber, string? journey, string decision, string reason, CancellationToken cancellationToken) =>
        _agent.DoAsync($"/orders/{Escape(orderNumber)}/decision{Query(journey)}", new DecisionBody(decision, reason), ApiRequestJson.Default.DecisionBody, "done", cancellationToken);

    public Task<int> MaintenanceAsync(bool active, string reason, CancellationToken cancellationToken) =>
        _agent.DoAsync("/maintenance", new MaintenanceBody(active, reason), ApiRequestJson.Default.MaintenanceBody, "done", cancellationToken);

    // The slash of "order/ticket" is a part of the path here.
    private static string Escape(string orderNumber) => string.Join('/', orderNumber.Split('/').Select(Uri.EscapeDataString));

    private static string Query(string? journey) => journey is null ? "" : $"?journey={journey}";

    internal static string Lines(OrdersAnswer answer)
    {
        if (answer.Orders.Count == 0) return "no order is without an outcome\n";
        var text = new StringBuilder();
        foreach (var order in answer.Orders)
        {
            text.Append(CultureInfo.InvariantCulture, $"{AgentConversation.Printable(order.OrderNumber),-20} {AgentConversation.Printable(order.Journey),-9} {AgentConversation.Printable(order.State),-9} {Stamp(order.ChangedAt)}  ");
            text.Append(CultureInfo.InvariantCulture, $"{order.Tickets} tickets{(order.Reason is null ? "" : $"; {AgentConversation.Printable(order.Reason)}")}\n");
        }
        return text.ToString();
    }

    internal static string Lines(OrderAnswer order)
    {
        var text = new StringBuilder();
        Line("Order", $"{order.OrderNumber} ({order.Journey})");
        Line("State", $"{order.State} since {Stamp(order.ChangedAt)}");
        if (order.Reason is not null) Line("Reason", order.Reason);
        Line("Report", order.Report ?? "none");
        Line("Tickets", order.Tickets.Count.ToString(CultureInfo.InvariantCulture));
        foreach (var attempt in order.Attempts)
        {
            var what = attempt.Kind == "Ticket" ? $"ticket {attempt.Ticket + 1}{(attempt.Copy > 0 ? $", copy {attempt.Copy}" : "")}" : $"{attempt.Kind} of ticket {attempt.Ticket + 1}";
            var form = attempt.Form is null ? "" : $", form {attempt.Form}";
            Line("", $"{Stamp(attempt.StartedAt)} {what}{form}: {attempt.Outcome ?? "open"}{(attempt.Judgement is null ? "" : $" ({attempt.Judgement})")}");
        }
        foreach (var made in order.Decisions) Line("Decision", $"{Stamp(made.At)} {made.Decision} by {made.By}: {made.Reason} ({made.Platform})");
        return text.ToString();

        void Line(string name, string value) => text.Append(name.PadRight(11)).Append(AgentConversation.Printable(value)).Append('\n');
    }

    // The platform's time, whatever the technician's terminal has.
    private static string Stamp(DateTimeOffset at) => at.ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
