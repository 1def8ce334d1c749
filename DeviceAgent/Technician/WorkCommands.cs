using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using DeviceAgent.Issuance;
using DeviceAgent.Orders;

namespace DeviceAgent.Technician;

/// <summary>`device-agent job …`, `return`, `queue …` and `session set`.</summary>
public sealed class WorkCommands(string socketPath, TextReader input, TextWriter output, TextWriter error)
{
    private readonly AgentConversation _agent = new(socketPath, output, error);

    private static readonly JsonWriterOptions Readable = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Hands a job file to the agent.</summary>
    /// <returns>An exit code.</returns>
    public async Task<int> SubmitAsync(string path, CancellationToken cancellationToken) => await ReadAsync(path, cancellationToken) is { } bytes
        ? await _agent.DoAsync("/jobs", bytes, "taken; see: device-agent order list", cancellationToken)
        : ExitCodes.Usage;

    /// <summary>Looks for faults of a job file without any agent.</summary>
    /// <returns>An exit code.</returns>
    public async Task<int> CheckAsync(string path, CancellationToken cancellationToken)
    {
        if (await ReadAsync(path, cancellationToken) is not { } bytes) return ExitCodes.Usage;
        var (job, faults) = Job.Read(bytes);
        if (job is null)
        {
            foreach (var fault in faults) await error.WriteLineAsync(fault);
            return ExitCodes.Refused;
        }
        await output.WriteLineAsync(job.Order is null ? $"{job.Key}: right; it tells a failure, nothing is printed" : $"{job.Key}: right, {job.Tickets.Count} tickets");
        return ExitCodes.Ok;
    }

    /// <summary>The JSON Schema of a job.</summary>
    /// <returns>An exit code.</returns>
    public async Task<int> SchemaAsync(string journey)
    {
        using var buffer = new MemoryStream();
        await using (var writer = new Utf8JsonWriter(buffer, Readable)) JobSchema.ToSchema(ApiApplication.JourneyOf(journey) ?? Journey.Ship).WriteTo(writer);
        await output.WriteLineAsync(Encoding.UTF8.GetString(buffer.ToArray()));
        return ExitCodes.Ok;
    }

    /// <returns>An exit code.</returns>
    public Task<int> ReturnAsync(string code, CancellationToken cancellationToken) =>
        _agent.DoAsync("/returns", new PickUpRequest(code), ApiRequestJson.Default.PickUpRequest, "taken; the station decides", cancellationToken);

    /// <summary>The reports that wait.</summary>
    /// <returns>An exit code.</returns>
    public Task<int> QueueAsync(bool json, CancellationToken cancellationToken) =>
        _agent.ShowAsync("/reports", json, ApiAnswerJson.Default.ReportsAnswer, Lines, cancellationToken);

    /// <returns>An exit code.</returns>
    public Task<int> RetryAsync(long id, string reason, bool ask, CancellationToken cancellationToken) =>
        _agent.DoAsync(string.Create(CultureInfo.InvariantCulture, $"/reports/{id}/retry"), new RetryBody(reason, ask), ApiRequestJson.Default.RetryBody, "done", cancellationToken);

    /// <returns>An exit code.</returns>
    public Task<int> SettleAsync(long id, string reason, CancellationToken cancellationToken) =>
        _agent.DoAsync(string.Create(CultureInfo.InvariantCulture, $"/reports/{id}/settle"), new ReasonBody(reason), ApiRequestJson.Default.ReasonBody, "done", cancellationToken);

    /// <summary>Reads the session from standard input: an argument would stand in the process list.</summary>
    /// <returns>An exit code.</returns>
    public async Task<int> SetSessionAsync(CancellationToken cancellationToken)
    {
        var session = (await input.ReadLineAsync(cancellationToken))?.Trim() ?? "";
        if (ApiApplication.IsSession(session))
            return await _agent.DoAsync("/session", new SessionBody(session), ApiRequestJson.Default.SessionBody, "done", cancellationToken);
        await error.WriteLineAsync($"standard input must hold one line of 1 to {ApiApplication.MaxSession} printable ASCII characters without spaces");
        return ExitCodes.Usage;
    }

    internal static string Lines(ReportsAnswer reports)
    {
        if (reports.Parked.Count + reports.Waiting.Count == 0) return "no report waits\n";
        var text = new StringBuilder();
        foreach (var report in reports.Parked)
        {
            var closed = report.ParkReason == "paper_given_order_closed" ? "!!! " : "";
            Line($"{closed}{report.Id,6}  {report.OrderNumber,-20} {report.Kind,-12} {(report.Success ? "success" : "failure")}  PARKED {report.ParkReason}: {report.Evidence}");
        }
        foreach (var report in reports.Waiting)
        {
            var fate = report.FateUnknown ? ", fate unknown" : "";
            Line($"{report.Id,6}  {report.OrderNumber,-20} {report.Kind,-12} {(report.Success ? "success" : "failure")}  {report.State}, {report.Sends} sends{fate}{(report.Evidence is null ? "" : $": {report.Evidence}")}");
        }
        return text.ToString();

        void Line(FormattableString line) => text.Append(AgentConversation.Printable(line.ToString(CultureInfo.InvariantCulture))).Append('\n');
    }

    private async Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            var length = new FileInfo(path).Length;
            if (length <= Job.MaxBytes) return await File.ReadAllBytesAsync(path, cancellationToken);
            await error.WriteLineAsync($"{path}: {length} bytes; a job has at most {Job.MaxBytes}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync($"{path}: {e.Message}");
        }
        return null;
    }
}
