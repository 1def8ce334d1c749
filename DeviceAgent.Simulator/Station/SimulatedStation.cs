using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Simulator.Station;

/// <summary>Where the station's system listens. Loopback only.</summary>
internal sealed record StationOptions
{
    /// <summary>0-65535; 0 takes a free port, and keeps it when the station comes back.</summary>
    public int Port { get; init; }
    /// <summary>A Unix socket instead of a port.</summary>
    public string? SocketPath { get; init; }
    /// <summary>The bearer token that every request must bring; null: none is asked for.</summary>
    public string? Token { get; init; }
}

/// <summary>One request and what became of it.</summary>
/// <param name="Operation">Null: a path that nobody serves.</param>
/// <param name="Status">HTTP, of the answer that was made.</param>
/// <param name="Answered">False: the connection closed without an answer.</param>
internal sealed record StationRequest(DateTimeOffset ReceivedAt, StationOperation? Operation, string? OrderNumber, int Status, bool Answered);

/// <summary>The station's ticketing system: it gives tickets, seats and gates, and decides on returns.</summary>
/// <remarks>
/// PUT allocations/{order}, POST allocations/{order}/confirm and /release, PUT returns/{order} and returns/{order}/{ticket}, below <see cref="Url"/>.
/// Bodies are checked to the letter: 400 names the field.
/// </remarks>
internal sealed class SimulatedStation : IAsyncDisposable
{
    private const int LongestBodyBytes = 64 * 1024;
    private const int LongestNumber = 64;
    private const string Base = "/station";
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly StationOptions _options;
    private readonly TimeProvider _time;
    private readonly LoopbackListener _listener;
    private volatile bool _down;

    private SimulatedStation(StationOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        Books = new StationBooks(time);
        _listener = new LoopbackListener(options.Port, options.SocketPath, LongestBodyBytes, HandleAsync);
    }

    public StationBooks Books { get; }

    public StationFaults Faults { get; } = new();

    /// <summary>The base of all paths; ends with a slash.</summary>
    public Uri Url => new($"http://127.0.0.1:{_listener.Port.ToString(CultureInfo.InvariantCulture)}{Base}/");

    /// <summary>Raised on the request's thread, before anything is done about it.</summary>
    public event Action<StationOperation, string>? Received;

    /// <summary>Raised on the request's thread when its answer is out, or lost.</summary>
    public event Action<StationRequest>? Finished;

    public static async Task<SimulatedStation> StartAsync(StationOptions options, TimeProvider time)
    {
        var station = new SimulatedStation(options, time);
        await station.ComeBackAsync();
        return station;
    }

    /// <summary>Nobody listens any more: connections are refused, requests in hand end without an answer.</summary>
    public Task GoDownAsync()
    {
        _down = true;
        return _listener.StopAsync(new CancellationToken(canceled: true));
    }

    public async Task ComeBackAsync()
    {
        await _listener.StartAsync();
        _down = false;
    }

    public async ValueTask DisposeAsync()
    {
        _down = true;
        await _listener.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext http)
    {
        var receivedAt = _time.GetUtcNow();
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        if (Route(http.Request) is not { } route)
        {
            await WriteAsync(http, StationReply.Unknown);
            Finished?.Invoke(new StationRequest(receivedAt, null, null, StatusCodes.Status404NotFound, true));
            return;
        }
        Received?.Invoke(route.Operation, route.Order);
        var faults = Faults.Take(route.Operation);
        bool Met(StationFaultKind kind) => faults.Any(f => f.Kind == kind);
        void Finish(int status, bool answered) => Finished?.Invoke(new StationRequest(receivedAt, route.Operation, route.Order, status, answered));

        if (_down || Met(StationFaultKind.LoseRequest))
        {
            http.Abort();
            Finish(0, false);
            return;
        }
        var reply = Met(StationFaultKind.Unavailable) ? new StationReply(StatusCodes.Status503ServiceUnavailable)
            : Met(StationFaultKind.Refuse) ? StationReply.Conflict("no seats left")
            : Answer(http.Request, route, body.GetBuffer().AsMemory(0, (int)body.Length));
        foreach (var slow in faults.Where(f => f.Kind == StationFaultKind.Slow)) await Task.Delay(slow.Length, _time, http.RequestAborted);
        if (Met(StationFaultKind.LoseAnswer) || _down)
        {
            http.Abort();
            Finish(reply.Status, false);
            return;
        }
        if (Met(StationFaultKind.Garbage)) await WriteAsync(http, StatusCodes.Status200OK, "{\"tickets\":[{\"passenger\":0,\"ticket"u8.ToArray());
        else await WriteAsync(http, reply);
        Finish(reply.Status, true);
    }

    private StationReply Answer(HttpRequest request, StationRoute route, ReadOnlyMemory<byte> body)
    {
        if (!IsAllowed(request)) return new StationReply(StatusCodes.Status401Unauthorized);
        if (request.Method != route.Method) return new StationReply(StatusCodes.Status405MethodNotAllowed);
        if (!request.HasJsonContentType()) return new StationReply(StatusCodes.Status415UnsupportedMediaType);
        var shape = route.Operation switch
        {
            StationOperation.Allocate => StationRequests.Allocate,
            StationOperation.Confirm => StationRequests.Confirm,
            StationOperation.Release => StationRequests.Release,
            _ => StationRequests.Return,
        };
        if (shape.TryParse(body, out var value) is { } fault) return StationReply.Invalid($"{fault.Path}: {fault.Says}");
        var content = (JsonObject)value!;
        return route.Operation switch
        {
            StationOperation.Allocate => Books.Allocate(route.Order, content),
            StationOperation.Confirm => Books.Confirm(route.Order, content),
            StationOperation.Release => Books.Release(route.Order, content),
            _ => Books.Return(route.Order, route.Ticket, content),
        };
    }

    private bool IsAllowed(HttpRequest request) => _options.Token is not { } token
        || CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(request.Headers.Authorization.ToString()), Encoding.UTF8.GetBytes($"Bearer {token}"));

    private static StationRoute? Route(HttpRequest request)
    {
        string[] path = request.Path.StartsWithSegments(Base, StringComparison.Ordinal, out var rest) ? rest.Value!.Split('/')[1..] : [];
        if (path.Length is < 2 or > 3 || request.QueryString.HasValue || !path[1..].All(IsNumber)) return null;
        return (path[0], path.Length == 3 ? path[2] : null) switch
        {
            ("allocations", null) => new StationRoute(StationOperation.Allocate, HttpMethods.Put, path[1], null),
            ("allocations", "confirm") => new StationRoute(StationOperation.Confirm, HttpMethods.Post, path[1], null),
            ("allocations", "release") => new StationRoute(StationOperation.Release, HttpMethods.Post, path[1], null),
            ("returns", var ticket) => new StationRoute(StationOperation.Return, HttpMethods.Put, path[1], ticket),
            _ => null,
        };
    }

    private static bool IsNumber(string text) => text.Length is > 0 and <= LongestNumber && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private static Task WriteAsync(HttpContext http, StationReply reply) =>
        WriteAsync(http, reply.Status, reply.Body is null ? [] : Encoding.UTF8.GetBytes(reply.Body.ToJsonString(Plain)));

    private static async Task WriteAsync(HttpContext http, int status, byte[] body)
    {
        http.Response.StatusCode = status;
        if (body.Length == 0) return;
        http.Response.ContentType = "application/json; charset=utf-8";
        http.Response.ContentLength = body.Length;
        await http.Response.Body.WriteAsync(body, http.RequestAborted);
        await http.Response.CompleteAsync();
    }

    private sealed record StationRoute(StationOperation Operation, string Method, string Order, string? Ticket);
}
