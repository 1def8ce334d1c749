using System.Globalization;

namespace DeviceAgent.Simulator.Kiosk;

/// <summary>What a process holds: /proc/PID (man 5 proc).</summary>
/// <param name="Threads">Those of its own making: without the runtime's pool, which grows and shrinks as it likes.</param>
/// <param name="AnonymousKiB">RssAnon.</param>
internal sealed record ProcessResources(int Descriptors, int Threads, long AnonymousKiB)
{
    public static ProcessResources Of(int process)
    {
        var proc = string.Create(CultureInfo.InvariantCulture, $"/proc/{process}");
        return new(Directory.GetFileSystemEntries($"{proc}/fd").Length, Directory.GetDirectories($"{proc}/task").Count(IsOwn), Anonymous($"{proc}/status"));
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Descriptors} descriptors, {Threads} threads, {AnonymousKiB / 1024.0:F1} MiB");

    private static bool IsOwn(string task)
    {
        try
        {
            return !File.ReadAllText($"{task}/comm").StartsWith(".NET TP", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            // It ended meanwhile.
            return false;
        }
    }

    private static long Anonymous(string status)
    {
        var line = File.ReadLines(status).First(l => l.StartsWith("RssAnon:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', '\t', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
