#pragma warning disable CA1416 // The agent runs on Linux alone.
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Win32.SafeHandles;

namespace DeviceAgent.Technician;

/// <summary>The agent's HTTP interface on a Unix socket, for the command line and for programs on the same machine.</summary>
/// <remarks>
/// Kestrel alone, without host, container and routing: 7 MiB less resident than WebApplication.CreateSlimBuilder (56 against 63 MiB after
/// 300 requests), and no appsettings.json and no ASPNETCORE_ variable can change it.
/// The socket's mode is 0660 from its first moment on; whoever may open it may ask and may enter codes.
/// Owns the socket file: stopping removes it. Requests are bounded in size, number and time.
/// </remarks>
internal sealed class LocalApi : IAsyncDisposable
{
    internal const int MaxConnections = 16;
    private readonly string _path;
    private readonly KestrelServer _server;
    private readonly ApiApplication _application;

    public LocalApi(string path, IAgentDesk desk, TimeProvider time, ILoggerFactory loggers)
    {
        _path = path;
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxConcurrentConnections = MaxConnections;
        options.Limits.MaxRequestBodySize = ApiApplication.MaxBody;
        options.Limits.MaxRequestHeaderCount = 32;
        options.Limits.MaxRequestHeadersTotalSize = 4096;
        options.Limits.MaxRequestLineSize = 1024;
        options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
        options.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(30);
        options.ListenUnixSocket(path, listen => listen.Protocols = HttpProtocols.Http1);
        var transport = new SocketTransportOptions { IOQueueCount = 0, Backlog = MaxConnections, CreateBoundListenSocket = Bind };
        _server = new KestrelServer(Options.Create(options), new SocketTransportFactory(Options.Create(transport), loggers), loggers);
        _application = new ApiApplication(desk, time);
    }

    /// <exception cref="IOException">Another agent answers at the path, or it cannot be had.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await RemoveStaleSocketAsync(_path, cancellationToken);
        try
        {
            await _server.StartAsync(_application, cancellationToken);
        }
        catch (SocketException e)
        {
            throw new IOException($"The socket {_path} cannot be made ({e.SocketErrorCode}); is its folder there and writable?", e);
        }
        // The umask may have narrowed what Bind asked for; it cannot have widened it.
        File.SetUnixFileMode(_path, OwnerAndGroup);
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync(); // open requests are aborted: whoever asked sees the connection end
        await _server.StopAsync(now.Token);
        _server.Dispose();
    }

    private static UnixFileMode OwnerAndGroup => UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    // Linux makes the file of a socket with the mode of the socket itself (net/unix/af_unix.c, unix_bind_bsd):
    // set before bind, there is no moment in which others can connect.
    private static Socket Bind(EndPoint endPoint)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            using (var handle = new SafeFileHandle(socket.Handle, ownsHandle: false)) File.SetUnixFileMode(handle, OwnerAndGroup);
            socket.Bind(endPoint);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task RemoveStaleSocketAsync(string path, CancellationToken cancellationToken)
    {
        if (FileIdentity.Of(path) is not { } there) return;
        if (!there.IsSocket) throw new IOException($"{path} is in the way: it is no socket.");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
            return;
        }
        catch (SocketException e)
        {
            throw new IOException($"{path} is in the way and cannot be asked ({e.SocketErrorCode}).", e);
        }
        throw new IOException($"Another agent answers at {path}.");
    }
}
