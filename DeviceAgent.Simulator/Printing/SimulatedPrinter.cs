using System.ComponentModel;
using System.Threading.Channels;

namespace DeviceAgent.Simulator.Printing;

/// <summary>A ticket printer with paper at the end of a line: a pseudo-terminal or a network connection.</summary>
/// <remarks>
/// One thread waits in a blocking read for what the sender writes, another writes what the printer says, so that a sender that
/// listens to nothing cannot stop the printing. A sender that dies and comes back finds the printer as it left it.
/// Owns neither the line nor the clock. Events are raised on the printer's own threads, never while the printer is locked.
/// </remarks>
public sealed class SimulatedPrinter : IDisposable
{
    private const int MaxChunk = 64, MaxRecorded = 4 << 20;
    private readonly Lock _gate = new();
    private readonly EscPosInterpreter _interpreter;
    private readonly SimulatedPrinterOptions _options;
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly ITimer _motor;
    private readonly CancellationTokenSource _end = new();
    private readonly MemoryStream _recorded = new();
    private Stream? _copy;
    private Connection _connection;
    private long _bytesTaken;
    private bool _nobodyHears;

    public SimulatedPrinter(ISimulatedLine line, SimulatedPrinterOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(line);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        (_options, _time) = (options, time);
        _interpreter = new EscPosInterpreter(options);
        _start = time.GetTimestamp();
        _motor = time.CreateTimer(_ => Do((printer, now) => printer.Advance(now)), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _connection = new Connection(line);
    }

    /// <summary>A piece was cut off and fell out.</summary>
    public event Action<PaperPiece>? PieceCut;

    /// <summary>A printed piece came out uncut because its paper ended: the rest of its ticket is printed on the new roll.</summary>
    public event Action<PaperPiece>? PieceTorn;

    /// <summary>Bytes were taken from the line; the number of all of them since the start. Raised before the next bytes are taken.</summary>
    public event Action<long>? BytesTaken;

    /// <summary>All bytes taken from the line since the start.</summary>
    public long BytesTakenSoFar
    {
        get { lock (_gate) return _bytesTaken; }
    }

    /// <summary>Pieces that fell out, cut or torn, oldest first. What hangs in the mouth is <see cref="InMouth"/>.</summary>
    public IReadOnlyList<PaperPiece> Pieces => Ask(p => p.Pieces.ToArray());

    /// <summary>The printed, uncut paper; null when there is none.</summary>
    public PaperPiece? InMouth => Ask(p => p.InMouth);

    /// <summary>Bytes outside any known command, without those that followed <see cref="MarkTorn"/>.</summary>
    public long UnknownBytes => Ask(p => p.Log.UnknownBytes);

    /// <summary>Each unknown byte and command that could not be done, with its place in the stream; the first 1,000.</summary>
    public IReadOnlyList<string> Anomalies => Ask(p => p.Log.Anomalies.ToArray());

    /// <summary>Anomalies that a torn stream explains.</summary>
    public IReadOnlyList<string> ExpectedAnomalies => Ask(p => p.Log.Expected.ToArray());

    /// <summary>Bytes that came while the receive buffer was full.</summary>
    public long LostBytes => Ask(p => p.LostBytes);

    /// <summary>Bytes in the receive buffer: what waits for paper, a closed cover or the motor.</summary>
    public int BytesWaiting => Ask(p => p.BytesWaiting);

    /// <summary>Begins to take bytes from the line.</summary>
    public void Start() => Listen(_connection);

    /// <summary>The same printer on another line: a cable that was pulled is plugged in again. The old line has to be closed.</summary>
    public void Attach(ISimulatedLine line)
    {
        ArgumentNullException.ThrowIfNull(line);
        Connection connection;
        lock (_gate)
        {
            _connection.Replies.Writer.TryComplete();
            _connection = connection = new Connection(line);
        }
        Listen(connection);
    }

    /// <summary>
    /// A power cut of the sender tore the stream: anomalies from here on are expected, until a request for a process id or ESC @ is understood.
    /// </summary>
    public void MarkTorn() => Do((printer, _) => printer.MarkTorn());

    /// <summary>
    /// While the sender's machine has no power, what the printer says is lost. A pseudo-terminal would keep it for the next program
    /// that opens the line, and with it evidence that no real machine would have.
    /// </summary>
    public void LoseReplies(bool lost)
    {
        lock (_gate) _nobodyHears = lost;
    }

    /// <param name="inTheMiddle">The roll ends 18 mm later: in the middle of the ticket in hand, or of the next one.</param>
    public void PaperOut(bool inTheMiddle) => Do((printer, now) => printer.PaperOut(inTheMiddle, now));

    /// <summary>A full roll. Printed paper of the old one that was not cut comes out torn.</summary>
    public void LoadPaper() => Do((printer, now) => printer.LoadPaper(now));

    public void NearEnd() => Do((printer, now) => printer.NearEnd(now));

    public void OpenCover() => Do((printer, now) => printer.SetCover(true, now));

    public void CloseCover() => Do((printer, now) => printer.SetCover(false, now));

    /// <summary>The cutter is jammed from now on, or a person has cleared it and printing goes on.</summary>
    public void CutterError(bool jammed) => Do((printer, now) => printer.SetFault(PrinterFaults.Cutter, jammed, now));

    /// <summary>The cutter jams when it is next used; nothing can be seen before.</summary>
    public void JamAtNextCut() => Do((printer, _) => printer.JamAtNextCut());

    public void MechanicalError(bool present) => Do((printer, now) => printer.SetFault(PrinterFaults.Mechanical, present, now));

    public void UnrecoverableError(bool present) => Do((printer, now) => printer.SetFault(PrinterFaults.Unrecoverable, present, now));

    /// <summary>The head is too hot: stands still until it has cooled down.</summary>
    public void Overheat(bool tooHot) => Do((printer, now) => printer.SetFault(PrinterFaults.AutoRecoverable, tooHot, now));

    /// <summary>The paper is jammed, as kiosk printers tell it.</summary>
    public void Jam(bool jammed) => Do((printer, now) => printer.SetKioskFault(KioskFaults.Jam, jammed, now));

    /// <summary>The head is too hot, as kiosk printers tell it.</summary>
    public void HeadTooHot(bool tooHot) => Do((printer, now) => printer.SetKioskFault(KioskFaults.HeadTemperature, tooHot, now));

    /// <summary>The supply voltage is out of range.</summary>
    public void SupplyVoltage(bool outOfRange) => Do((printer, now) => printer.SetKioskFault(KioskFaults.SupplyVoltage, outOfRange, now));

    /// <summary>A hand takes the ticket at the mouth, if there is one.</summary>
    public void TakeTicket() => Do((printer, now) => printer.Take(now));

    /// <summary>What a hand could take from the mouth; null when there is nothing.</summary>
    public PaperPiece? AtMouth => Ask(p => p.AtMouth);

    /// <summary>Tickets that were pulled back in.</summary>
    public IReadOnlyList<PaperPiece> Retracted => Ask(p => p.Retracted.ToArray());

    public void PressFeedKey(bool pressed) => Do((printer, now) => printer.SetFeedKey(pressed, now));

    /// <summary>Buffer, half a line and process ids that wait are lost; no answers. Half a ticket stays in the mouth.</summary>
    public void PowerOff() => Do((printer, now) => printer.PowerOff(now));

    public void PowerOn() => Do((printer, now) => printer.PowerOn(now));

    /// <summary>A busy printer works nothing off, and holds the sender back where it has flow control.</summary>
    public void SetBusy(bool busy) => Do((printer, now) => printer.SetBusy(busy, now));

    /// <summary>Writes what was received so far (at most 4 MiB of it), and from now on every byte as it comes. The stream stays the caller's.</summary>
    public void SaveBytesTo(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        lock (_gate)
        {
            _recorded.WriteTo(stream);
            stream.Flush();
            _copy = stream;
        }
    }

    /// <summary>Stops; the line itself stays open and is its owner's to close.</summary>
    public void Dispose()
    {
        _end.Cancel();
        _motor.Dispose();
        lock (_gate)
        {
            _connection.Replies.Writer.TryComplete();
            _copy = null;
        }
    }

    private void Listen(Connection connection)
    {
        new Thread(() => TakeBytes(connection)) { IsBackground = true, Name = "printer in" }.Start();
        _ = Task.Factory.StartNew(() => SayReplies(connection), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private void TakeBytes(Connection connection)
    {
        // At a real rate the chunks are small, so that bytes are taken when the wire would have brought them.
        var chunk = new byte[Math.Clamp(_options.MostBytesAtOnce ?? (_options.BaudRate == 0 ? MaxChunk : _options.BaudRate / 10 / 200), 1, MaxChunk)];
        var wireFree = TimeSpan.Zero;
        while (!_end.IsCancellationRequested)
        {
            var count = connection.Line.Read(chunk);
            if (count == 0 || !WaitForWire(count, ref wireFree)) return;
            long taken;
            lock (_gate)
            {
                Record(chunk.AsSpan(0, count));
                taken = _bytesTaken += count;
            }
            Do((printer, now) => printer.Receive(chunk.AsSpan(0, count), now));
            BytesTaken?.Invoke(taken);
        }
    }

    private bool WaitForWire(int bytes, ref TimeSpan wireFree)
    {
        if (_options.BaudRate == 0) return true;
        var now = Now;
        wireFree = (wireFree > now ? wireFree : now) + TimeSpan.FromSeconds(bytes * 10.0 / _options.BaudRate);
        if (wireFree - now < TimeSpan.FromMilliseconds(2)) return true;
        try
        {
            Task.Delay(wireFree - now, _time, _end.Token).GetAwaiter().GetResult();
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static void SayReplies(Connection connection)
    {
        try
        {
            while (connection.Replies.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
            {
                while (connection.Replies.Reader.TryRead(out var reply)) connection.Line.Write(reply);
            }
        }
        catch (Exception e) when (e is Win32Exception or ObjectDisposedException or IOException)
        {
            // The cable was pulled: nobody is there to be told.
        }
    }

    private void Record(ReadOnlySpan<byte> bytes)
    {
        if (_recorded.Length + bytes.Length <= MaxRecorded) _recorded.Write(bytes);
        _copy?.Write(bytes);
        _copy?.Flush();
    }

    private TimeSpan Now => _time.GetElapsedTime(_start);

    private T Ask<T>(Func<EscPosInterpreter, T> question)
    {
        lock (_gate) return question(_interpreter);
    }

    private void Do(Action<EscPosInterpreter, TimeSpan> action)
    {
        IReadOnlyList<PaperPiece> pieces;
        lock (_gate)
        {
            if (_end.IsCancellationRequested) return;
            action(_interpreter, Now);
            // A full queue means that nobody has listened for long: what more is said is lost, as on a wire.
            if (_interpreter.TakeReplies() is { Length: > 0 } reply && !_nobodyHears) _connection.Replies.Writer.TryWrite(reply);
            pieces = _interpreter.TakeFinished();
            // Timers count whole milliseconds: one that came a moment early would only have to wait again.
            if (_interpreter.NextMoment is { } next) _motor.Change(TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling((next - Now).TotalMilliseconds))), Timeout.InfiniteTimeSpan);
        }
        foreach (var piece in pieces) (piece.Cut ? PieceCut : PieceTorn)?.Invoke(piece);
    }

    private sealed record Connection(ISimulatedLine Line)
    {
        public Channel<byte[]> Replies { get; } = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(1_024) { SingleReader = true });
    }
}
