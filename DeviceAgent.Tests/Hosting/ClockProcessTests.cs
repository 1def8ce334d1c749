#pragma warning disable CA1416 // The agent runs on Linux alone.
using System.Diagnostics;
using System.Text.Json;
using DeviceAgent.Drivers;
using DeviceAgent.Simulator.Kiosk;
using DeviceAgent.Tests.Gateway;

namespace DeviceAgent.Tests.Hosting;

/// <summary>The built agent as a process, before a gateway that lives in another year.</summary>
public sealed class ClockProcessTests : IDisposable
{
    private static readonly DateTimeOffset Day = new(2031, 6, 15, 8, 30, 0, TimeSpan.Zero);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("clock-");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_agent_asks_by_itself_and_trusts_nobody_else()
    {
        using var authority = new TestAuthority(Day.AddYears(-5), Day.AddYears(5));
        await using var gateway = await TlsGateway.StartAsync(authority.Sign("localhost", Day.AddDays(-30), Day.AddDays(30)), Day);
        await File.WriteAllTextAsync(PathOf("root.pem"), authority.Roots[0].ExportCertificatePem(), Stop);
        WriteConfig(gateway.Options.Url);
        using (var create = Start("journal", "create")) await create.WaitForExitAsync(Stop).WaitAsync(Limit, Stop);

        using var agent = Start("run", "--socket", PathOf("agent.sock"));
        var trusted = await LineAsync(agent, "clock[1023]");
        using var status = Start("status", "--json", "--socket", PathOf("agent.sock"));
        var answer = JsonDocument.Parse(await status.StandardOutput.ReadToEndAsync(Stop)).RootElement;
        agent.Kill();
        await agent.WaitForExitAsync(Stop);

        var byKernel = KernelClock.Read() == KernelClockState.Synchronized;
        Assert.Equal((true, byKernel ? "Kernel" : "Gateway"), (answer.GetProperty("clock").GetProperty("trusted").GetBoolean(), answer.GetProperty("clock").GetProperty("by").GetString()));
        if (!byKernel) Assert.Contains("Gateway: 2031-06-15 08:30:0", trusted, StringComparison.Ordinal);
        Assert.DoesNotContain("ClockNotTrusted", answer.GetProperty("reasons").ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobodys_word_is_not_enough()
    {
        await using var gateway = await LoopbackGateway.StartAsync(_ => Task.CompletedTask);
        WriteConfig(gateway.Url);
        using (var create = Start("journal", "create")) await create.WaitForExitAsync(Stop).WaitAsync(Limit, Stop);

        using var agent = Start("run", "--socket", PathOf("agent.sock"));
        // 1020: nobody vouches; 1023: the machine's own kernel does.
        await LineAsync(agent, "clock[102");
        using var status = Start("status", "--json", "--socket", PathOf("agent.sock"));
        var answer = JsonDocument.Parse(await status.StandardOutput.ReadToEndAsync(Stop)).RootElement;
        agent.Kill();
        await agent.WaitForExitAsync(Stop);

        var byKernel = KernelClock.Read() == KernelClockState.Synchronized;
        Assert.Equal(byKernel, answer.GetProperty("clock").GetProperty("trusted").GetBoolean());
        Assert.Equal(!byKernel, answer.GetProperty("reasons").EnumerateArray().Any(r => r.GetString() == "ClockNotTrusted"));
        Assert.False(byKernel && answer.GetProperty("clock").GetProperty("by").GetString() != "Kernel");
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(AgentProcess.BuiltBesideUs(), arguments) { RedirectStandardOutput = true };
        if (arguments[0] != "status") start.ArgumentList.Add($"--config={PathOf("agent.json")}");
        // OpenSSL's own way to other roots than the machine's.
        start.Environment["SSL_CERT_FILE"] = PathOf("root.pem");
        start.Environment.Remove("JOURNAL_STREAM");
        return Process.Start(start)!;
    }

    private static async Task<string> LineAsync(Process process, string part)
    {
        var lines = new List<string>();
        while (await process.StandardOutput.ReadLineAsync(Stop).AsTask().WaitAsync(Limit, Stop) is { } line)
        {
            lines.Add(line);
            if (line.Contains(part, StringComparison.Ordinal)) return line;
        }
        throw new InvalidOperationException($"The agent ended without telling {part}:\n{string.Join('\n', lines)}");
    }

    private void WriteConfig(Uri gateway)
    {
        var secrets = Directory.CreateDirectory(PathOf("state/secrets"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
        var secret = Path.Combine(secrets, "top-app-secret");
        File.WriteAllText(secret, "secret");
        File.SetUnixFileMode(secret, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllText(PathOf("agent.json"), $$"""
            {
              "Kiosk": { "Id": "K-1" }, "State": { "Folder": "{{PathOf("state")}}" }, "Gateway": { "AppKey": "1234", "Url": "{{gateway}}" },
              "Orders": { "StationIds": ["1"] }, "Claims": { "Mode": "SoleIssuer" }, "Scanner": { "Path": "{{PathOf("scanner")}}" }, "Printer": { "Path": "{{PathOf("printer")}}" }
            }
            """);
    }
}
