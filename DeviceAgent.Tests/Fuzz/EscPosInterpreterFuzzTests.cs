using DeviceAgent.Simulator.Printing;
using DeviceAgent.Tests.Simulator;

namespace DeviceAgent.Tests.Fuzz;

/// <summary>The simulated printer is the judge of everything that is printed in the tests: it must not be led astray itself.</summary>
public sealed class EscPosInterpreterFuzzTests
{
    // Longer than the longest thing that a cut-off command can still swallow: a QR code's or a picture's data up to 64 KiB is drained below.
    private static readonly byte[] Padding = new byte[1024];

    private static readonly byte[][] Corpus =
    [
        PrinterBench.Ticket("T-1"), PrinterBench.ProcessId("AAAA"), PrinterBench.Status(1), [0x10, 0x04, 20], [0x10, 0x04, 17], [0x10, 0x05, 1], [0x10, 0x05, 2],
        [0x1D, 0x61, 0x4E], [0x1D, 0x65, 3, 12], [0x1D, 0x65, 2], [0x1D, 0x65, 5], [0x1D, 0x65, 6], [0x1D, 0x65, 0x20, 12, 30], [0x1D, 0x0C],
        [0x1D, 0x49, 2], [0x1D, 0x49, 68], [0x1D, 0x67, 0x32, 0, 178, 0], [0x1D, 0x76, 0x30, 0, 2, 0, 2, 0, 1, 2, 3, 4], [0x1D, 0x56, 66, 0], PrinterBench.Initialise,
    ];

    [Fact]
    public void A_million_mutated_streams_never_stop_the_printer_and_it_still_answers()
    {
        var options = SimulatedPrinterOptions.Profile("kiosk") with { HasAutomaticStatus = true, BlackMarkMillimetres = 100 };
        EscPosInterpreter? printer = null;
        var inputs = 0;
        Fuzzer.Run(5103, Corpus, input =>
        {
            // A new unit now and then: paper and books of a printer are bounded, and rolls end.
            if (inputs++ % 500 == 0) printer = new EscPosInterpreter(options with { PaperMillimetres = 1e9 });
            printer!.Receive(input.Span, TimeSpan.Zero);
            printer.Take(TimeSpan.Zero);
            printer.TakeFinished();
            printer.TakeReplies();
            if (inputs % 16 == 0) Recover(printer);
        });
    }

    private static void Recover(EscPosInterpreter printer)
    {
        for (var tries = 0; tries < 70; tries++)
        {
            printer.Receive(Padding, TimeSpan.Zero);
            printer.TakeReplies();
            printer.Receive([0x10, 0x04, 1], TimeSpan.Zero);
            if (printer.TakeReplies() is [.., 0x12]) return;
            if (tries == 0) continue;
            // The data of a graphics command may be announced with up to 4 GB: nothing but the power switch ends that.
            printer.PowerOff(TimeSpan.Zero);
            printer.PowerOn(TimeSpan.Zero);
        }
        Assert.Fail("The printer does not answer any more.");
    }
}
