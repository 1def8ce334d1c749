using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using DeviceAgent.Devices;
using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Printing;
using DeviceAgent.Simulator;
using DeviceAgent.Simulator.Printing;

namespace DeviceAgent.Tests.Printing;

/// <summary>The real driver on real lines against the simulated printer, which knows the protocol from the manuals alone.</summary>
public sealed class PrinterContractTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly ProcessId Job = ProcessId.FromNumber(4711);
    private static readonly byte[] Ticket = new EscPosDocument(32).Initialise().Line("长途汽车票").QrCode("T-0001").Cut().Bytes.ToArray();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static EscPosPrinterOptions Options(string profile = "epson-tm") => PrinterProfileFile.Find(profile, out _)!.ApplyTo(new() { ProbeTimeout = TimeSpan.FromSeconds(10), ReplyTimeout = TimeSpan.FromSeconds(2) });

    /// <summary>Opens what the path says, as the product does.</summary>
    private static async Task<EscPosPrinter> OpenAsync(string path, EscPosPrinterOptions options) =>
        (EscPosPrinter)await new EscPosPort(path, new() { BaudRate = 115_200 }, options, TimeProvider.System).OpenAsync(Token);

    private static async Task WithPrinterAsync(string simulated, EscPosPrinterOptions options, Func<SimulatedPrinter, EscPosPrinter, Task> test)
    {
        using var line = new PseudoTerminal();
        using var paper = new SimulatedPrinter(line, SimulatedPrinterOptions.Profile(simulated), TimeProvider.System);
        paper.Start();
        await using var printer = await OpenAsync(line.DevicePath, options);
        await test(paper, printer).WaitAsync(Limit, Token);
        Assert.Empty(paper.Anomalies);
    }

    private static ChannelReader<PrinterStatus?> Told(EscPosPrinter printer)
    {
        var told = Channel.CreateUnbounded<PrinterStatus?>();
        printer.StatusTold += status => told.Writer.TryWrite(status);
        return told.Reader;
    }

    [Theory]
    [InlineData("exact", "epson-tm")]
    [InlineData("58mm", "generic-58")]
    [InlineData("no-asb", "generic-80")]
    [InlineData("waits", "epson-tm")]
    [InlineData("quirk-near-end", "epson-tm")]
    [InlineData("no-echo", "epson-tm")]
    public async Task Each_kind_of_printer_prints_and_tells_what_it_can(string simulated, string profile) => await WithPrinterAsync(simulated, Options(profile), async (paper, printer) =>
    {
        var result = await printer.PrintAsync(Ticket, Job, Token);
        Assert.Equal(simulated == "no-echo" ? PrintEnd.SentWithoutEcho : PrintEnd.Completed, result.End);
        Assert.Equal(["T-0001"], Assert.Single(paper.Pieces).QrTexts);
        Assert.Equal(simulated != "no-asb", printer.TellsStatusChanges);
        _ = await printer.ReadCutCounterAsync(Token);
        var found = printer.Capabilities!;
        Assert.Equal((simulated != "no-echo", simulated != "no-asb"), (found.EchoesProcessId, found.TellsStatusChanges));
        if (simulated == "no-echo") return;
        Assert.Equal((true, true, true, 178), (found.HasTwoByteCharacters, found.HasCutter, found.HasChineseMode, found.CutCounter));
    });

    [Fact]
    public async Task Each_change_is_told_at_once_and_nobody_had_to_ask() => await WithPrinterAsync("quirk-near-end", Options(), async (paper, printer) =>
    {
        var told = Told(printer);
        paper.OpenCover();
        Assert.True((await told.ReadAsync(Token))!.CoverOpen);
        paper.CloseCover();
        Assert.True((await told.ReadAsync(Token))!.CanPrint);
        paper.NearEnd();
        // Byte 4 is 0Fh on this unit, and "offline" means nothing but near end.
        var low = await told.ReadAsync(Token);
        Assert.Equal((DeviceState.Online, PaperSupply.Low, true), (low!.Device, low.Paper, low.CanPrint));
        paper.PaperOut(inTheMiddle: false);
        Assert.Equal(PaperSupply.Out, (await told.ReadAsync(Token))!.Paper);
    });

    [Fact]
    public async Task A_unit_whose_initialise_ends_the_automatic_status_is_never_believed_to_tell_and_silent() => await WithPrinterAsync("waits", Options(), async (paper, printer) =>
    {
        Assert.True(printer.TellsStatusChanges);
        await printer.ClearAsync(Token);
        Assert.False(printer.TellsStatusChanges);
        Assert.True((await printer.ReadStatusAsync(Token)).CanPrint);
        Assert.True(printer.TellsStatusChanges);
        var told = Told(printer);
        Assert.Equal(PrintEnd.Completed, (await printer.PrintAsync(Ticket, Job, Token)).End);
        Assert.True(printer.TellsStatusChanges);
        paper.OpenCover();
        while ((await told.ReadAsync(Token))!.CoverOpen == false) { }
    });

    [Fact]
    public async Task A_cutter_that_was_freed_goes_on_only_when_it_is_told_and_cuts_the_ticket_once() => await WithPrinterAsync("waits", Options(), async (paper, printer) =>
    {
        paper.JamAtNextCut();
        var stuck = await printer.PrintAsync(Ticket, Job, Token);
        Assert.Equal((PrintEnd.Blocked, true), (stuck.End, stuck.Status!.CutterError));
        Assert.True(PrinterStatusRules.IsRecoverable(stuck.Status));
        // The cause is still there: the command changes nothing.
        Assert.True(await printer.ResumeAsync(Token));
        Assert.True((await printer.ReadStatusAsync(Token)).CutterError);
        paper.CutterError(jammed: false);
        Assert.True((await printer.ReadStatusAsync(Token)).CutterError);
        Assert.Empty(paper.Pieces);
        Assert.True(await printer.ResumeAsync(Token));
        Assert.True((await printer.ReadStatusAsync(Token)).CanPrint);
        var fence = await printer.FenceAsync(ProcessId.FromNumber(1), TimeSpan.FromSeconds(20), Token);
        Assert.True(fence.Echoed);
        Assert.Equal([Job], fence.OtherEchoes);
        Assert.Equal(["T-0001"], Assert.Single(paper.Pieces).QrTexts);
    });

    [Fact]
    public async Task A_kiosk_printer_tells_jam_heat_and_voltage_by_their_names() => await WithPrinterAsync("kiosk", Options("custom-kiosk"), async (paper, printer) =>
    {
        paper.Jam(true);
        var jam = await printer.ReadStatusAsync(Token);
        Assert.Equal((DeviceState.HardwareError, PaperSupply.Jammed), (jam.Device, jam.Paper));
        paper.Jam(false);
        paper.HeadTooHot(true);
        Assert.Equal((true, PrinterRecovery.ByItself), (await printer.ReadStatusAsync(Token) is var hot && hot.HeadTooHot, PrinterStatusRules.Recovery(hot)));
        paper.HeadTooHot(false);
        paper.SupplyVoltage(true);
        Assert.True((await printer.ReadStatusAsync(Token)).SupplyVoltageError);
        paper.SupplyVoltage(false);
        Assert.True((await printer.ReadStatusAsync(Token)).CanPrint);
        Assert.True(printer.Capabilities!.HasFullStatus);
        Assert.False(printer.TellsStatusChanges);
    });

    [Fact]
    public async Task A_ticket_is_waited_for_until_somebody_takes_it() => await WithPrinterAsync("kiosk", Options("custom-kiosk"), async (paper, printer) =>
    {
        var printing = printer.PrintAsync(Ticket, Job, Token).AsTask();
        while (paper.AtMouth is null) await Task.Yield();
        Assert.False(printing.IsCompleted);
        while (!printing.IsCompleted)
        {
            paper.TakeTicket();
            await Task.WhenAny(printing, Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Token));
        }
        var result = await printing;
        Assert.Equal((PrintEnd.Completed, MediaState.NotPresent), (result.End, result.Status!.Media));
        Assert.Null(paper.AtMouth);
        Assert.Empty(paper.Retracted);
    });

    [Theory]
    [InlineData(NotTakenAction.Leave, MediaState.Present)]
    [InlineData(NotTakenAction.Eject, MediaState.NotPresent)]
    [InlineData(NotTakenAction.Retract, MediaState.Retracted)]
    public async Task A_ticket_that_nobody_takes_is_treated_as_configured_and_a_retracted_one_is_told(NotTakenAction action, MediaState media)
    {
        var options = Options("custom-kiosk");
        options = options with { Presenter = options.Presenter! with { TakeTimeout = TimeSpan.FromSeconds(1), WhenNotTaken = action } };
        await WithPrinterAsync("kiosk", options, async (paper, printer) =>
        {
            var result = await printer.PrintAsync(Ticket, Job, Token);
            Assert.Equal((PrintEnd.Completed, media), (result.End, result.Status!.Media));
            // What the buffer holds is done when the next answer in its order has come.
            _ = await printer.ReadCutCounterAsync(Token);
            Assert.Equal(action == NotTakenAction.Leave, paper.AtMouth is not null);
            Assert.Equal(action == NotTakenAction.Retract ? ["T-0001"] : [], paper.Retracted.SelectMany(p => p.QrTexts));
            Assert.Equal(media, (await printer.ReadStatusAsync(Token)).Media);
        });
    }

    [Fact]
    public async Task What_is_stored_of_a_unit_is_not_probed_again_and_its_echo_is()
    {
        PrinterCapabilities? stored = null;
        await WithPrinterAsync("exact", Options(), async (_, printer) =>
        {
            await printer.ReadCutCounterAsync(Token);
            stored = PrinterCapabilities.TryParse(printer.Capabilities!.ToJson());
        });
        using var line = new PseudoTerminal();
        using var paper = new SimulatedPrinter(line, SimulatedPrinterOptions.Profile("exact"), TimeProvider.System);
        using var bytes = new MemoryStream();
        paper.SaveBytesTo(bytes);
        paper.Start();
        await using var again = await OpenAsync(line.DevicePath, Options() with { KnownUnit = serial => stored!.Identity.SerialNumber == serial ? stored : null });
        Assert.Equal(stored, again.Capabilities);
        var tokens = EscPosTokens.Split(bytes.ToArray());
        Assert.Equal([68, 65], tokens.Where(t => t is [0x1D, 0x49, _]).Select(t => (int)t[2]));
        Assert.Contains(tokens, t => t is [0x1D, 0x28, 0x48, ..]);
    }

    [Fact]
    public async Task Another_firmware_in_a_known_unit_is_probed_anew()
    {
        var stored = new PrinterCapabilities { Identity = new("SIM", "SIM-80", "0.99", "SIM0000001", null), EchoesProcessId = true, TellsStatusChanges = false, CutCounter = 0 };
        await WithPrinterAsync("exact", Options() with { KnownUnit = _ => stored }, async (_, printer) =>
        {
            Assert.Equal(("1.00", true), (printer.Identity.Firmware, printer.TellsStatusChanges));
            Assert.NotNull(await printer.ReadCutCounterAsync(Token));
        });
    }

    [Fact]
    public async Task Black_marks_are_fed_to_before_each_cut() => await WithPrinterAsync("black-mark", Options() with { BlackMark = new byte[] { 0x1D, 0x0C } }, async (paper, printer) =>
    {
        Assert.Equal(PrintEnd.Completed, (await printer.PrintAsync(Ticket, Job, Token)).End);
        Assert.Equal(PrintEnd.Completed, (await printer.PrintAsync(Ticket, ProcessId.FromNumber(4712), Token)).End);
        Assert.Equal(2, paper.Pieces.Count);
    });

    [Fact]
    public async Task A_printer_on_the_network_prints_tells_and_is_another_connection_each_time()
    {
        using var socket = new NetworkSocket();
        using var paper = new SimulatedPrinter(socket, SimulatedPrinterOptions.Profile("exact"), TimeProvider.System);
        paper.Start();
        var port = new EscPosPort(socket.DevicePath, new(), Options("generic-80"), TimeProvider.System);
        string? first;
        await using (var printer = (EscPosPrinter)await port.OpenAsync(Token))
        {
            first = port.Connection;
            var told = Told(printer);
            var result = await printer.PrintAsync(Ticket, Job, Token);
            Assert.Equal(PrintEnd.Completed, result.End);
            // The document, the request to go on telling, the request for the echo.
            Assert.Equal(Ticket.Length + 3 + 11, result.BytesSent);
            paper.OpenCover();
            while ((await told.ReadAsync(Token))!.CoverOpen == false) { }
            paper.CloseCover();
            socket.Reset();
            Assert.Equal(DeviceLoss.Unplugged, (await printer.Lost.WaitAsync(Limit, Token)).Loss);
        }
        await using var again = (EscPosPrinter)await port.OpenAsync(Token);
        Assert.NotEqual(first, port.Connection);
        Assert.Equal(PrintEnd.Completed, (await again.PrintAsync(Ticket, ProcessId.FromNumber(4712), Token)).End);
        Assert.Equal(2, paper.Pieces.Count);
    }

    [Fact]
    public async Task A_network_printer_that_is_not_there_is_a_lost_device_with_its_reason()
    {
        int free;
        using (var probe = new NetworkSocket()) free = probe.Port;
        var refused = await Assert.ThrowsAsync<DeviceLostException>(() => TcpLine.ConnectAsync($"tcp:127.0.0.1:{free}", new(), TimeProvider.System, Token));
        Assert.Equal((DeviceLoss.Busy, 111), (refused.Loss, refused.Errno));
        foreach (var path in new[] { "tcp:", "tcp:host", "tcp:host:0", "tcp:host:65536", "tcp::9100", "tcp:2001:db8::7:9100", "tcp:a b:9100", "/dev/usb/lp0" })
            Assert.False(TcpLine.TryParse(path, out _, out _), path);
        Assert.True(TcpLine.TryParse("tcp:[2001:db8::7]:9100", out var host, out var port));
        Assert.Equal(("2001:db8::7", 9100), (host, port));
        Assert.Contains("ConnectTimeout must be a time from", Assert.Single(new TcpLineOptions { ConnectTimeout = TimeSpan.Zero }.Validate("Printer")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_to_a_peer_that_takes_nothing_are_counted_and_never_block_the_caller()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        await using var line = await TcpLine.ConnectAsync($"tcp:127.0.0.1:{((IPEndPoint)listener.LocalEndPoint!).Port}", new(), TimeProvider.System, Token);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var writing = line.WriteAsync(new byte[32 << 20], stop.Token).AsTask();
        long before;
        do
        {
            before = line.BytesWritten;
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, Token);
        }
        while (line.BytesWritten > before);
        Assert.InRange(before, 1, (32 << 20) - 1);
        Assert.False(writing.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
    }

    /// <summary>usblp gives and takes bytes through a plain device file; a terminal stands for it.</summary>
    [Fact]
    public async Task A_usb_printer_node_is_written_and_read_as_a_device_file()
    {
        using var line = new PseudoTerminal();
        using var paper = new SimulatedPrinter(line, SimulatedPrinterOptions.Profile("exact"), TimeProvider.System);
        paper.Start();
        await using var printer = await EscPosPrinter.OpenAsync(DeviceFileLine.Open(line.DevicePath, new()), Options(), TimeProvider.System, Token);
        var result = await printer.PrintAsync(Ticket, Job, Token);
        Assert.Equal((PrintEnd.Completed, Ticket.Length + 14L), (result.End, result.BytesSent));
        line.HangUp();
        Assert.Equal(DeviceLoss.Unplugged, (await printer.Lost.WaitAsync(Limit, Token)).Loss);
    }
}
