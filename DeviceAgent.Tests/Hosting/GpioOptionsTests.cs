using System.Text;
using DeviceAgent.Devices;
using DeviceAgent.Drivers.Gpio;
using DeviceAgent.Hosting;

namespace DeviceAgent.Tests.Hosting;

public sealed class GpioOptionsTests
{
    private static OptionsResult Load(string sections, params (string Name, string Value)[] environment) => OptionsLoader.Parse(
        Encoding.UTF8.GetBytes($$"""
            {
              "Kiosk": { "Id": "K-0001" }, "Gateway": { "AppKey": "12345678" }, "Orders": { "StationIds": ["33444"] }, "Claims": { "Mode": "SoleIssuer" },
              "Scanner": { "Path": "/dev/serial/by-id/scanner" }, "Printer": { "Path": "/dev/serial/by-id/printer" }{{(sections.Length == 0 ? "" : ",")}}
              {{sections}}
            }
            """), environment.ToDictionary(v => v.Name, v => v.Value), null, secretsRequired: false);

    private static AgentOptions Options(OptionsResult result)
    {
        Assert.Empty(result.Mistakes);
        return result.Options!;
    }

    [Fact]
    public void A_machine_without_switches_is_never_asked_for_any()
    {
        var options = Options(Load(""));
        Assert.Equal((InputsBackend.None, 0, TimeSpan.FromSeconds(2)), (options.Inputs.Backend, options.Inputs.Lines.Count, options.Inputs.PowerBackTime));
        Assert.Equal(new BuzzerOptions(), options.Buzzer);
        Assert.Equal(new PowerOptions(), options.Power);
    }

    [Fact]
    public void Each_key_is_read_from_where_it_stands()
    {
        var options = Options(Load("""
            "Inputs": { "Backend": "Gpio", "Chip": "pinctrl-rp1", "PowerBackTime": "00:00:05", "Lines": {
              "Door": { "Line": "5" }, "PowerFail": { "Line": "GPIO6", "ActiveLow": false, "Bias": "PullDown", "Debounce": "00:00:00.0050000" } } },
            "Buzzer": { "Chip": "pinctrl-rp1", "Line": "18", "ActiveLow": true, "Accepted": "20", "Refused": "", "TakeTicket": "30 30 30", "Alarm": "2000",
              "QuietFrom": "22:00:00", "QuietUntil": "06:30:00" },
            "Power": { "Printer": { "Chip": "cp2112_gpio", "Line": "0", "ActiveLow": true, "NormallyOn": false, "OffTime": "00:00:10" } }
            """, ("DEVICE_AGENT__Inputs__Lines__PaperButton__Line", "13")));
        Assert.Equal((InputsBackend.Gpio, "pinctrl-rp1", TimeSpan.FromSeconds(5)), (options.Inputs.Backend, options.Inputs.Chip, options.Inputs.PowerBackTime));
        Assert.Equal([KioskInput.Door, KioskInput.PaperButton, KioskInput.PowerFail], options.Inputs.Lines.Keys.Order());
        Assert.Equal(new InputLineOptions { Line = "5" }, options.Inputs.Lines[KioskInput.Door]);
        Assert.Equal(new InputLineOptions { Line = "13" }, options.Inputs.Lines[KioskInput.PaperButton]);
        Assert.Equal(new InputLineOptions { Line = "GPIO6", ActiveLow = false, Bias = GpioBias.PullDown, Debounce = TimeSpan.FromMilliseconds(5) }, options.Inputs.Lines[KioskInput.PowerFail]);
        Assert.Equal(new BuzzerOptions
        {
            Chip = "pinctrl-rp1",
            Line = "18",
            ActiveLow = true,
            Accepted = "20",
            Refused = "",
            TakeTicket = "30 30 30",
            Alarm = "2000",
            QuietFrom = TimeSpan.FromHours(22),
            QuietUntil = TimeSpan.FromHours(6.5),
        }, options.Buzzer);
        Assert.Equal(new RelayOptions { Chip = "cp2112_gpio", Line = "0", ActiveLow = true, NormallyOn = false, OffTime = TimeSpan.FromSeconds(10) }, options.Power.Printer);
    }

    [Fact]
    public void Simulated_switches_need_their_path()
    {
        Assert.Equal("/run/kiosk/inputs.sock", Options(Load(""" "Inputs": { "Backend": "Simulated", "Path": "/run/kiosk/inputs.sock" } """)).Inputs.Path);
        Assert.Contains("Inputs:Path", Only(Load(""" "Inputs": { "Backend": "Simulated" } """)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(""" "Inputs": { "Lines": { "Door": { "Line": "5" } } } """, "Inputs:Backend", "must be Gpio or Simulated")]
    [InlineData(""" "Inputs": { "Backend": "Gpio", "Lines": { "Door": { "Line": "5" } } } """, "Inputs:Chip", "label of a GPIO chip")]
    [InlineData(""" "Inputs": { "Backend": "Gpio", "Chip": "c" } """, "Inputs:Lines", "must name at least one")]
    [InlineData(""" "Inputs": { "Backend": "Gpio", "Chip": "c", "Lines": { "Door": { } } } """, "Inputs:Lines:Door:Line", "line number from 0 to 65535")]
    [InlineData(""" "Inputs": { "Backend": "Gpio", "Chip": "c", "Lines": { "Door": { "Line": 5 } } } """, "Inputs:Lines:Door:Line", "must be text in quotes")]
    [InlineData(""" "Inputs": { "Backend": "Gpio", "Chip": "c", "Lines": { "Door": { "Line": "5", "Debounce": "00:00:11" } } } """, "Inputs:Lines:Door:Debounce", "from 00:00:00 to 00:00:10")]
    [InlineData(""" "Inputs": { "Backend": "Gpio", "Chip": "c", "Lines": { "Door": { "Line": "5", "Bias": "Up" } } } """, "Inputs:Lines:Door:Bias", "PullUp")]
    [InlineData(""" "Inputs": { "Backend": "Gpio", "Chip": "c", "Lines": { "Door": { "Line": "5" }, "PaperLow": { "Line": "5" } } } """, "Inputs:Lines:PaperLow:Line", "must not be the line of Inputs:Lines:Door")]
    [InlineData(""" "Inputs": { "Backend": "Gpio", "Chip": "c", "Lines": { "Dor": { "Line": "5" }, "PaperLow": { "Line": "6" } } } """, "Inputs:Lines:Dor", "did you mean Door?")]
    [InlineData(""" "Inputs": { "PowerBackTime": "00:06:00" } """, "Inputs:PowerBackTime", "from 00:00:00 to 00:05:00")]
    [InlineData(""" "Buzzer": { "Line": "5" } """, "Buzzer:Chip", "label of the chip")]
    [InlineData(""" "Buzzer": { "Chip": "c" } """, "Buzzer:Line", "line number from 0 to 65535")]
    [InlineData(""" "Buzzer": { "Alarm": "5000" } """, "Buzzer:Alarm", "numbers from 20 to 2000")]
    [InlineData(""" "Buzzer": { "QuietFrom": "22:00:00" } """, "Buzzer:QuietUntil", "given together with Buzzer:QuietFrom")]
    [InlineData(""" "Buzzer": { "QuietFrom": "22:00:00", "QuietUntil": "1.00:00:00" } """, "Buzzer:QuietUntil", "time of day")]
    [InlineData(""" "Power": { "Printer": { } } """, "Power:Printer:Chip", "label of a GPIO chip")]
    [InlineData(""" "Power": { "Printer": { "Chip": "c", "Line": "3", "OffTime": "00:02:00" } } """, "Power:Printer:OffTime", "from 00:00:01 to 00:01:00")]
    [InlineData(""" "Buzzer": { "Chip": "c", "Line": "3" }, "Power": { "Printer": { "Chip": "c", "Line": "3" } } """, "Power", "must not use the line of Buzzer:Line")]
    public void No_mistake_goes_without_the_key_and_what_is_allowed(string sections, string key, string expected)
    {
        var mistakes = Load(sections).Mistakes;
        Assert.Contains(mistakes, m => m.ToString().Contains(key, StringComparison.Ordinal) && m.ToString().Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void Two_chips_may_have_lines_of_one_number() => Options(Load(""" "Buzzer": { "Chip": "a", "Line": "3" }, "Power": { "Printer": { "Chip": "b", "Line": "3" } } """));

    private static string Only(OptionsResult result)
    {
        Assert.Null(result.Options);
        return Assert.Single(result.Mistakes).ToString();
    }
}
