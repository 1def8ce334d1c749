namespace DeviceAgent.Tests.Hosting;

/// <summary>What the system gives the agent for its scanner: udev's rules and the unit say the same.</summary>
public sealed class ScannerUnitTests
{
    private static string Folder { get; } = FindFolder();

    [Fact]
    public void No_kind_of_scanner_lacks_access_or_lets_modem_manager_in()
    {
        var rules = Lines("99-device-agent.rules");
        string[] nodes = ["KERNEL==\"ttyACM*|", "KERNEL==\"event[0-9]*\"", "KERNEL==\"hidraw[0-9]*\""];
        Assert.All(nodes, node => Assert.Contains("MODE=\"0660\"", Assert.Single(rules, r => r.Contains(node, StringComparison.Ordinal)), StringComparison.Ordinal));
        Assert.Contains("ENV{ID_MM_DEVICE_IGNORE}=\"1\"", Assert.Single(rules, r => r.Contains(nodes[0], StringComparison.Ordinal)), StringComparison.Ordinal);
        string[] vendors = ["0c2e", "23d0"];
        Assert.All(vendors, vendor => Assert.Contains(vendor, Assert.Single(rules, r => r.Contains(nodes[2], StringComparison.Ordinal)), StringComparison.Ordinal));
        string[] allowed = ["DeviceAllow=char-input rw", "DeviceAllow=char-hidraw rw", "DeviceAllow=char-ttyACM rw"];
        Assert.All(allowed, line => Assert.Contains(line, Lines("device-agent.service")));
        Assert.Contains("m device-agent input", Lines("device-agent.sysusers.conf"));
    }

    private static string[] Lines(string file) => [.. File.ReadAllLines(Path.Combine(Folder, file)).Where(l => !l.StartsWith('#'))];

    private static string FindFolder()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "DeviceAgent.sln"))) folder = Path.GetDirectoryName(folder)!;
        return Path.Combine(folder, "systemd");
    }
}
