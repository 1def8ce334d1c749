using System.Text;
using DeviceAgent.Drivers.Printing;

namespace DeviceAgent.Tests.Printing;

public sealed class PrinterProfileTests
{
    private static PrinterProfile? Parse(string json, out IReadOnlyList<string> mistakes) => PrinterProfileFile.Parse(Encoding.UTF8.GetBytes(json), out mistakes);

    [Fact]
    public void Each_profile_that_comes_with_the_product_can_be_had_by_its_name()
    {
        Assert.Equal(["custom-kiosk", "epson-tm", "generic-58", "generic-80"], PrinterProfileFile.Names);
        foreach (var name in PrinterProfileFile.Names)
        {
            var profile = PrinterProfileFile.Find(name, out var mistakes);
            Assert.Empty(mistakes);
            Assert.Equal(name, profile!.Name);
            Assert.Empty(profile.ApplyTo(new()).Validate("Printer"));
        }
    }

    /// <summary>The program starts without reading any file.</summary>
    [Fact]
    public void The_default_never_differs_from_its_file()
    {
        var file = PrinterProfileFile.Find("epson-tm", out _)!;
        Assert.Equal(PrinterProfile.Default.CutCounters, file.CutCounters);
        Assert.Equal(PrinterProfile.Default, file with { CutCounters = PrinterProfile.Default.CutCounters });
    }

    [Fact]
    public void A_profile_that_a_user_wrote_is_read_whole()
    {
        var profile = Parse("""
            {
              // the printer in hall 3
              "Name": "hall-3", "About": "a presenter",
              "Paper": { "Columns": 42, "Dots": 512, "MarkPitchMillimetres": 150 },
              "Cut": { "BlackMark": "1D 0C", "Command": "1d 56 01" },
              "Status": { "Form": "Kiosk", "Automatic": "No", "CutCounters": [1, 300] },
              "Line": { "FlowControl": "XonXoff", "XoffReserveBytes": 32 },
              "Presenter": { "Present": "1D 65 03 10", "Retract": "1D 65 02", "Eject": "1D 65 05", "TakeTimeoutSeconds": 45, "WhenNotTaken": "Retract", },
            }
            """, out var mistakes)!;
        Assert.Empty(mistakes);
        Assert.Equal(("hall-3", 42, 512, 150), (profile.Name, profile.Columns, profile.Dots, profile.MarkPitchMillimetres));
        Assert.Equal("1D0C 1D5601", $"{Convert.ToHexString(profile.BlackMark.Span)} {Convert.ToHexString(profile.Cut.Span)}");
        Assert.Equal((PrinterStatusForm.Kiosk, AutomaticStatusUse.No, PrinterFlowControl.XonXoff, 32),
            (profile.StatusForm, profile.AutomaticStatus, profile.FlowControl, profile.XoffReserveBytes));
        Assert.Equal([1, 300], profile.CutCounters);
        Assert.Equal((TimeSpan.FromSeconds(45), NotTakenAction.Retract, "1D650310"),
            (profile.Presenter!.TakeTimeout, profile.Presenter.WhenNotTaken, Convert.ToHexString(profile.Presenter.Present.Span)));
        var options = profile.ApplyTo(new() { FlowControl = PrinterFlowControl.None });
        Assert.Equal(PrinterFlowControl.None, options.FlowControl);
        Assert.Same(profile.Presenter, options.Presenter);
    }

    [Theory]
    [InlineData("""{ "Nmae": "x" }""", "Nmae is not known")]
    [InlineData("""{ "Name": "a b" }""", "Name must be 1 to 64 letters")]
    [InlineData("""{ "Name": "x", "Paper": { "Columns": 97 } }""", "Paper:Columns must be a whole number from 16 to 96")]
    [InlineData("""{ "Name": "x", "Paper": { "Columns": 48, "Dots": 384 } }""", "Paper:Columns must fit the paper")]
    [InlineData("""{ "Name": "x", "Paper": [] }""", "Paper must be an object")]
    [InlineData("""{ "Name": "x", "Paper": { "Colums": 48 } }""", "Paper:Colums is not known; there are Columns, Dots, MarkPitchMillimetres")]
    [InlineData("""{ "Name": "x", "Paper": { "MarkPitchMillimetres": 19 }, "Cut": { "BlackMark": "1D 0C" } }""", "Paper:MarkPitchMillimetres must be a whole number from 20 to 500")]
    [InlineData("""{ "Name": "x", "Paper": { "MarkPitchMillimetres": 100 } }""", "Paper:MarkPitchMillimetres must be given where Cut:BlackMark is, and only there")]
    [InlineData("""{ "Name": "x", "Cut": { "BlackMark": "1D 0C" } }""", "Paper:MarkPitchMillimetres must be given where Cut:BlackMark is, and only there")]
    [InlineData("""{ "Name": "x", "Cut": { "Command": "1B 69" } }""", "Cut:Command must begin with 1D 56")]
    [InlineData("""{ "Name": "x", "Cut": { "BlackMark": "10 04 01" } }""", "Cut:BlackMark must be a command")]
    [InlineData("""{ "Name": "x", "Cut": { "BlackMark": "1D0C" } }""", "Cut:BlackMark must be 1 to 16 bytes in hexadecimal")]
    [InlineData("""{ "Name": "x", "Cut": { "BlackMark": "" } }""", "Cut:BlackMark must be a command")]
    [InlineData("""{ "Name": "x", "Status": { "Form": "kiosk" } }""", "Status:Form must be one of Epson, Kiosk")]
    [InlineData("""{ "Name": "x", "Status": { "CutCounters": [0] } }""", "Status:CutCounters must hold at most 8 whole numbers from 1 to 65535")]
    [InlineData("""{ "Name": "x", "Presenter": { "AskStatus": "1D 65 06" } }""", "Presenter:Present must be given")]
    [InlineData("""{ "Name": "x", "Presenter": { "Present": "1D 65 03 0C" } }""", "Presenter:AskStatus must be given, or Status:Form be Kiosk")]
    [InlineData("""{ "Name": "x", "Status": { "Form": "Kiosk" }, "Presenter": { "Present": "1D 65 03 0C", "WhenNotTaken": "Retract" } }""", "Presenter:Retract must be given")]
    [InlineData("""{ "Name": "x", "Status": { "Form": "Kiosk" }, "Presenter": { "Present": "1D 65 03 0C", "TakeTimeoutSeconds": 0 } }""", "Presenter:TakeTimeoutSeconds must be a whole number from 1 to 600")]
    [InlineData("[]", "Name must be 1 to 64 letters")]
    [InlineData("{", "is no JSON")]
    public void A_mistake_is_named_with_what_is_allowed(string json, string expected)
    {
        Assert.Null(Parse(json, out var mistakes));
        Assert.Contains(mistakes, m => m.StartsWith(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void A_profile_that_is_not_there_or_far_too_large_is_an_error_and_no_crash()
    {
        Assert.Null(PrinterProfileFile.Find("epson", out var unknown));
        Assert.Contains("must be one of custom-kiosk, epson-tm, generic-58, generic-80, or the absolute path", Assert.Single(unknown), StringComparison.Ordinal);
        var path = Path.Combine(Path.GetTempPath(), $"profile-{Guid.NewGuid():N}.json");
        Assert.Null(PrinterProfileFile.Find(path, out var missing));
        Assert.StartsWith($"{path} cannot be read", Assert.Single(missing), StringComparison.Ordinal);
        try
        {
            File.WriteAllText(path, """{ "Name": "own", "Paper": { "Columns": 32, "Dots": 384 } }""");
            Assert.Equal(32, PrinterProfileFile.Find(path, out _)!.Columns);
            File.WriteAllText(path, new string(' ', PrinterProfileFile.MaxBytes + 1));
            Assert.Null(PrinterProfileFile.Find(path, out var large));
            Assert.EndsWith("a profile has at most 65536 bytes", Assert.Single(large), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_documents_cuts_are_the_printers_own_and_nothing_else_of_it_changes()
    {
        var document = new EscPosDocument().Initialise().Line("票 VA").QrCode("T-VA").Cut().Line("two").Cut(PaperCut.Full, 3).Bytes;
        byte[] mark = [0x1D, 0x0C], cut = [0x1D, 0x56, 65, 0];
        Assert.True(DocumentCuts.Translate(document, default, default).Span == document.Span);
        Assert.True(DocumentCuts.Translate(document, default, new byte[] { 0x1D, 0x56, 66, 0 }).Span != document.Span);
        var translated = EscPosTokens.Split(DocumentCuts.Translate(document, mark, cut).Span);
        var original = EscPosTokens.Split(document.Span);
        Assert.Equal(original.Where(t => t is not [0x1D, 0x56, ..]), translated.Where(t => t is not ([0x1D, 0x56, ..] or [0x1D, 0x0C])));
        Assert.Equal(2, translated.Count(t => t.AsSpan().SequenceEqual(cut)));
        Assert.Equal(2, translated.Count(t => t.AsSpan().SequenceEqual(mark)));
        var onlyMarks = EscPosTokens.Split(DocumentCuts.Translate(document, mark, default).Span);
        Assert.Equal(original.Count + 2, onlyMarks.Count);
    }
}
