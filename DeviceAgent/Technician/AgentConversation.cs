using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace DeviceAgent.Technician;

/// <summary>Asks the running agent and shows a person, or a program, what it answers.</summary>
internal sealed class AgentConversation(string socketPath, TextWriter output, TextWriter error)
{
    // The agent gives up after 75 s: a decision asks the platform first.
    private static readonly TimeSpan LongestDeed = TimeSpan.FromSeconds(90);

    /// <summary>Shows an answer: as it is, or in lines.</summary>
    /// <returns>An exit code.</returns>
    public async Task<int> ShowAsync<T>(string path, bool json, JsonTypeInfo<T> type, Func<T, string> lines, CancellationToken cancellationToken) where T : class
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

    public Task<int> DoAsync<T>(string path, T body, JsonTypeInfo<T> type, string done, CancellationToken cancellationToken) =>
        DoAsync(path, JsonSerializer.SerializeToUtf8Bytes(body, type), done, cancellationToken);

    /// <summary>Has something done, and says what was.</summary>
    /// <param name="json">UTF-8.</param>
    /// <param name="done">What is said where the agent's answer says nothing.</param>
    /// <returns>An exit code.</returns>
    public async Task<int> DoAsync(string path, byte[] json, string done, CancellationToken cancellationToken)
    {
        using var client = new AgentClient(socketPath, LongestDeed);
        var reply = await client.PostAsync(path, json, cancellationToken);
        if (reply.Fault is not null) return await FailAsync(reply);
        await output.WriteLineAsync(Printable(Parse(reply.Body, ApiAnswerJson.Default.DoneAnswer)?.Text ?? done));
        return ExitCodes.Ok;
    }

    /// <summary>What an agent, perhaps a newer one, or a platform tells goes to a terminal: no escape sequences.</summary>
    public static string Printable(string value) => string.Concat(value.Select(c => char.IsControl(c) ? '?' : c));

    private async Task<int> FailAsync(AgentReply reply)
    {
        if (Parse(reply.Body, ApiAnswerJson.Default.FaultsAnswer) is { } refused)
        {
            foreach (var fault in refused.Faults) await error.WriteLineAsync(Printable(fault));
            return ExitCodes.Refused;
        }
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
}
