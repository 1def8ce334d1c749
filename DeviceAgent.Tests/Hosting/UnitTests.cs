using DeviceAgent.Hosting;
using DeviceAgent.Technician;

namespace DeviceAgent.Tests.Hosting;

/// <summary>What the systemd unit promises and what the program expects are written in two places.</summary>
public sealed class UnitTests
{
    private static readonly ILookup<string, string> Unit = TidySource.Repository.Single(f => f.Path == "systemd/device-agent.service").Text
        .Split('\n').Where(l => l.Contains('=', StringComparison.Ordinal) && !l.StartsWith('#'))
        .ToLookup(l => l[..l.IndexOf('=', StringComparison.Ordinal)], l => l[(l.IndexOf('=', StringComparison.Ordinal) + 1)..]);

    [Fact]
    public void The_unit_makes_the_folders_that_the_program_expects()
    {
        Assert.Equal(new StateOptions().Folder, $"/var/lib/{Assert.Single(Unit["StateDirectory"])}");
        Assert.Equal(Path.GetDirectoryName(CommandLine.DefaultSocket), $"/run/{Assert.Single(Unit["RuntimeDirectory"])}");
        Assert.Equal(Path.GetDirectoryName(CommandLine.DefaultConfig), $"/etc/{Assert.Single(Unit["ConfigurationDirectory"])}");
    }

    [Fact]
    public void The_unit_hands_over_no_secret_that_the_program_does_not_read()
    {
        var names = Unit["LoadCredential"].Select(c => c.Split(':')[0]).ToList();
        Assert.Contains(SecretNames.AppSecret, names);
        Assert.Empty(names.Except([SecretNames.AppSecret, SecretNames.Session, SecretNames.JournalKey]));
    }

    [Fact]
    public void A_ticket_in_hand_is_not_killed_and_a_hung_agent_is()
    {
        Assert.InRange(int.Parse(Assert.Single(Unit["TimeoutStopSec"])), 21, 60); // the agent takes up to 20 s
        Assert.Equal("mixed", Assert.Single(Unit["KillMode"]));
        Assert.Equal("notify", Assert.Single(Unit["Type"]));
        Assert.Equal("30", Assert.Single(Unit["WatchdogSec"]));
        Assert.Equal("always", Assert.Single(Unit["Restart"]));
        Assert.Equal("0", Assert.Single(Unit["StartLimitIntervalSec"]));
    }

    // systemd.exec(5): ProtectClock= filters adjtimex whatever SystemCallFilter= allows; of these lists the later one wins.
    [Fact]
    public void The_unit_lets_the_agent_read_the_kernels_clock_and_never_set_it()
    {
        Assert.Empty(Unit["ProtectClock"]);
        Assert.Equal(["@system-service", "~@privileged @resources", "adjtimex clock_adjtime"], Unit["SystemCallFilter"]);
        Assert.Equal("", Assert.Single(Unit["CapabilityBoundingSet"]));
        Assert.Equal("closed", Assert.Single(Unit["DevicePolicy"]));
        Assert.DoesNotContain(Unit["DeviceAllow"], d => d.Contains("rtc", StringComparison.Ordinal));
    }
}
