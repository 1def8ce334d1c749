using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Threading.Channels;
using DeviceAgent.Issuance;
using DeviceAgent.Platform.Gateway;
using DeviceAgent.Platform.Sync;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Hosting;

/// <summary>Tells alarms to a webhook, at once and then again and again until they are cleared, and to the log in the same rhythm.</summary>
/// <remarks>
/// Everything runs on the agent's loop. One request at a time; a fault makes all wait, 30 s at most, so that a minute after the line is back all is told.
/// A request may be repeated that has arrived: the receiver sees the same kind, order and since. Only the head of an answer is read; 2xx is enough.
/// No timer runs while nothing stands. Does not own <paramref name="http"/>.
/// </remarks>
/// <param name="token">Asked for each request; null: none is sent.</param>
internal sealed class WebhookAlarms(
    string kiosk, AlertOptions options, HttpMessageInvoker http, Func<string?> token, TimeProvider time, Random random, ILogger logger) : IAlarms
{
    /// <summary>Alarms that may stand at once, more than orders may be in doubt; of more only the number is told.</summary>
    internal const int MaxStanding = 128;

    private const int MaxReason = 500;

    private readonly Channel<bool> _signals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly RetrySchedule _schedule = new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(30));
    private readonly List<Standing> _standing = [];
    private TimeSpan _quietUntil;
    private int _failures;
    private string? _fault;
    private int _others;

    /// <summary>The handler for the webhook: no redirects, no cookies; certificates are valid or not by this clock.</summary>
    public static HttpMessageInvoker Http(AlertOptions options, TimeProvider time) => new(TopClient.CreateHandler(new() { ConnectTimeout = options.Timeout }, time));

    private TimeSpan Uptime => time.GetElapsedTime(0);

    public void Raise(Alarm alarm)
    {
        if (Find(alarm.Kind, alarm.OrderNumber) is { } standing)
        {
            if (!standing.Cleared) return;
            standing.RaiseAgain(alarm, Uptime);
        }
        else if (_standing.Count == MaxStanding)
        {
            _others++;
            logger.AlarmNotKept(alarm.Kind, alarm.OrderNumber, alarm.Reason);
            return;
        }
        else
        {
            _standing.Add(new(alarm, Uptime));
        }
        Signal();
    }

    public void Clear(AlarmKind kind, string? orderNumber)
    {
        if (Find(kind, orderNumber) is not { Cleared: false } standing) return;
        logger.AlarmCleared(kind, orderNumber);
        // Nobody has heard of it: nobody needs to hear that it is over.
        if (!standing.WasTried || options.Url is null) Remove(standing);
        else standing.Clear(Uptime);
        Signal();
    }

    /// <summary>Runs until it is cancelled; a request under way is given up.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var timer = time.CreateTimer(_ => Signal(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        await using var stop = cancellationToken.Register(Signal);
        while (!cancellationToken.IsCancellationRequested)
        {
            if (_standing.MinBy(s => s.NextAt) is { } next)
            {
                var wait = (next.NextAt > _quietUntil ? next.NextAt : _quietUntil) - Uptime;
                if (wait <= TimeSpan.Zero)
                {
                    await TellAsync(next, cancellationToken);
                    continue;
                }
                timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
            }
            else
            {
                timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
            await _signals.Reader.ReadAsync(CancellationToken.None);
        }
    }

    private void Signal() => _signals.Writer.TryWrite(true);

    private Standing? Find(AlarmKind kind, string? orderNumber) => _standing.Find(s => s.Alarm.Kind == kind && s.Alarm.OrderNumber == orderNumber);

    private void Remove(Standing standing)
    {
        _standing.Remove(standing);
        if (_standing.Count == 0) _others = 0;
    }

    private async Task TellAsync(Standing standing, CancellationToken cancellationToken)
    {
        var (alarm, cleared, told) = (standing.Alarm, standing.Cleared, standing.Told);
        if (!standing.IsRetry && !cleared) logger.AlarmStands(alarm.Kind, alarm.OrderNumber, alarm.Since, alarm.Reason, told);
        standing.IsRetry = true;
        if (options.Url is { } url)
        {
            standing.WasTried = true;
            var fault = await PostAsync(url, Message(alarm, told, cleared), cancellationToken);
            if (cancellationToken.IsCancellationRequested) return;
            NoteFault(fault);
            if (fault is not null)
            {
                if (standing.Cleared && Uptime - standing.ClearedAt > options.RepeatEvery) Remove(standing);
                else if (standing.Cleared == cleared) standing.NextAt = _quietUntil;
                return;
            }
        }
        // What happened to it while the request was under way is told next.
        if (standing.Alarm != alarm || standing.Cleared != cleared) return;
        if (cleared) Remove(standing);
        else standing.WasTold(Uptime + options.RepeatEvery);
    }

    private void NoteFault(string? fault)
    {
        if (fault is null) (_failures, _quietUntil) = (0, TimeSpan.Zero);
        else _quietUntil = Uptime + _schedule.Delay(++_failures, random);
        // A line that is down for hours is one event, not a hundred.
        if (fault is not null && fault != _fault) logger.AlarmNotTold(fault);
        _fault = fault;
    }

    private AlarmMessage Message(Alarm alarm, int told, bool cleared) => new(
        kiosk, alarm.Kind.ToString(), alarm.OrderNumber, alarm.Reason.Length > MaxReason ? alarm.Reason[..MaxReason] : alarm.Reason,
        alarm.Since.ToOffset(TvmTimes.Offset), time.GetUtcNow().ToOffset(TvmTimes.Offset), told, cleared, _others);

    /// <returns>Null when it arrived; otherwise why not, in words that quote nothing of what was sent.</returns>
    private async Task<string?> PostAsync(Uri url, AlarmMessage message, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(message, AlarmJson.Default.AlarmMessage));
        content.Headers.ContentType = new("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = content };
        if (token() is { } bearer) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        try
        {
            using var response = await http.SendAsync(request, either.Token);
            return response.IsSuccessStatusCode ? null : string.Create(CultureInfo.InvariantCulture, $"it answers {(int)response.StatusCode}");
        }
        catch (OperationCanceledException)
        {
            return "no answer in time";
        }
        catch (HttpRequestException fault)
        {
            return fault.HttpRequestError.ToString();
        }
        catch (IOException)
        {
            return "the answer broke off";
        }
    }

    private sealed class Standing(Alarm alarm, TimeSpan nextAt)
    {
        public Alarm Alarm { get; private set; } = alarm;

        /// <summary>Of the machine's uptime.</summary>
        public TimeSpan NextAt { get; set; } = nextAt;

        public int Told { get; private set; }

        /// <summary>A request for it has gone out, in whatever way it ended.</summary>
        public bool WasTried { get; set; }

        /// <summary>It stands in the log already, and waits for the webhook alone.</summary>
        public bool IsRetry { get; set; }

        public bool Cleared { get; private set; }

        public TimeSpan ClearedAt { get; private set; }

        public void WasTold(TimeSpan nextAt) => (Told, IsRetry, NextAt) = (Told + 1, false, nextAt);

        public void Clear(TimeSpan now) => (Cleared, ClearedAt, NextAt) = (true, now, now);

        public void RaiseAgain(Alarm alarm, TimeSpan now) => (Alarm, Cleared, Told, IsRetry, NextAt) = (alarm, false, 0, false, now);
    }
}

/// <summary>What the webhook gets. No personal data.</summary>
/// <param name="Order">Null where it is about no order.</param>
/// <param name="Since">When it began, GMT+8.</param>
/// <param name="At">Now, GMT+8.</param>
/// <param name="Repeat">How often it was told before; 0 for the first time.</param>
/// <param name="Cleared">It is over.</param>
/// <param name="Others">Alarms that were raised while too many stood: the log has them.</param>
internal sealed record AlarmMessage(string Kiosk, string Kind, string? Order, string Reason, DateTimeOffset Since, DateTimeOffset At, int Repeat, bool Cleared, int Others);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AlarmMessage))]
internal sealed partial class AlarmJson : JsonSerializerContext;

internal static partial class AlarmLog
{
    [LoggerMessage(1030, LogLevel.Error, "ALARM {Kind} {Order} since {Since:u}: {Reason} (told {Told} times before)")]
    internal static partial void AlarmStands(this ILogger logger, AlarmKind kind, string? order, DateTimeOffset since, string reason, int told);

    [LoggerMessage(1031, LogLevel.Information, "Alarm {Kind} {Order} is over")]
    internal static partial void AlarmCleared(this ILogger logger, AlarmKind kind, string? order);

    [LoggerMessage(1032, LogLevel.Error, "ALARM {Kind} {Order}: {Reason} (too many stand already: it is told here, once)")]
    internal static partial void AlarmNotKept(this ILogger logger, AlarmKind kind, string? order, string reason);

    [LoggerMessage(1033, LogLevel.Warning, "The webhook does not take alarms ({Fault}): they are tried again, at most 30 s apart")]
    internal static partial void AlarmNotTold(this ILogger logger, string fault);
}
