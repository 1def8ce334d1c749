using System.Collections.Concurrent;
using System.Net;
using DeviceAgent.Platform.Gateway;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Tests.Gateway;

/// <summary>A real HTTP server on the loopback that answers as one test wants.</summary>
internal sealed class LoopbackGateway : IAsyncDisposable
{
    private readonly WebApplication _app;

    private LoopbackGateway(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(async context =>
        {
            var form = await context.Request.ReadFormAsync(context.RequestAborted);
            Requests.Enqueue(new ReceivedRequest(
                context.Request.Method, context.Request.Path + context.Request.QueryString,
                context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString()),
                form.ToDictionary(field => field.Key, field => field.Value.ToString())));
            await answer(context);
        });
    }

    public Uri Url => new(_app.Urls.First() + "/router/rest");

    public ConcurrentQueue<ReceivedRequest> Requests { get; } = new();

    public static async Task<LoopbackGateway> StartAsync(RequestDelegate answer)
    {
        var gateway = new LoopbackGateway(answer);
        await gateway._app.StartAsync(TestContext.Current.CancellationToken);
        return gateway;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }
}

internal sealed record ReceivedRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, IReadOnlyDictionary<string, string> Form);

internal sealed record TestCredentials(string AppKey, string AppSecret, string? Session) : ITopCredentials
{
    public static TestCredentials Usual { get; } = new("12345678", "top-secret-of-the-app", "session-of-the-seller");
}

/// <summary>Keeps every line that was logged.</summary>
internal sealed class LogLines<T> : ILogger<T>
{
    public ConcurrentQueue<(EventId Id, LogLevel Level, string Text)> Lines { get; } = new();

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue((eventId, logLevel, formatter(state, exception) + exception));
}
