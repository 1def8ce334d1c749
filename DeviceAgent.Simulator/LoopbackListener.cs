using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DeviceAgent.Simulator;

/// <summary>An HTTP listener of a simulated peer, on a loopback port or a Unix socket, which can go away and come back on the same one.</summary>
/// <param name="port">0-65535; 0 takes a free port, and keeps it.</param>
/// <param name="socketPath">A Unix socket instead of a port.</param>
internal sealed class LoopbackListener(int port, string? socketPath, long longestBodyBytes, RequestDelegate handle) : IAsyncDisposable
{
    private readonly SemaphoreSlim _switch = new(1);
    private WebApplication? _listener;

    /// <summary>0 before the first start, and with a Unix socket.</summary>
    public int Port { get; private set; } = port;

    public async Task StartAsync()
    {
        await _switch.WaitAsync(CancellationToken.None);
        try
        {
            if (_listener is not null) return;
            _listener = Listener();
            await _listener.StartAsync();
            if (socketPath is null) Port = new Uri(_listener.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
        }
        finally
        {
            _switch.Release();
        }
    }

    /// <summary>Connections are refused from now on.</summary>
    /// <param name="hangUp">Requests in hand end without an answer when it is cancelled.</param>
    public async Task StopAsync(CancellationToken hangUp)
    {
        await _switch.WaitAsync(CancellationToken.None);
        try
        {
            if (_listener is null) return;
            await _listener.StopAsync(hangUp);
            await _listener.DisposeAsync();
            _listener = null;
        }
        finally
        {
            _switch.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true));
        _switch.Dispose();
    }

    private WebApplication Listener()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = longestBodyBytes;
            if (socketPath is not null) kestrel.ListenUnixSocket(socketPath);
            else kestrel.Listen(IPAddress.Loopback, Port);
        });
        var listener = builder.Build();
        listener.Run(handle);
        return listener;
    }

    /// <summary>The listener ends when its owner says so; Ctrl-C is the owner's.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
