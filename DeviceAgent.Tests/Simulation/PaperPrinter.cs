using System.Text;
using DeviceAgent.Devices;
using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Printing;

namespace DeviceAgent.Tests.Simulation;

/// <summary>What happens to the next document.</summary>
internal enum PrintFate
{
    Printed,
    /// <summary>The port took nothing.</summary>
    NothingSent,
    /// <summary>The cable is pulled before the first byte, and stays so.</summary>
    Unplugged,
    /// <summary>Half a ticket stays in the printer; it goes on working.</summary>
    HalfPrinted,
    /// <summary>Printed and cut; the echo gets lost.</summary>
    EchoLost,
    /// <summary>Printed and cut; the echo comes after the time-out.</summary>
    EchoLate,
    /// <summary>Printed, cut and echoed; nobody took it, and the printer has pulled it back in.</summary>
    Retracted,
    /// <summary>Paper runs out in the middle; the rest is printed after the refill.</summary>
    PaperOut,
    /// <summary>The agent dies in the middle: half a ticket in the printer, nothing ever returns.</summary>
    AgentDiesInTheMiddle,
    /// <summary>The agent dies when everything is sent: the printer prints and cuts on its own.</summary>
    AgentDiesAfterwards,
}

/// <summary>A printer at the driver's boundary: paper, a cutter, counters and a memory that outlives the agent.</summary>
internal sealed class PaperPrinter(VirtualTime time) : IPrinterPort
{
    private readonly VirtualTime _time = time;
    private readonly List<ProcessId> _pendingEchoes = [];
    private Action? _afterRefill;

    public Queue<PrintFate> Fates { get; } = new();

    /// <summary>What came out, cut: the QR text of a ticket, "VOID", "SLIP" or "PROBE".</summary>
    public List<string> Paper { get; } = [];

    public bool HalfATicketInside { get; private set; }

    public bool Echoes { get; set; } = true;

    public int CutsPerCut { get; set; } = 1;

    public long? Cuts { get; set; } = 1000;

    public string? SerialNumber { get; set; } = "SN-1";

    public bool Attached { get; set; } = true;

    /// <summary>False: the buffer does not drain in time.</summary>
    public bool FencesEchoed { get; set; } = true;

    public int Clears { get; private set; }

    public int Fences { get; private set; }

    public PrinterStatus Status { get; set; } = new() { Device = DeviceState.Online, Paper = PaperSupply.Full };

    public string Path => "/dev/serial/by-id/printer";

    public string? Connection { get; set; } = "boot/1";

    public ValueTask<ITicketPrinter> OpenAsync(CancellationToken cancellationToken) => Attached
        ? new(new Handle(this))
        : throw new DeviceLostException(Path, DeviceLoss.Unplugged, 2);

    public void Refill()
    {
        Status = Status with { Device = DeviceState.Online, Paper = PaperSupply.Full };
        _afterRefill?.Invoke();
        _afterRefill = null;
    }

    /// <summary>The agent is dead: paper is found out when it comes back, and a hand loads a roll, which cuts once.</summary>
    public void RefillWhileNobodyLooks()
    {
        Status = Status with { Device = DeviceState.Offline, Paper = PaperSupply.Out };
        _time.CreateTimer(_ =>
        {
            Refill();
            Cuts++;
        }, null, TimeSpan.FromSeconds(4), Timeout.InfiniteTimeSpan);
    }

    private void Emit(ReadOnlySpan<byte> document)
    {
        Paper.Add(HalfATicketInside && Describe(document) != "VOID" ? $"HALF+{Describe(document)}" : Describe(document));
        HalfATicketInside = false;
        Cuts += CutsPerCut;
    }

    private static string Describe(ReadOnlySpan<byte> document)
    {
        var store = document.IndexOf(stackalloc byte[] { 0x31, 0x50, 0x30 });
        if (store >= 0)
        {
            var length = document[store - 2] + document[store - 1] * 256 - 3;
            var copy = document.IndexOf("COPY "u8);
            return Encoding.ASCII.GetString(document.Slice(store + 3, length)) + (copy < 0 ? "" : $" COPY {(char)document[copy + 5]}");
        }
        return document.IndexOf("VOID"u8) >= 0 ? "VOID" : document.IndexOf("PLEASE SEE STAFF"u8) >= 0 ? "SLIP" : document.IndexOf("RETURN SLIP"u8) >= 0 ? "RETURN" : "PROBE";
    }

    private sealed class Handle(PaperPrinter printer) : ITicketPrinter
    {
        public PrinterIdentity Identity { get; } = new("MAKER", "MODEL", "1.0", printer.SerialNumber, null);

        public bool EchoesProcessId { get; } = printer.Echoes;

        // A cable that is pulled is noticed at the next question: the harder case.
        public Task Lost { get; } = new TaskCompletionSource().Task;

        public ValueTask<PrinterStatus> ReadStatusAsync(CancellationToken cancellationToken)
        {
            ThrowIfGone();
            return new(printer.Status);
        }

        public ValueTask<long?> ReadCutCounterAsync(CancellationToken cancellationToken)
        {
            ThrowIfGone();
            return new(printer.Cuts);
        }

        public ValueTask<FenceResult> FenceAsync(ProcessId id, TimeSpan timeout, CancellationToken cancellationToken)
        {
            ThrowIfGone();
            printer.Fences++;
            List<ProcessId> others = [.. printer._pendingEchoes];
            printer._pendingEchoes.Clear();
            return new(new FenceResult(printer.Echoes && printer.FencesEchoed && printer.Status.CanPrint, others, printer.Status));
        }

        public ValueTask ClearAsync(CancellationToken cancellationToken)
        {
            ThrowIfGone();
            printer.Clears++;
            return ValueTask.CompletedTask;
        }

        public async ValueTask<PrintResult> PrintAsync(ReadOnlyMemory<byte> document, ProcessId id, CancellationToken cancellationToken)
        {
            var fate = printer.Fates.TryDequeue(out var next) ? next : PrintFate.Printed;
            if (fate == PrintFate.Unplugged) printer.Attached = false;
            if (!printer.Attached || fate == PrintFate.NothingSent) return new(PrintEnd.DeviceLost, 0, [], null);
            await Task.Delay(TimeSpan.FromMilliseconds(300), printer._time, cancellationToken);
            switch (fate)
            {
                case PrintFate.HalfPrinted:
                    printer.HalfATicketInside = true;
                    return new(PrintEnd.TimedOut, document.Length / 2, [], printer.Status);
                case PrintFate.AgentDiesInTheMiddle:
                    printer.HalfATicketInside = true;
                    return await Never(cancellationToken);
                case PrintFate.AgentDiesAfterwards:
                    printer.Emit(document.Span);
                    return await Never(cancellationToken);
                case PrintFate.PaperOut:
                    printer.Status = printer.Status with { Device = DeviceState.Offline, Paper = PaperSupply.Out };
                    var rest = document.ToArray();
                    printer._afterRefill = () =>
                    {
                        printer.Emit(rest);
                        if (printer.Echoes) printer._pendingEchoes.Add(id);
                    };
                    return new(PrintEnd.Blocked, document.Length, [], printer.Status);
                default:
                    printer.Emit(document.Span);
                    if (fate == PrintFate.EchoLate) printer._pendingEchoes.Add(id);
                    if (!printer.Echoes) return new(PrintEnd.SentWithoutEcho, document.Length, [], printer.Status);
                    if (fate == PrintFate.Retracted) return new(PrintEnd.Completed, document.Length, [], printer.Status with { Media = MediaState.Retracted });
                    return new(fate == PrintFate.Printed ? PrintEnd.Completed : PrintEnd.TimedOut, document.Length, [], printer.Status);
            }
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private static async Task<PrintResult> Never(CancellationToken cancellationToken)
        {
            await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
            throw new InvalidOperationException("unreachable");
        }

        private void ThrowIfGone()
        {
            if (!printer.Attached) throw new DeviceLostException(printer.Path, DeviceLoss.Unplugged, 5);
        }
    }
}
