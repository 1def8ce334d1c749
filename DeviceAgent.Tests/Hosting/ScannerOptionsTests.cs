using System.Text;
using DeviceAgent.Devices;
using DeviceAgent.Drivers.Input;
using DeviceAgent.Drivers.Scanning;
using DeviceAgent.Hosting;

namespace DeviceAgent.Tests.Hosting;

public sealed class ScannerOptionsTests
{
    [Fact]
    public void Keys_of_each_kind_are_read()
    {
        var serial = Scanner(""" "Path": "/dev/ttyACM0", "Trigger": "gm65", "Suffix": "LF", "BaudRate": 9600 """);
        Assert.Equal((ScannerKind.Serial, "gm65", ScanSuffix.LineFeed, 9600), (serial.Kind, serial.Trigger, serial.Framing.Suffix, serial.Line.BaudRate));
        var keyboard = Scanner(""" "Path": "/dev/input/by-id/x", "Kind": "Keyboard", "Layout": "fr", "Suffix": "KeypadEnter", "IdleGap": "00:00:00.1000000", "Prefix": "A", "AimIdentifier": true """);
        Assert.Equal((ScannerKind.Keyboard, "fr", KeySuffix.KeypadEnter, "A", true), (keyboard.Kind, keyboard.Layout, keyboard.KeySuffix, keyboard.Framing.Prefix, keyboard.Framing.AimIdentifier));
        Assert.Equal(TimeSpan.FromMilliseconds(100), keyboard.Framing.IdleGap);
        Assert.Equal(ScannerKind.HidPos, Scanner(""" "Path": "/dev/hidraw0", "Kind": "HidPos", "MaxLengthBytes": 100, "MaxPause": "00:00:02" """).Kind);
        Assert.Equal(new ScannerOptions { Path = "/dev/x1", Kind = ScannerKind.Keyboard }, Scanner(""" "Path": "/dev/x1", "Kind": "Keyboard" """));
        Assert.Equal(new ScannerOptions { Path = "/dev/x1", Kind = ScannerKind.HidPos }, Scanner(""" "Path": "/dev/x1", "Kind": "HidPos" """));
    }

    [Fact]
    public void Each_kind_has_its_port()
    {
        Assert.IsType<SerialScannerPort>(Scanner(""" "Path": "/dev/x1" """).Port(TimeProvider.System));
        Assert.IsType<SerialScannerPort>(Scanner(""" "Path": "/dev/x1", "Trigger": "ssi" """).Port(TimeProvider.System));
        Assert.IsType<KeyboardScannerPort>(Scanner(""" "Path": "/dev/x1", "Kind": "Keyboard" """).Port(TimeProvider.System));
        Assert.IsType<HidPosScannerPort>(Scanner(""" "Path": "/dev/x1", "Kind": "HidPos" """).Port(TimeProvider.System));
    }

    [Theory]
    [InlineData(""" "Kind": "Mouse" """, "Scanner:Kind", "must be one of Serial, Keyboard, HidPos")]
    [InlineData(""" "Trigger": "gm66" """, "Scanner:Trigger", "must be none, gm65, honeywell, newland, ssi, the name of a file NAME.json in /etc/device-agent/scanners")]
    [InlineData(""" "Trigger": "../x" """, "Scanner:Trigger", "a name is letters, digits, '-' and '_'")]
    [InlineData(""" "Trigger": "/no/such/file.json" """, "Scanner:Trigger", "/no/such/")]
    [InlineData(""" "Trigger": "" """, "Scanner:Trigger", "must be 1 to 1024 printable characters")]
    [InlineData(""" "Trigger": "gm65", "Kind": "HidPos" """, "Scanner:Trigger", "must be none while Kind is HidPos")]
    [InlineData(""" "Layout": "us" """, "Scanner:Layout", "must be left out: it means nothing while Kind is Serial")]
    [InlineData(""" "Kind": "Keyboard", "Layout": "xx" """, "Scanner:Layout", "must be us, gb, de, fr, the name of a file")]
    [InlineData(""" "Kind": "Keyboard", "BaudRate": 9600 """, "Scanner:BaudRate", "must be left out")]
    [InlineData(""" "Kind": "Keyboard", "Suffix": "CR" """, "Scanner:Suffix", "must be one of Any, Enter, KeypadEnter, Tab, Idle")]
    [InlineData(""" "Kind": "HidPos", "Suffix": "CR" """, "Scanner:Suffix", "must be left out")]
    [InlineData(""" "Kind": "HidPos", "MaxLengthBytes": 0 """, "Scanner:MaxLengthBytes", "must be a whole number from 1 to 4096")]
    public void A_mistake_names_its_key_and_what_is_allowed(string keys, string key, string expected)
    {
        var mistake = Assert.Single(Load(keys.Contains("Path", StringComparison.Ordinal) ? keys : $"\"Path\": \"/dev/x1\", {keys}").Mistakes).ToString();
        Assert.Contains(key, mistake, StringComparison.Ordinal);
        Assert.Contains(expected, mistake, StringComparison.Ordinal);
    }

    [Fact]
    public void A_profile_with_a_mistake_is_told_at_the_start()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        File.WriteAllText(path, """{ "format": 1, "name": "x", "title": "x", "framing": "Line", "start": { "send": "zz" }, "stop": { "send": "00" } }""");
        var mistake = Assert.Single(Load($"\"Path\": \"/dev/x1\", \"Trigger\": \"{path}\"").Mistakes).ToString();
        Assert.Contains("start.send must be 1 to 64 bytes", mistake, StringComparison.Ordinal);
        File.Delete(path);
    }

    private static ScannerOptions Scanner(string keys)
    {
        var result = Load(keys);
        Assert.Empty(result.Mistakes);
        return result.Options!.Scanner;
    }

    private static OptionsResult Load(string keys) => OptionsLoader.Parse(Encoding.UTF8.GetBytes($$"""
        {
          "Kiosk": { "Id": "K-0001" },
          "Gateway": { "AppKey": "12345678" },
          "Orders": { "StationIds": ["33444"] },
          "Claims": { "Mode": "SoleIssuer" },
          "Scanner": { {{keys}} },
          "Printer": { "Path": "/dev/serial/by-id/printer" }
        }
        """), new Dictionary<string, string>(), null, secretsRequired: false);
}
