using System.Globalization;

namespace DeviceAgent.Benchmarks;

/// <summary>What the kernel knows of a process; man 5 proc.</summary>
internal static class ProcessFacts
{
    /// <summary>Bytes that this process made the storage layer write.</summary>
    public static long BytesWritten() => Number("/proc/self/io", "write_bytes:");

    public static double Mebibytes(int pid, string name) => Number($"/proc/{pid}/status", name + ":") / 1024.0;

    /// <summary>Times that its threads went to sleep by themselves: each is a wake-up. Threads that ended meanwhile are not seen.</summary>
    public static long WakeUps(int pid)
    {
        var sum = 0L;
        foreach (var task in Directory.GetDirectories($"/proc/{pid}/task"))
        {
            try
            {
                sum += Number(task + "/status", "voluntary_ctxt_switches:");
            }
            catch (IOException)
            {
                // The thread ended between the listing and the reading.
            }
        }
        return sum;
    }

    /// <summary>Wake-ups by thread name, to see who does not sleep.</summary>
    public static Dictionary<string, long> WakeUpsByThread(int pid)
    {
        var wakeUps = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var task in Directory.GetDirectories($"/proc/{pid}/task"))
        {
            try
            {
                wakeUps[$"{File.ReadAllText(task + "/comm").Trim()} {Path.GetFileName(task)}"] = Number(task + "/status", "voluntary_ctxt_switches:");
            }
            catch (IOException)
            {
                // The thread ended between the listing and the reading.
            }
        }
        return wakeUps;
    }

    /// <summary>User and system time, in ticks of 10 ms (sysconf(_SC_CLK_TCK) is 100 on every Linux of ours).</summary>
    public static long CpuTicks(int pid)
    {
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        // The name stands in parentheses and may hold anything; utime and stime are fields 14 and 15.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
    }

    /// <summary>The process that was started with this argument.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static int WithArgument(string argument)
    {
        foreach (var folder in Directory.GetDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)) continue;
            try
            {
                var line = File.ReadAllText(folder + "/cmdline").Split('\0');
                if (line.Contains("run") && line.Contains(argument)) return pid;
            }
            catch (IOException)
            {
                // It ended meanwhile, or is another user's.
            }
            catch (UnauthorizedAccessException)
            {
                // Another user's.
            }
        }
        throw new InvalidOperationException("The agent's process is not to be found.");
    }

    public static string Machine(string folder)
    {
        var cpu = File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown processor";
        var kernel = File.ReadAllText("/proc/sys/kernel/osrelease").Trim();
        var load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
        var drive = DriveInfo.GetDrives().Where(d => folder.StartsWith(d.Name, StringComparison.Ordinal)).MaxBy(d => d.Name.Length);
        return $"{Environment.ProcessorCount} cores ({cpu}), Linux {kernel}, .NET {Environment.Version}, {drive?.DriveFormat ?? "unknown"} at {folder}, load {load}";
    }

    private static long Number(string path, string name)
    {
        foreach (var line in File.ReadLines(path))
        {
            if (line.StartsWith(name, StringComparison.Ordinal))
                return long.Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
        }
        throw new InvalidOperationException($"{path} has no {name}");
    }
}
