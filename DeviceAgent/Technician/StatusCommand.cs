using System.Globalization;
using System.Text;
using System.Text.Json;

namespace DeviceAgent.Technician;

/// <summary>`device-agent status`: the agent's answer, for a person or as it is.</summary>
public static class StatusCommand
{
    /// <returns>An exit code.</returns>
    public static async Task<int> RunAsync(string socketPath, bool json, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        using var client = new AgentClient(socketPath);
        var reply = await client.GetAsync("/status", cancellationToken);
        var status = reply.Fault is null ? Parse(reply.Body) : null;
        if (status is null)
        {
            await error.WriteLineAsync(reply.Fault ?? $"what answers at {socketPath} is no agent of this kind");
            return ExitCodes.AgentUnreachable;
        }
        if (json) await output.WriteLineAsync(Encoding.UTF8.GetString(reply.Body!));
        else await output.WriteAsync(Lines(status));
        return ExitCodes.Ok;
    }

    /// <summary>One fact on each line, aligned.</summary>
    internal static string Lines(StatusAnswer status)
    {
        var text = new StringBuilder();
        Line("Kiosk", $"{status.Kiosk} (release {status.Version})");
        Line("Issues", status.CanIssue ? "yes" : "no");
        foreach (var reason in status.Reasons) Line("", $"- {reason}");
        Line("Guidance", status.Guidance);
        Line("Busy with", status.BusyWith ?? "nothing");
        Line("Clock", status.Clock.Trusted ? $"trusted, by the word of {status.Clock.By}" : "not trusted");
        Line("Printer", $"{status.Printer.Device}, paper {status.Printer.Paper}{(status.Printer.Unit is null ? "" : $", unit {status.Printer.Unit}")}");
        Line("Scanner", status.Scanner.Device);
        foreach (var device in status.Devices) Line("Device", DeviceText(device));
        Line("Issuances", status.Issuances is null ? NotKnown : string.Create(CultureInfo.InvariantCulture, $"{status.Issuances.Issued} issued, {status.Issuances.Open} open, {status.Issuances.InDoubt} in doubt{OfNewer(status.Issuances.Unreadable)}"));
        Line("Outbox", status.Outbox is null ? NotKnown : string.Create(CultureInfo.InvariantCulture, $"{status.Outbox.Waiting} waiting, {status.Outbox.Parked} parked, {status.Outbox.Confirmed} confirmed{OfNewer(status.Outbox.Unreadable)}"));
        if (status.StationNotices is { } notices) Line("Station", string.Create(CultureInfo.InvariantCulture, $"{notices.Waiting} notices waiting, {notices.Parked} parked"));
        if (status.Platform.Held is { } held) Line("Platform", $"reports are held: {held}");
        if (status.Platform.BannedSeconds is { } banned) Line("Platform", string.Create(CultureInfo.InvariantCulture, $"wants silence for {banned} s"));
        foreach (var alarm in status.Attention) Line("!!!", string.Create(CultureInfo.InvariantCulture, $"order {alarm.OrderNumber}, report {alarm.Report}: {alarm.Reason}"));
        if (status.Platform.SilentSeconds is { } silent) Line("Platform", string.Create(CultureInfo.InvariantCulture, $"silent for {silent} s"));
        return text.ToString();

        void Line(string name, string value) => text.Append(name.PadRight(11)).Append(OneLine(value)).Append('\n');
    }

    private static string DeviceText(DeviceAnswer device) => string.Create(CultureInfo.InvariantCulture,
        $"{device.Name} at {device.Path}: {device.State}{(device.Detail.Length == 0 ? "" : $", {device.Detail}")}{(device.Hint == nameof(Devices.RecoveryHint.None) ? "" : $" ({device.Hint})")}{(device.LossesInLastHour == 0 ? "" : $", lost {device.LossesInLastHour} times in the last hour")}{(device.IsFlapping ? ", flapping" : "")}");

    private const string NotKnown = "not known: the journal cannot be read";

    private static string OfNewer(int unreadable) => unreadable == 0 ? "" : $", {unreadable} of a newer release";

    // What a device or a newer agent tells goes to a terminal: no escape sequences.
    private static string OneLine(string value) => string.Concat(value.Select(c => char.IsControl(c) ? '?' : c));

    private static StatusAnswer? Parse(byte[]? body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, ApiAnswerJson.Default.StatusAnswer);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
