using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DeviceAgent.Simulator.Kiosk;

/// <summary>GET /status, as far as the virtual kiosk needs it.</summary>
internal sealed record AgentStatus(bool CanIssue, string Guidance, IReadOnlyList<string> Reasons, int OutboxWaiting, int OutboxParked);

/// <summary>GET /orders/{number}: what the journal holds of an order.</summary>
/// <param name="Report">State of its newest report; null when there is none.</param>
internal sealed record AgentOrder(string State, string? Reason, string? Report, IReadOnlyList<string> TicketOutcomes, int VoidStrips);

/// <summary>What the agent said to something that it was asked to do.</summary>
/// <param name="Status">HTTP; 202 when it was taken.</param>
/// <param name="Reason">Why it was not.</param>
/// <param name="Faults">Of a job that was refused: each fault by name.</param>
internal sealed record AgentReply(int Status, string? Reason, IReadOnlyList<string> Faults)
{
    public bool IsTaken => Status == (int)HttpStatusCode.Accepted;
}

/// <summary>The agent's local API at its Unix socket.</summary>
internal sealed class AgentApi(string socketPath) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { ConnectCallback = (_, cancel) => ConnectAsync(socketPath, cancel) })
    {
        BaseAddress = new Uri("http://agent/"),
        Timeout = TimeSpan.FromSeconds(10),
        MaxResponseContentBufferSize = 1024 * 1024,
    };

    /// <returns>Null when the agent does not answer.</returns>
    public async Task<AgentStatus?> StatusAsync(CancellationToken cancellationToken)
    {
        if (await GetAsync("status", cancellationToken) is not { } status) return null;
        var outbox = status["outbox"];
        return new AgentStatus((bool?)status["canIssue"] ?? false, (string?)status["guidance"] ?? "", [.. Strings(status["reasons"])], (int?)outbox?["waiting"] ?? 0, (int?)outbox?["parked"] ?? 0);
    }

    /// <param name="orderNumber">Of a return the ticket's code, "order/ticket".</param>
    /// <param name="journey">"bus", "bus-return", "ship" or "train"; null: whichever has the order.</param>
    /// <returns>Null when the journal does not know the order, or the agent does not answer.</returns>
    public async Task<AgentOrder?> OrderAsync(string orderNumber, CancellationToken cancellationToken, string? journey = null)
    {
        var path = string.Join('/', orderNumber.Split('/').Select(Uri.EscapeDataString));
        if (await GetAsync($"orders/{path}{(journey is null ? "" : $"?journey={journey}")}", cancellationToken) is not { } order) return null;
        var outcomes = order["tickets"] is JsonArray tickets ? tickets.Select(t => Word((string?)t?["outcome"])) : [];
        return new AgentOrder(Word((string?)order["state"]), (string?)order["reason"], (string?)order["report"], [.. outcomes], (int?)order["voidStrips"] ?? 0);
    }

    /// <returns>GET /status as it was answered, indented; null when the agent does not answer.</returns>
    public async Task<string?> StatusTextAsync(CancellationToken cancellationToken) =>
        (await GetAsync("status", cancellationToken))?.ToJsonString(new JsonSerializerOptions { WriteIndented = true });

    /// <summary>POST /jobs: a ship or train job.</summary>
    /// <returns>Null when the agent does not answer.</returns>
    public Task<AgentReply?> SubmitJobAsync(JsonObject job, CancellationToken cancellationToken) => PostAsync("jobs", job, cancellationToken);

    /// <summary>POST /returns: the code of a ticket, "order/ticket", or an order's number.</summary>
    /// <returns>Null when the agent does not answer.</returns>
    public Task<AgentReply?> ReturnAsync(string code, CancellationToken cancellationToken) => PostAsync("returns", new JsonObject { ["code"] = code }, cancellationToken);

    public void Dispose() => _http.Dispose();

    /// <summary>The journal's spelling and the documents' are the same word: in_doubt, InDoubt.</summary>
    internal static string Word(string? text) =>
        string.Concat((text ?? "").Split('_', StringSplitOptions.RemoveEmptyEntries).Select(w => char.ToUpperInvariant(w[0]) + w[1..]));

    private static IEnumerable<string> Strings(JsonNode? list) => list is JsonArray array ? array.Select(e => e?.ToString() ?? "") : [];

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<AgentReply?> PostAsync(string path, JsonObject content, CancellationToken cancellationToken)
    {
        try
        {
            using var body = new StringContent(content.ToJsonString(), Encoding.UTF8, "application/json");
            using var answer = await _http.PostAsync(path, body, cancellationToken);
            var bytes = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
            var said = bytes.Length == 0 ? null : JsonNode.Parse(bytes) as JsonObject;
            return new AgentReply((int)answer.StatusCode, said?["reason"]?.ToString(), [.. Strings(said?["faults"])]);
        }
        catch (Exception e) when (e is HttpRequestException or JsonException || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    private async Task<JsonObject?> GetAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await _http.GetAsync(path, cancellationToken);
            if (answer.StatusCode != HttpStatusCode.OK) return null;
            return JsonNode.Parse(await answer.Content.ReadAsByteArrayAsync(cancellationToken)) as JsonObject;
        }
        catch (Exception e) when (e is HttpRequestException or JsonException || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }
}
