using System.Text;
using DeviceAgent.Drivers.Scanning;

namespace DeviceAgent.Tests.Scanning;

public sealed class ScannerProfileTests : IDisposable
{
    private const string Own = """
        {
          // A comment.
          "format": 1, "name": "own", "title": "A scanner of our own", "framing": "Line",
          "start": { "send": "1B 31", "timeoutMs": 100, "retries": 0, "settleMs": 5 },
          "stop": { "send": "1B 30", "acknowledged": false },
          "accept": ["06"], "refuse": ["15 .. 03"], "sessionMs": 2000,
        }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("scanners").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("honeywell", "16540D", "16550D")]
    [InlineData("newland", "7E01303030302353434E545247313B03", "7E01303030302353434E545247303B03")]
    [InlineData("gm65", "7E000801000201ABCD", "7E000801000200ABCD")]
    [InlineData("ssi", "04E90400FF0F 04E40400FF14", "04E50400FF13 04EA0400FF0E")]
    public void No_byte_of_a_built_in_profile_differs_from_the_manuals(string name, string opening, string closing)
    {
        var profile = ScannerProfile.Load(name);
        Assert.Equal(name, profile.Name);
        Assert.Equal(opening, string.Join(' ', profile.Opening.Select(c => Convert.ToHexString(c.Send.Span))));
        Assert.Equal(closing, string.Join(' ', profile.Closing.Select(c => Convert.ToHexString(c.Send.Span))));
        Assert.Equal(name == "ssi" ? "00" : "", Convert.ToHexString((profile.Wake?.Send ?? default).Span));
        Assert.All(profile.Opening.Concat(profile.Closing), c => Assert.Equal(name != "honeywell", c.IsAcknowledged));
    }

    [Fact]
    public void Newland_is_never_told_to_write_its_flash() =>
        Assert.All(ScannerProfile.Load("newland").Opening.Concat(ScannerProfile.Load("newland").Closing), c => Assert.Equal((byte)'#', c.Send.Span[6]));

    [Fact]
    public void Every_checksum_of_the_ssi_profile_is_right()
    {
        var ssi = ScannerProfile.Load("ssi");
        foreach (var command in ssi.Opening.Concat(ssi.Closing))
        {
            var parser = new SsiPacketParser();
            var input = command.Send.Span;
            Assert.True(parser.TryRead(ref input, out _));
        }
    }

    [Fact]
    public void A_profile_of_the_users_own_is_found_by_name_and_by_path()
    {
        var path = Path.Combine(_folder, "own.json");
        File.WriteAllText(path, Own);
        foreach (var profile in (ScannerProfile[])[ScannerProfile.Find("own", _folder), ScannerProfile.Find(path)])
        {
            Assert.Equal(["1B31"], profile.Opening.Select(c => Convert.ToHexString(c.Send.Span)));
            Assert.Equal((TimeSpan.FromMilliseconds(100), 0, TimeSpan.FromMilliseconds(5), true), (profile.Start!.Timeout, profile.Start.Retries, profile.Start.Settle, profile.Start.IsAcknowledged));
            Assert.False(profile.Stop!.IsAcknowledged);
            Assert.Equal(TimeSpan.FromSeconds(2), profile.Session);
        }
        Assert.Throws<FileNotFoundException>(() => ScannerProfile.Find("another", _folder));
        Assert.Throws<ArgumentException>(() => ScannerProfile.Load("own"));
        Assert.Equal("gm65", ScannerProfile.Find("gm65", _folder).Name);
    }

    [Theory]
    [InlineData("""[]""", "must be an object")]
    [InlineData("""{""", "is no JSON")]
    [InlineData("""{ "format": 2 }""", "format must be 1")]
    [InlineData("""{ "format": "1" }""", "format must be 1")]
    [InlineData("""{ "format": 1, "name": "a b" }""", "name must be 1 to 32 letters, digits, '-' and '_'", "title must be 1 to 100", "framing must be \"Line\" or \"Ssi\"", "one of start and enable is required")]
    [InlineData("""{ "format": 1, "colour": 1 }""", "colour is no key of a scanner profile: format, name")]
    [InlineData("""{ "format": 1, "start": 7 }""", "start must be an object")]
    [InlineData("""{ "format": 1, "start": { "send": "" } }""", "start.send must be 1 to 64 bytes")]
    [InlineData("""{ "format": 1, "start": { "send": "7E0" } }""", "start.send must be 1 to 64 bytes", "stop is required beside start")]
    [InlineData("""{ "format": 1, "start": { "send": "7E", "timeoutMs": 19, "retries": 11, "settleMs": -1, "x": 0 } }""",
        "start.timeoutMs must be a whole number from 20 to 10000", "start.retries must be a whole number from 0 to 10", "start.settleMs must be a whole number from 0 to 5000", "start.x is no key")]
    [InlineData("""{ "format": 1, "start": { "send": "7E", "acknowledged": true } }""", "start.acknowledged must be false while there is no accept")]
    [InlineData("""{ "format": 1, "enable": { "send": "7E" } }""", "disable is required beside enable")]
    [InlineData("""{ "format": 1, "accept": [] }""", "accept must be a list of 1 to 8 replies")]
    [InlineData("""{ "format": 1, "accept": [".. 06"] }""", "accept must be a list of 1 to 8 replies")]
    [InlineData("""{ "format": 1, "accept": ["06 *"] }""", "accept must be a list of 1 to 8 replies")]
    [InlineData("""{ "format": 1, "refuse": ["15"] }""", "accept is required beside refuse")]
    [InlineData("""{ "format": 1, "sessionMs": 5, "replyGapMs": 1, "sleepsAfterMs": 1.5 }""", "sessionMs must be", "replyGapMs must be", "sleepsAfterMs must be")]
    public void Every_mistake_of_a_profile_is_named(string json, params string[] expected)
    {
        var error = Assert.Throws<InvalidDataException>(() => ScannerProfileFile.Parse(Encoding.UTF8.GetBytes(json), "my.json"));
        Assert.StartsWith("my.json: ", error.Message, StringComparison.Ordinal);
        Assert.All(expected, e => Assert.Contains(e, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_without_end_is_never_read_to_its_end() =>
        Assert.Contains("larger than 65536 bytes", Assert.Throws<InvalidDataException>(() => ScannerProfile.LoadFile("/dev/zero")).Message, StringComparison.Ordinal);
}
