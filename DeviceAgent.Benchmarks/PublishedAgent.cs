using System.Diagnostics;
using System.Runtime.InteropServices;

namespace DeviceAgent.Benchmarks;

/// <summary>The agent as it is shipped: ReadyToRun, framework-dependent, published into a folder of its own.</summary>
internal static class PublishedAgent
{
    /// <returns>Path of device-agent.</returns>
    /// <exception cref="InvalidOperationException">The sources are not there, or do not build.</exception>
    public static async Task<string> PublishAsync(string folder)
    {
        var platform = $"linux-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}";
        var artifacts = Path.Combine(folder, "artifacts");
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = Root(), RedirectStandardOutput = true, RedirectStandardError = true };
        // Its own lock file and artifacts: the sources' own stay as the build left them. Nothing to do when nothing has changed.
        string[] arguments =
        [
            "publish", "DeviceAgent", "-c", "Release", "-r", platform, "-p:PublishReadyToRun=true", "--self-contained", "false",
            "-p:NuGetLockFilePath=obj/published.lock.json", "--artifacts-path", artifacts, "-nologo", "-v", "quiet",
        ];
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var publish = Process.Start(start)!;
        var output = publish.StandardOutput.ReadToEndAsync();
        var errors = publish.StandardError.ReadToEndAsync();
        await publish.WaitForExitAsync();
        if (publish.ExitCode != 0) throw new InvalidOperationException($"dotnet publish ended with {publish.ExitCode}:\n{await output}{await errors}");
        return Path.Combine(artifacts, "publish", "DeviceAgent", $"release_{platform}", "device-agent");
    }

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "DeviceAgent.sln"))) return folder.FullName;
        }
        throw new InvalidOperationException("The sources are not beside the benchmarks: the agent cannot be published.");
    }
}
