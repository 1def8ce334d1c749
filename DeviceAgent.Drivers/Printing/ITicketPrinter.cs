namespace DeviceAgent.Drivers.Printing;

/// <summary>A printer that can tell whether a document was printed: the boundary that the desk and the seeded world share.</summary>
/// <remarks>
/// One caller at a time. Every call but <see cref="PrintAsync"/> throws <see cref="DeviceLostException"/> when the device goes away;
/// PrintAsync tells it in its result, because the number of bytes that went out is evidence.
/// Paper out, an open cover and a cutter fault are values, never exceptions.
/// </remarks>
public interface ITicketPrinter : IAsyncDisposable
{
    /// <summary>What the unit told of itself. Changes when a printer that was off or out of paper at the opening answers for the first time.</summary>
    PrinterIdentity Identity { get; }

    /// <summary>Completes when the device is gone, also while nobody asks it anything; cancelled when the printer is disposed first.</summary>
    Task Lost { get; }

    /// <summary>Whether this unit echoes process ids; probed together with its identity, never inferred from its model.</summary>
    bool EchoesProcessId { get; }

    /// <summary>What the unit was found to be able to do; null until it was identified.</summary>
    PrinterCapabilities? Capabilities { get; }

    /// <summary>The unit tells each change of its state at once: nobody needs to ask, except whether it is still there.</summary>
    bool TellsStatusChanges { get; }

    /// <summary>The unit has told its state by itself. Null: it has told something and is not known yet, ask it. Raised where the printer was opened.</summary>
    event Action<PrinterStatus?>? StatusTold;

    /// <summary>The real-time status. A device state of <see cref="DeviceState.PowerOff"/> when the printer does not answer at all.</summary>
    ValueTask<PrinterStatus> ReadStatusAsync(CancellationToken cancellationToken);

    /// <summary>The maintenance counter of cuts; null when the unit does not tell it.</summary>
    ValueTask<long?> ReadCutCounterAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Proves that everything sent before has been worked off: completes a command that a dead sender may have left half sent,
    /// then asks for <paramref name="id"/> and waits. Clears nothing and prints nothing of its own.
    /// </summary>
    ValueTask<FenceResult> FenceAsync(ProcessId id, TimeSpan timeout, CancellationToken cancellationToken);

    /// <summary>DLE ENQ 2 and ESC @: drops what the printer still holds. Only after a fence: before it, the buffer is evidence.</summary>
    ValueTask ClearAsync(CancellationToken cancellationToken);

    /// <summary>DLE ENQ 1: goes on where a recoverable error (a stuck cutter) has stopped the printing. Clears nothing; ignored without such an error.</summary>
    /// <returns>False when the port did not take it.</returns>
    ValueTask<bool> ResumeAsync(CancellationToken cancellationToken);

    /// <summary>Sends the document and the request to echo <paramref name="id"/> when the printing is completed; waits for the echo.</summary>
    ValueTask<PrintResult> PrintAsync(ReadOnlyMemory<byte> document, ProcessId id, CancellationToken cancellationToken);
}

/// <summary>Four characters 20h-7Eh that a printer echoes when everything before them is printed. Epson ESC/POS, GS ( H fn 48.</summary>
public readonly record struct ProcessId
{
    /// <summary>95^4: the number of different ids.</summary>
    public const int Count = 95 * 95 * 95 * 95;

    private readonly int _value;

    private ProcessId(int value) => _value = value;

    /// <summary>The id that stands for a number, modulo <see cref="Count"/>; different numbers within one cycle give different ids.</summary>
    public static ProcessId FromNumber(long number)
    {
        var value = (int)(number % Count);
        return new(value < 0 ? value + Count : value);
    }

    /// <exception cref="ArgumentOutOfRangeException">Not four bytes of 20h-7Eh.</exception>
    public static ProcessId FromBytes(ReadOnlySpan<byte> four)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(four.Length, 4, nameof(four));
        var value = 0;
        foreach (var b in four)
        {
            if (b is < 0x20 or > 0x7E) throw new ArgumentOutOfRangeException(nameof(four), b, "A process id holds bytes 20h-7Eh.");
            value = value * 95 + (b - 0x20);
        }
        return new(value);
    }

    public static ProcessId Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Span<byte> four = stackalloc byte[4];
        if (text.Length != 4) throw new FormatException("A process id has four characters.");
        for (var i = 0; i < 4; i++) four[i] = text[i] is >= ' ' and <= '~' ? (byte)text[i] : throw new FormatException("A process id holds characters 20h-7Eh.");
        return FromBytes(four);
    }

    public void CopyTo(Span<byte> four)
    {
        var value = _value;
        for (var i = 3; i >= 0; i--)
        {
            four[i] = (byte)(0x20 + value % 95);
            value /= 95;
        }
    }

    public override string ToString()
    {
        Span<byte> four = stackalloc byte[4];
        CopyTo(four);
        return System.Text.Encoding.ASCII.GetString(four);
    }
}

/// <summary>What a unit tells of itself (GS I 65-69). Null where it does not answer.</summary>
public sealed record PrinterIdentity(string? Maker, string? Model, string? Firmware, string? SerialNumber, string? Languages);

/// <param name="Echoed">The fence's own id came back: the buffer has drained.</param>
/// <param name="OtherEchoes">Ids of earlier jobs that came back meanwhile: each proves its own attempt, and no other.</param>
/// <param name="Status">The last status read, null when none was answered.</param>
public sealed record FenceResult(bool Echoed, IReadOnlyList<ProcessId> OtherEchoes, PrinterStatus? Status);

/// <summary>How the sending of one document ended. What was printed is judged elsewhere, from the evidence.</summary>
public enum PrintEnd
{
    /// <summary>The echo of the own id came back.</summary>
    Completed,
    /// <summary>A printer that does not echo took all bytes and is idle and without fault. Proves nothing by itself.</summary>
    SentWithoutEcho,
    /// <summary>The printer says that it stands still: paper, cover, error.</summary>
    Blocked,
    /// <summary>No echo, no progress, no reason.</summary>
    TimedOut,
    DeviceLost,
    Cancelled,
}

/// <param name="BytesSent">Bytes of this job that the port took; 0 proves that nothing can have been printed.</param>
/// <param name="OtherEchoes">Late echoes of earlier jobs.</param>
public sealed record PrintResult(PrintEnd End, long BytesSent, IReadOnlyList<ProcessId> OtherEchoes, PrinterStatus? Status);
