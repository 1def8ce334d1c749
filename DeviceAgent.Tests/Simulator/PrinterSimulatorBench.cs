using System.Text;
using DeviceAgent.Simulator.Printing;

namespace DeviceAgent.Tests.Simulator;

/// <summary>Bytes for a printer, written from the command reference, and an interpreter that takes them at given moments.</summary>
internal sealed class PrinterBench(SimulatedPrinterOptions? options = null)
{
    public static readonly byte[] Initialise = [0x1B, 0x40], ChineseOn = [0x1C, 0x26], CutByFeeding = [0x1D, 0x56, 66, 0], LineFeed = [0x0A];

    public EscPosInterpreter Printer { get; } = new(options ?? SimulatedPrinterOptions.Profile("exact"));

    public TimeSpan Now { get; set; }

    public PrinterBench Send(params byte[][] parts)
    {
        foreach (var part in parts) Printer.Receive(part, Now);
        return this;
    }

    /// <summary>Lets time pass to each moment at which the printer has something to do.</summary>
    public PrinterBench Pass(TimeSpan time)
    {
        var end = Now + time;
        while (Printer.NextMoment is { } next && next <= end)
        {
            Assert.True(next > Now, "a moment that never comes");
            Now = next;
            Printer.Advance(Now);
        }
        Now = end;
        Printer.Advance(Now);
        return this;
    }

    public string Replies() => Convert.ToHexString(Printer.TakeReplies());

    public PaperPiece OnlyPiece() => Assert.Single(Printer.Pieces);

    public static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);

    public static byte[] Gb18030(string text) => CodePagesEncodingProvider.Instance.GetEncoding("GB18030")!.GetBytes(text);

    public static byte[] ProcessId(string four) => [0x1D, 0x28, 0x48, 6, 0, 48, 48, .. Ascii(four)];

    public static byte[] Qr(string text, byte module = 6, byte level = 49)
    {
        var data = Encoding.UTF8.GetBytes(text);
        var length = data.Length + 3;
        return [0x1D, 0x28, 0x6B, 4, 0, 49, 65, 50, 0, 0x1D, 0x28, 0x6B, 3, 0, 49, 67, module, 0x1D, 0x28, 0x6B, 3, 0, 49, 69, level,
            0x1D, 0x28, 0x6B, (byte)length, (byte)(length >> 8), 49, 80, 48, .. data, 0x1D, 0x28, 0x6B, 3, 0, 49, 81, 48];
    }

    public static byte[] Status(byte kind) => [0x10, 0x04, kind];

    public static byte[] Ticket(string number) =>
    [
        .. Initialise, .. ChineseOn, 0x1B, 0x61, 1, 0x1D, 0x21, 0x11, .. Gb18030("汽车票"), 0x0A, 0x1D, 0x21, 0, 0x1B, 0x61, 0,
        .. Gb18030($"票号 {number}"), 0x0A, 0x1B, 0x45, 1, .. Gb18030("¥35.00 𠮷"), 0x0A, 0x1B, 0x45, 0, 0x1B, 0x61, 1, .. Qr(number), 0x1B, 0x64, 2, .. CutByFeeding,
    ];
}
