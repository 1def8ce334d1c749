using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;

namespace DeviceAgent.Tests.Oracles;

/// <summary>Runs a script of this folder in Node with the packages of package.json. Skips where they are not installed; in CI that is a failure.</summary>
internal static class NpmOracle
{
    private static readonly string Folder = FolderOfThisFile();

    /// <summary>Skips the test, with a reason, when Node or the packages are missing.</summary>
    public static void Require()
    {
        if (Directory.Exists(Path.Combine(Folder, "node_modules", "receiptline"))) return;
        const string reason = "npm packages are not installed: run 'npm ci --ignore-scripts' in DeviceAgent.Tests/Oracles";
        if (Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail(reason);
        Assert.Skip(reason);
    }

    /// <summary>Runs a script; feeds it the input; gives what it wrote to standard output.</summary>
    public static async Task<byte[]> RunAsync(string script, byte[] input, IReadOnlyDictionary<string, string>? environment = null, params string[] arguments)
    {
        Require();
        var start = new ProcessStartInfo("node") { WorkingDirectory = Folder };
        start.ArgumentList.Add(Path.Combine(Folder, script));
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        return await OracleProgram.RunAsync(start, script, input);
    }

    public static async Task<string> RunTextAsync(string script, string input, IReadOnlyDictionary<string, string>? environment = null, params string[] arguments) =>
        Encoding.UTF8.GetString(await RunAsync(script, Encoding.UTF8.GetBytes(input), environment, arguments));

    // With deterministic paths the compiler's file path is virtual, so the folder is looked for upwards from the test binary.
    private static string FolderOfThisFile([CallerFilePath] string path = "")
    {
        var beside = Path.GetDirectoryName(path)!;
        if (File.Exists(Path.Combine(beside, "package.json"))) return beside;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "DeviceAgent.Tests", "Oracles");
            if (File.Exists(Path.Combine(candidate, "package.json"))) return candidate;
        }
        return AppContext.BaseDirectory;
    }
}
