using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace DeviceAgent.Technician;

/// <summary>`device-agent order …` and `device-agent maintenance …`: what the running agent answers, for a person or as it is.</summary>
public sealed class OrderCommands(string socketPath, TextWriter output, TextWriter error)
{
    // The agent gives up after 75 s.
    private static readonly TimeSpan DecisionTimeout = TimeSpan.FromSeconds(90);

    /// <summary>Orders that have no outcome yet.</summary>
    /// <returns>An exit code.</returns>
    public Task<int> ListAsync(bool json, CancellationToken cancellationToken) =>
        ShowAsync("/orders", json, ApiAnswerJson.Default.OrdersAnswer, Lines, cancellationToken);

    public Task<int> ShowAsync(string orderNumber, string? journey, bool json, CancellationToken cancellationToken) =>
        ShowAsync($"/orders/{Escape(orderNumber)}{Query(journey)}", json, ApiAnswerJson.Default.OrderAnswer, Lines, cancellationToken);

    public Task<int> ResolveAsync(string orderNumber, string? journey, string decision, string reason, CancellationToken cancellationToken) =>
        DoAsync($"/orders/{Escape(orderNumber)}/decision{Query(journey)}", new DecisionBody(decision, reason), ApiRequestJson.Default.DecisionBody, cancellationToken);

    public Task<int> MaintenanceAsync(bool active, string reason, CancellationToken cancellationToken) =>
        DoAsync("/maintenance", new MaintenanceBody(active, reason), ApiRequestJson.Default.MaintenanceBody, cancellationToken);

    // The slash of "order/ticket" is a part of the path here.
    private static string Escape(string orderNumber) => string.Join('/', orderNumber.Split('/').Select(Uri.EscapeDataString));

    private static string Query(string? journey) => journey is null ? "" : $"?journey={journey}";

    internal static string Lines(OrdersAnswer answer)
    {
        if (answer.Orders.Count == 0) return "no order is without an outcome\n";
        var text = new StringBuilder();
        foreach (var order in answer.Orders)
        {
            text.Append(CultureInfo.InvariantCulture, $"{Printable(order.OrderNumber),-20} {Printable(order.Journey),-9} {Printable(order.State),-9} {Stamp(order.ChangedAt)}  ");
            text.Append(CultureInfo.InvariantCulture, $"{order.Tickets} tickets{(order.Reason is null ? "" : $"; {Printable(order.Reason)}")}\n");
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
            Line("", $"{Stamp(attempt.StartedAt)} {what}: {attempt.Outcome ?? "open"}{(attempt.Judgement is null ? "" : $" ({attempt.Judgement})")}");
        }
        foreach (var made in order.Decisions) Line("Decision", $"{Stamp(made.At)} {made.Decision} by {made.By}: {made.Reason} ({made.Platform})");
        return text.ToString();

        void Line(string name, string value) => text.Append(name.PadRight(11)).Append(Printable(value)).Append('\n');
    }

    private async Task<int> ShowAsync<T>(string path, bool json, JsonTypeInfo<T> type, Func<T, string> lines, CancellationToken cancellationToken) where T : class
    {
        using var client = new AgentClient(socketPath);
        var reply = await client.GetAsync(path, cancellationToken);
        if (reply.Fault is not null) return await FailAsync(reply);
        if (Parse(reply.Body, type) is not { } answer)
        {
            await error.WriteLineAsync($"what answers at {socketPath} is no agent of this kind");
            return ExitCodes.AgentUnreachable;
        }
        if (json) await output.WriteLineAsync(Encoding.UTF8.GetString(reply.Body!));
        else await output.WriteAsync(lines(answer));
        return ExitCodes.Ok;
    }

    private async Task<int> DoAsync<T>(string path, T body, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var client = new AgentClient(socketPath, DecisionTimeout);
        var reply = await client.PostAsync(path, JsonSerializer.SerializeToUtf8Bytes(body, type), cancellationToken);
        if (reply.Fault is not null) return await FailAsync(reply);
        await output.WriteLineAsync(Printable(Parse(reply.Body, ApiAnswerJson.Default.DoneAnswer)?.Text ?? "done"));
        return ExitCodes.Ok;
    }

    private async Task<int> FailAsync(AgentReply reply)
    {
        await error.WriteLineAsync(Printable(Parse(reply.Body, ApiAnswerJson.Default.ReasonAnswer)?.Reason ?? reply.Fault!));
        return reply.Status switch
        {
            0 => ExitCodes.AgentUnreachable,
            400 => ExitCodes.Usage,
            503 => ExitCodes.NotNow,
            _ => ExitCodes.Refused,
        };
    }

    private static T? Parse<T>(byte[]? body, JsonTypeInfo<T> type) where T : class
    {
        try
        {
            return body is null ? null : JsonSerializer.Deserialize(body, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // The platform's time, whatever the technician's terminal has.
    private static string Stamp(DateTimeOffset at) => at.ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    // What a newer agent or a platform tells goes to a terminal: no escape sequences.
    private static string Printable(string value) => string.Concat(value.Select(c => char.IsControl(c) ? '?' : c));
}
