using System.Text;
using DeviceAgent.Simulator.Printing;
using static DeviceAgent.Tests.Simulator.PrinterBench;

namespace DeviceAgent.Tests.Simulator;

public sealed class PrinterSimulatorTests
{
    [Fact]
    public void A_ticket_does_not_lose_sizes_alignment_or_codes_on_its_way_to_paper()
    {
        var bench = new PrinterBench().Send(Ticket("T-1"));
        var piece = bench.OnlyPiece();
        Assert.True(piece.Cut);
        Assert.Equal(["T-1"], piece.QrTexts);
        Assert.Equal("汽车票", piece.Lines[0].Text);
        Assert.Equal(TextAlignment.Centre, piece.Lines[0].Alignment);
        Assert.Equal(new PaperRun("汽车票", 0, 2, 2, 2, false), Assert.Single(piece.Lines[0].Runs));
        Assert.Equal("票号 T-1", piece.Lines[1].Text);
        Assert.Equal("¥35.00 𠮷", piece.Lines[2].Text);
        Assert.All(piece.Lines[2].Runs, r => Assert.True(r.Bold));
        Assert.Equal(21, piece.Lines[3].Qr!.Modules);
        Assert.Empty(bench.Printer.Log.Anomalies);
        Assert.Equal(0, bench.Printer.Log.UnknownBytes);
    }

    [Fact]
    public void A_process_id_is_not_echoed_before_everything_ahead_of_it_is_printed()
    {
        var bench = new PrinterBench(new() { MillimetresPerSecond = 100 });
        bench.Send(Ticket("T-1"), ProcessId("AB12"));
        Assert.Equal("", bench.Replies());
        bench.Pass(TimeSpan.FromMilliseconds(300));
        Assert.Equal("", bench.Replies());
        bench.Pass(TimeSpan.FromSeconds(3));
        Assert.Equal("37224142313200", bench.Replies());
        Assert.Null(bench.Printer.NextMoment);
    }

    [Theory]
    [InlineData("paper")]
    [InlineData("cover")]
    [InlineData("cutter")]
    [InlineData("mechanical")]
    [InlineData("busy")]
    public void A_process_id_is_not_echoed_while_the_printer_stands_still(string why)
    {
        var bench = new PrinterBench();
        Hinder(bench, why, true);
        bench.Send(Ticket("T-1"), ProcessId("AB12")).Pass(TimeSpan.FromMinutes(5));
        Assert.Equal("", bench.Replies());
        Assert.Empty(bench.Printer.Pieces);
        Hinder(bench, why, false);
        Assert.Equal("37224142313200", bench.Replies());
        bench.OnlyPiece();
    }

    private static void Hinder(PrinterBench bench, string why, bool on)
    {
        var (printer, now) = (bench.Printer, bench.Now);
        switch (why)
        {
            case "paper" when on: printer.PaperOut(inTheMiddle: false, now); break;
            case "paper": printer.LoadPaper(now); break;
            case "cover": printer.SetCover(on, now); break;
            case "cutter": printer.SetFault(PrinterFaults.Cutter, on, now); break;
            case "mechanical": printer.SetFault(PrinterFaults.Mechanical, on, now); break;
            default: printer.SetBusy(on, now); break;
        }
    }

    [Theory]
    [InlineData("exact", "", "12121212")]
    [InlineData("exact", "near", "1212121E")]
    [InlineData("quirk-near-end", "near", "1A32121E")]
    [InlineData("exact", "paper", "1A32127E")]
    [InlineData("exact", "cover", "1A161212")]
    [InlineData("exact", "cutter", "1A521A12")]
    [InlineData("exact", "mechanical", "1A521612")]
    [InlineData("exact", "unrecoverable", "1A523212")]
    [InlineData("exact", "hot", "1A525212")]
    [InlineData("exact", "key", "521A1212")]
    [InlineData("exact", "busy", "12121212")]
    public void Real_time_status_does_not_hide_what_the_sensors_see(string profile, string what, string expected)
    {
        var bench = new PrinterBench(SimulatedPrinterOptions.Profile(profile));
        switch (what)
        {
            case "near": bench.Printer.NearEnd(default); break;
            case "unrecoverable": bench.Printer.SetFault(PrinterFaults.Unrecoverable, true, default); break;
            case "hot": bench.Printer.SetFault(PrinterFaults.AutoRecoverable, true, default); break;
            case "key": bench.Printer.SetFeedKey(true, default); break;
            case "": break;
            default: Hinder(bench, what, true); break;
        }
        Assert.Equal(expected, bench.Send(Status(1), Status(2), Status(3), Status(4)).Replies());
    }

    [Fact]
    public void A_status_request_inside_a_commands_data_is_not_answered_but_taken_as_data()
    {
        var bench = new PrinterBench().Send([0x1D, 0x28, 0x6B, 13, 0, 49, 80, 48], Status(1), Status(2), Status(3));
        Assert.Equal("", bench.Replies());
        bench.Send([0x41]);
        Assert.Equal("12", bench.Send(Status(1)).Replies());
    }

    [Fact]
    public void A_full_buffer_does_not_silence_the_real_time_status()
    {
        var bench = new PrinterBench(new() { BufferBytes = 100, FlowControl = FlowControl.XonXoff });
        bench.Printer.SetCover(true, default);
        bench.Send(Ascii(new string('x', 83)));
        Assert.Equal("", bench.Replies());
        bench.Send(Ascii("x"));
        Assert.Equal("13", bench.Replies());
        bench.Send(Ascii(new string('x', 20)), Status(2));
        Assert.Equal("16", bench.Replies());
        Assert.Equal(4, bench.Printer.LostBytes);
        Assert.Single(bench.Printer.Log.Anomalies);
        bench.Printer.SetCover(false, default);
        Assert.Equal("11", bench.Replies());
    }

    [Fact]
    public void A_ticket_torn_by_the_end_of_the_roll_is_not_counted_as_cut()
    {
        var bench = new PrinterBench();
        bench.Printer.PaperOut(inTheMiddle: true, default);
        bench.Send(Ticket("T-1"), ProcessId("AAAA"));
        Assert.Empty(bench.Printer.Pieces);
        Assert.NotNull(bench.Printer.InMouth);
        bench.Printer.LoadPaper(default);
        Assert.Equal([false, true], bench.Printer.Pieces.Select(p => p.Cut));
        Assert.Equal(["T-1"], bench.Printer.Pieces.SelectMany(p => p.QrTexts));
        Assert.Equal("3722414141410012", bench.Send(Status(4)).Replies());
    }

    [Fact]
    public void A_power_cut_of_the_printer_does_not_keep_anything_but_the_paper()
    {
        var bench = new PrinterBench();
        bench.Send(Ascii("first line\nhalf a li"));
        bench.Printer.SetBusy(true, default);
        bench.Send(ProcessId("AAAA"));
        bench.Printer.PowerOff(default);
        bench.Send(Status(1), Ascii("into the void"));
        bench.Printer.SetBusy(false, default);
        Assert.Equal("", bench.Replies());
        bench.Printer.PowerOn(default);
        Assert.Equal("12", bench.Send(Status(1)).Replies());
        bench.Send(Ascii("next\n"), CutByFeeding);
        Assert.Equal("first line\nnext", bench.OnlyPiece().Text);
    }

    [Fact]
    public void A_jam_at_the_cut_does_not_lose_the_cut()
    {
        var bench = new PrinterBench();
        bench.Printer.JamAtNextCut();
        bench.Send(Ticket("T-1"), ProcessId("AAAA"), Status(3));
        Assert.Equal("1A", bench.Replies());
        Assert.Empty(bench.Printer.Pieces);
        bench.Printer.SetFault(PrinterFaults.Cutter, false, default);
        Assert.Equal(["T-1"], bench.OnlyPiece().QrTexts);
        Assert.Equal("37224141414100", bench.Replies());
    }

    [Fact]
    public void Clearing_the_buffer_without_an_error_is_ignored_and_with_one_forgets_the_job()
    {
        var bench = new PrinterBench();
        bench.Printer.SetCover(true, default);
        bench.Send(Ascii("kept\n"), CutByFeeding, [0x10, 0x05, 2]);
        bench.Printer.SetCover(false, default);
        Assert.Equal("kept", bench.OnlyPiece().Text);

        bench.Printer.SetFault(PrinterFaults.Cutter, true, default);
        bench.Send(Ascii("lost\n"), CutByFeeding, ProcessId("AAAA"), [0x10, 0x05, 1]);
        Assert.NotEqual(0, bench.Printer.BytesWaiting);
        bench.Send([0x10, 0x05, 2]);
        bench.Printer.SetFault(PrinterFaults.Cutter, false, default);
        bench.Send(ProcessId("BBBB"));
        Assert.Equal("37224242424200", bench.Replies());
        bench.OnlyPiece();
    }

    [Theory]
    [InlineData("exact", 1_001)]
    [InlineData("coarse-counter", 992)]
    public void The_cut_counter_does_not_tell_more_than_its_granularity(string profile, int expected)
    {
        var bench = new PrinterBench(SimulatedPrinterOptions.Profile(profile)).Send(Ticket("T-1"), [0x1D, 0x67, 0x32, 0, 50, 0]);
        Assert.Equal($"5F{Convert.ToHexString(Ascii($"{expected}"))}00", bench.Replies());
    }

    [Fact]
    public void A_printer_without_echo_and_counter_does_not_take_their_commands_for_text()
    {
        var bench = new PrinterBench(SimulatedPrinterOptions.Profile("no-echo")).Send(ProcessId("AAAA"), [0x1D, 0x67, 0x32, 0, 50, 0], CutByFeeding);
        Assert.Equal("", bench.Replies());
        Assert.Equal("", bench.OnlyPiece().Text);
        Assert.Empty(bench.Printer.Log.Anomalies);
    }

    [Theory]
    [InlineData(65, "1.00")]
    [InlineData(66, "SIM")]
    [InlineData(67, "SIM-80")]
    [InlineData(68, "SIM0000001")]
    [InlineData(69, "CHINA GB18030")]
    public void Identity_is_not_told_without_its_frame(byte kind, string text) =>
        Assert.Equal($"5F{Convert.ToHexString(Ascii(text))}00", new PrinterBench().Send([0x1D, 0x49, kind]).Replies());

    [Fact]
    public void Automatic_status_does_not_miss_a_change_and_does_not_repeat_itself()
    {
        var bench = new PrinterBench().Send([0x1D, 0x61, 0x0E]);
        Assert.Equal("10000000", bench.Replies());
        bench.Printer.SetCover(true, default);
        Assert.Equal("38000000", bench.Replies());
        bench.Printer.SetCover(true, default);
        Assert.Equal("", bench.Replies());
        bench.Printer.SetCover(false, default);
        Assert.Equal("10000000", bench.Replies());
        bench.Printer.PaperOut(false, default);
        Assert.Equal("18000F00", bench.Replies());
        bench.Send([0x1D, 0x61, 0]);
        bench.Printer.LoadPaper(default);
        Assert.Equal("", bench.Replies());
    }

    [Fact]
    public void A_status_in_buffer_order_is_not_told_while_the_paper_is_out()
    {
        var bench = new PrinterBench();
        bench.Printer.PaperOut(false, default);
        Assert.Equal("", bench.Send([0x1D, 0x72, 1]).Replies());
        bench.Printer.LoadPaper(default);
        bench.Printer.NearEnd(default);
        Assert.Equal("00", bench.Replies());
        Assert.Equal("03", bench.Send([0x1D, 0x72, 1]).Replies());
    }

    [Fact]
    public void A_torn_code_swallows_what_comes_next_and_nothing_after_it()
    {
        var bench = new PrinterBench();
        var job = Ticket("T-1");
        bench.Send(job[..(job.Length - 24)]);
        bench.Printer.MarkTorn();
        bench.Send(new byte[64], Initialise, Ticket("T-2"), ProcessId("AAAA"));
        Assert.Equal("37224141414100", bench.Replies());
        Assert.Contains("T-2", bench.Printer.Pieces[^1].QrTexts);
        Assert.Empty(bench.Printer.Log.Anomalies);
        Assert.NotEqual(0, bench.Printer.PaddingBytes);
    }

    [Fact]
    public void An_unknown_byte_is_noticed_with_its_place_unless_a_tear_explains_it()
    {
        var bench = new PrinterBench().Send(Ascii("ab"), [0x01, 0x1B, 0x01, 0x1D, 0x01]);
        Assert.Equal(5, bench.Printer.Log.UnknownBytes);
        Assert.StartsWith("byte 3: unknown 01 (after 61 62 01)", bench.Printer.Log.Anomalies[0], StringComparison.Ordinal);
        bench.Printer.MarkTorn();
        bench.Send([0x01]);
        Assert.Equal((5L, 1L), (bench.Printer.Log.UnknownBytes, bench.Printer.Log.TornUnknownBytes));
        bench.Send(Initialise, [0x01]);
        Assert.Equal(6, bench.Printer.Log.UnknownBytes);
        Assert.Single(bench.Printer.Log.Expected);
    }

    [Fact]
    public void What_waits_in_the_buffer_never_ends_the_tear_behind_it()
    {
        var bench = new PrinterBench();
        bench.Printer.SetCover(true, bench.Now);
        bench.Send(Ticket("T-1"), ProcessId("AAAA"), [0x1B]);
        bench.Printer.MarkTorn();
        bench.Printer.SetCover(false, bench.Now);
        bench.Send([0x01]).Pass(TimeSpan.FromMinutes(1));
        Assert.Equal((0L, 2L), (bench.Printer.Log.UnknownBytes, bench.Printer.Log.TornUnknownBytes));
        bench.Send(Initialise, [0x01]);
        Assert.Equal(1, bench.Printer.Log.UnknownBytes);
    }

    [Fact]
    public void A_sender_that_forgets_Chinese_mode_after_ESC_at_does_not_get_Chinese()
    {
        var bench = new PrinterBench().Send(ChineseOn, Gb18030("票"), LineFeed, Initialise, Gb18030("票"), LineFeed, CutByFeeding);
        Assert.Equal("票\n╞▒", bench.OnlyPiece().Text);
    }

    [Fact]
    public void A_cut_or_an_alignment_inside_a_line_is_not_obeyed()
    {
        var bench = new PrinterBench().Send(Ascii("text"), [0x1D, 0x56, 0], [0x1B, 0x61, 2], LineFeed, CutByFeeding);
        Assert.Equal(TextAlignment.Left, Assert.Single(bench.OnlyPiece().Lines).Alignment);
        Assert.Equal(2, bench.Printer.Log.Anomalies.Count);
    }

    [Fact]
    public void A_long_line_does_not_run_off_the_paper()
    {
        var bench = new PrinterBench().Send(ChineseOn, Gb18030(new string('票', 25)), LineFeed, CutByFeeding);
        Assert.Equal([24, 1], bench.OnlyPiece().Lines.Select(l => l.Text.Length));
    }

    [Fact]
    public void Enlarged_text_does_not_overlap_and_positions_do_not_move_text_to_the_left_edge()
    {
        var bench = new PrinterBench().Send([0x1B, 0x24, 120, 0], Ascii("ab"), [0x1D, 0x21, 0x10], Ascii("cd"), [0x1D, 0x21, 0], Ascii("e"), LineFeed, CutByFeeding);
        Assert.Equal([10, 12, 16], Assert.Single(bench.OnlyPiece().Lines).Runs.Select(r => r.Column));
        Assert.Contains("│          abｃｄe" + new string(' ', 31) + "│", bench.OnlyPiece().Render(80), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{B123", "123")]
    [InlineData("{BAB{C\u0001\u0002", "AB0102")]
    public void A_bar_code_does_not_lose_its_text(string data, string text)
    {
        var bench = new PrinterBench().Send([0x1D, 0x6B, 73, (byte)data.Length, .. Encoding.Latin1.GetBytes(data)], CutByFeeding);
        Assert.Equal(new PaperBarcode("CODE128", text), Assert.Single(bench.OnlyPiece().Lines).Barcode);
    }

    [Fact]
    public void A_bar_code_without_a_code_set_is_not_printed()
    {
        var bench = new PrinterBench().Send([0x1D, 0x6B, 73, 3], Ascii("123"), CutByFeeding);
        Assert.Empty(bench.OnlyPiece().Lines);
        Assert.Single(bench.Printer.Log.Anomalies);
    }

    [Fact]
    public void A_look_that_the_paper_does_not_show_is_not_passed_over_in_silence()
    {
        var bench = new PrinterBench().Send([0x1B, 0x4D, 48, 0x1B, 0x2D, 0, 0x1D, 0x42, 48, 0x1C, 0x57, 0, 0x1B, 0x7B, 0]);
        Assert.Empty(bench.Printer.Log.Anomalies);
        bench.Send([0x1B, 0x4D, 1, 0x1B, 0x2D, 1, 0x1D, 0x42, 1, 0x1C, 0x57, 1, 0x1B, 0x7B, 1]);
        Assert.Equal(5, bench.Printer.Log.Anomalies.Count);
    }

    [Fact]
    public void A_raster_image_takes_paper_but_not_memory()
    {
        var data = new byte[72 * 2_000];
        var bench = new PrinterBench(new() { PaperMillimetres = 260, NearEndMillimetres = 5 }).Send([0x1D, 0x76, 0x30, 0, 72, 0, 0xD0, 0x07], data, CutByFeeding);
        Assert.Equal("7E", bench.Send(Status(4)).Replies());
        Assert.Equal(new PaperImage(576, 2_000), Assert.Single(bench.Printer.InMouth!.Lines).Image);
    }
}
