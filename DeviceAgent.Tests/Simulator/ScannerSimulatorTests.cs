using System.Text;
using DeviceAgent.Simulator;
using DeviceAgent.Simulator.Scanning;

namespace DeviceAgent.Tests.Simulator;

public sealed class ScannerSimulatorTests
{
    [Theory]
    [InlineData("1234567890", "\r")]
    [InlineData("]Q1票-42", "\r\n")]
    [InlineData("no suffix", "")]
    public async Task A_code_does_not_arrive_changed(string code, string suffix)
    {
        using var line = new PseudoTerminal();
        using var reader = new Sender(line.DevicePath);
        var scanner = new SimulatedScanner(line);
        scanner.Scan(code, suffix);
        var expected = Encoding.UTF8.GetBytes(code + suffix);
        Assert.Equal(Convert.ToHexString(expected), await reader.ReadAsync(expected.Length));
    }

    [Fact]
    public async Task Two_scans_at_once_do_not_mix()
    {
        using var line = new PseudoTerminal();
        using var reader = new Sender(line.DevicePath);
        var scanner = new SimulatedScanner(line);
        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() => scanner.Scan($"{i:D10}"), TestContext.Current.CancellationToken)));
        var text = Encoding.ASCII.GetString(Convert.FromHexString(await reader.ReadAsync(50 * 11)));
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"{i:D10}"), text.Split('\r', StringSplitOptions.RemoveEmptyEntries).Order());
    }

    [Fact]
    public async Task A_scanner_that_is_plugged_in_again_does_not_write_to_the_old_line()
    {
        var line = new PseudoTerminal();
        var scanner = new SimulatedScanner(line);
        line.HangUp();
        Assert.Throws<ObjectDisposedException>(() => scanner.Scan("lost"));
        using var again = new PseudoTerminal();
        using var reader = new Sender(again.DevicePath);
        scanner.Attach(again);
        scanner.Scan("A");
        Assert.Equal("410D", await reader.ReadAsync(2));
    }
}
