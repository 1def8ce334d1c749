using System.Net.Sockets;

namespace DeviceAgent.Technician;

/// <summary>What came back from the agent.</summary>
/// <param name="Body">UTF-8 JSON; null when nobody answered.</param>
/// <param name="Fault">Why nobody answered, or what was wrong with the answer; null with status 200.</param>
/// <param name="Status">0 when nobody answered.</param>
internal sealed record AgentReply(byte[]? Body, string? Fault, int Status = 0);

/// <summary>Asks the agent over its Unix socket. An agent that is not there is a value, not an exception.</summary>
internal sealed class AgentClient : IDisposable
{
    /// <summary>Bytes of an answer; /status is below 2 KiB.</summary>
    private const int MaxAnswer = 1024 * 1024;

    private readonly string _path;
    private readonly HttpClient _http;

    /// <param name="timeout">Default 15 s; a decision waits for the platform.</param>
    public AgentClient(string socketPath, TimeSpan? timeout = null)
    {
        _path = socketPath;
        var handler = new SocketsHttpHandler { ConnectCallback = (_, stop) => ConnectAsync(socketPath, stop), UseProxy = false, AllowAutoRedirect = false, UseCookies = false };
        _http = new HttpClient(handler) { BaseAddress = new Uri("http://device-agent"), Timeout = timeout ?? TimeSpan.FromSeconds(15), MaxResponseContentBufferSize = MaxAnswer };
    }

    public Task<AgentReply> GetAsync(string path, CancellationToken cancellationToken) => SendAsync(HttpMethod.Get, path, null, cancellationToken);

    /// <param name="json">UTF-8.</param>
    public Task<AgentReply> PostAsync(string path, byte[] json, CancellationToken cancellationToken) => SendAsync(HttpMethod.Post, path, json, cancellationToken);

    private async Task<AgentReply> SendAsync(HttpMethod method, string path, byte[]? json, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = json is null ? null : new ByteArrayContent(json) };
            using var response = await _http.SendAsync(request, cancellationToken);
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            return new(body, response.IsSuccessStatusCode ? null : $"the agent answered {(int)response.StatusCode}", (int)response.StatusCode);
        }
        catch (HttpRequestException e)
        {
            return new(null, $"no agent answers at {_path}: {Cause(e)}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new(null, $"the agent at {_path} did not answer within {_http.Timeout.TotalSeconds:0} s");
        }
    }

    public void Dispose() => _http.Dispose();

    private static string Cause(HttpRequestException e) => e.InnerException switch
    {
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable or SocketError.HostNotFound } => "there is no socket",
        SocketException { NativeErrorCode: 2 } => "there is no socket (is the service running? see: systemctl status device-agent)",
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => "nobody listens (the agent is stopped or starting)",
        SocketException { SocketErrorCode: SocketError.AccessDenied } => "permission denied (are you in the group device-agent?)",
        { } cause => cause.Message,
        null => e.Message,
    };

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
