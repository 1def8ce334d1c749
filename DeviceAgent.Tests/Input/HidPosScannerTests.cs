using System.Text;
using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Input;
using DeviceAgent.Drivers.Scanning;
using DeviceAgent.Simulator.Scanning;
using DeviceAgent.Tests.Simulation;

namespace DeviceAgent.Tests.Input;

public sealed class HidPosScannerTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private static CancellationToken TestEnds => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("8012", "]Q1", 1)]
    [InlineData("8012", "]Q1", 2)]
    [InlineData("8012", null, 1)]
    [InlineData("]Q1 is a part of it", "]C0", 2)]
    [InlineData("]", "]d1", 1)]
    public void A_report_is_read_wherever_the_vendor_puts_its_identifier(string code, string? aim, int aimAt) =>
        Assert.Equal([$"{aim}|{code}"], Decode(100, HidPosReports.Of(code, aim, aimAt)));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_code_longer_than_a_report_is_whole_or_none(int aimAt)
    {
        foreach (var length in (int[])[55, 56, 57, 112, 113, 300])
        {
            var code = new string('8', length - 1) + "1";
            Assert.Equal([$"]Q1|{code}", "]Q1|2"], Decode(400, [.. HidPosReports.Of(code, aimAt: aimAt), .. HidPosReports.Of("2", aimAt: aimAt)]));
        }
        Assert.Equal(["TooLong", "]Q1|2"], Decode(100, [.. HidPosReports.Of(new string('8', 300), aimAt: aimAt), .. HidPosReports.Of("2", aimAt: aimAt)]));
    }

    [Fact]
    public void The_report_of_a_real_scanner_is_read()
    {
        // A Honeywell Voyager: 56 data bytes, a byte of its own at 60, more to come.
        byte[] first = [2, 56, .. "]X0Product Name: Voyager 1602g\r\nBoot Revision: : 8992\r\nSoft"u8, 63, 0, 1];
        byte[] last = [2, 4, .. "]X0ware"u8, .. new byte[55]];
        Assert.Equal([64, 64], [first.Length, last.Length]);
        Assert.Equal(["]X0|Product Name: Voyager 1602g\r\nBoot Revision: : 8992\r\nSoftware"], Decode(100, [first, last]));
    }

    [Fact]
    public void Other_reports_and_lengths_beyond_the_report_are_survived()
    {
        var other = HidPosReports.Of("8012")[0];
        other[0] = 3;
        var long1 = HidPosReports.Of("8012")[0];
        long1[1] = 0xFF;
        Assert.Equal([$"]Q1|8012{new string('\0', 54)}"], Decode(100, [other, [], [2], long1]));
    }

    [Fact]
    public void A_code_that_lost_its_end_is_never_joined_with_one_of_another_kind()
    {
        var cut = HidPosReports.Of(new string('8', 80))[0];
        Assert.Equal(["]C0|8012"], Decode(100, [cut, .. HidPosReports.Of("8012", "]C0")]));
    }

    [Theory]
    [InlineData("058C0902A101C0", true)]
    [InlineData("05010906A101050719E0" + "058C0902A101C0", false)] // the keyboard's collection never ends: it is not at the top
    [InlineData("05010906A101C0" + "058C0902A101C0", true)]
    [InlineData("05010B02008C00A101C0", true)] // usage of four bytes
    [InlineData("05010906A101C0", false)]
    [InlineData("058C0901A101C0", false)]
    [InlineData("058C0902A102C0", false)]
    [InlineData("FE03AABBCCDD058C0902A101C0", true)] // a long item before
    [InlineData("FE", false)]
    [InlineData("05", false)]
    [InlineData("", false)]
    public void Only_a_bar_code_scanner_is_taken_for_one(string descriptor, bool isScanner) =>
        Assert.Equal(isScanner, HidReportDescriptor.HasApplication(Convert.FromHexString(descriptor), 0x8C, 0x02));

    [Theory]
    [InlineData(0x0C2E, "FE01")]
    [InlineData(0x23D0, "FE01")]
    [InlineData(0x05E0, null)]
    public async Task Only_honeywell_and_metrologic_are_sent_the_feature_report(int vendor, string? feature)
    {
        var device = new RecordedDevice { Vendor = (ushort)vendor };
        await using var scanner = HidPosScanner.Open("/dev/hidraw0", device.Port, device, new(), null);
        Assert.Equal(feature is null ? [] : [feature], device.Features);
        Assert.Equal(TriggerFault.None, await scanner.OpenWindowAsync(TestEnds));
    }

    [Fact]
    public async Task A_scanner_that_refuses_its_feature_report_is_told_as_a_value()
    {
        var device = new RecordedDevice { FeatureResult = -32 };
        await using var scanner = HidPosScanner.Open("/dev/hidraw0", device.Port, device, new(), null);
        Assert.Equal(TriggerFault.Refused, await scanner.OpenWindowAsync(TestEnds));
        Assert.Equal(TriggerFault.None, await scanner.CloseWindowAsync(TestEnds));
    }

    [Fact]
    public void What_is_no_scanner_is_refused()
    {
        Assert.Contains("is no HID device", Assert.Throws<IOException>(() => Open(new() { Descriptor = null })).Message, StringComparison.Ordinal);
        Assert.Contains("usage page 8Ch", Assert.Throws<IOException>(() => Open(new() { Descriptor = [0x05, 0x01, 0x09, 0x06, 0xA1, 0x01] })).Message, StringComparison.Ordinal);
        using var node = new PipeNode();
        Assert.Contains("is no HID device", Assert.Throws<IOException>(() => HidPosScanner.Open(node.Path, new())).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => HidPosScanner.Open("/dev/hidraw0", Stream.Null, new RecordedDevice(), new() { MaxLengthBytes = 0 }, null));

        static HidPosScanner Open(RecordedDevice device) => HidPosScanner.Open("/dev/hidraw0", device.Port, device, new(), null);
    }

    [Fact]
    public async Task Codes_come_through_a_node_until_it_is_pulled()
    {
        using var node = new PipeNode();
        for (var time = 0; time < 20; time++)
        {
            var line = DeviceFileLine.Open(node.Path, new() { Access = FileAccess.Read, RecordBytes = 64 });
            await using var scanner = HidPosScanner.Open(node.Path, line, new RecordedDevice(), new(), null);
            foreach (var report in HidPosReports.Of(new string('8', 70) + time).Concat(HidPosReports.Of("with a suffix\r\n"))) node.Send(report);
            Assert.Equal(new string('8', 70) + time, await ReadAsync(scanner));
            Assert.Equal("with a suffix", await ReadAsync(scanner));
            var reading = ReadAsync(scanner);
            node.PullOut();
            await Assert.ThrowsAsync<DeviceLostException>(() => reading);
            node.PlugIn();
        }
    }

    [Fact]
    public async Task A_code_that_was_broken_off_is_never_joined_to_the_next_one()
    {
        var time = new VirtualTime();
        var device = new RecordedDevice();
        await using var scanner = HidPosScanner.Open("/dev/hidraw0", device.Port, device, new(), time);
        var reading = ReadAsync(scanner);
        await device.SendAsync(HidPosReports.Of(new string('8', 70))[0]);
        await UntilAsync(() => time.UntilNextTimer is not null);
        time.Advance(new LineScannerOptions().MaxPause);
        Assert.Equal("Incomplete", await reading);

        reading = ReadAsync(scanner);
        await device.SendAsync(HidPosReports.Of("8012")[0]);
        Assert.Equal("8012", await reading);
    }

    private static List<string> Decode(int maxBytes, params byte[][] reports)
    {
        var decoder = new HidPosDecoder(maxBytes);
        var codes = new List<string>();
        foreach (var report in reports)
        {
            switch (decoder.Take(report))
            {
                case HidPosStep.Code:
                    codes.Add($"{decoder.AimIdentifier}|{Encoding.UTF8.GetString(decoder.Code)}");
                    break;
                case HidPosStep.TooLong:
                    codes.Add("TooLong");
                    break;
            }
        }
        return codes;
    }

    private static async Task<string> ReadAsync(HidPosScanner scanner)
    {
        var code = await scanner.ReadAsync(TestEnds).AsTask().WaitAsync(Limit, TestEnds);
        return code.Fault == ScanFault.None ? code.Text : code.Fault.ToString();
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Limit, "Waited too long.");
            await Task.Yield();
        }
    }
}
