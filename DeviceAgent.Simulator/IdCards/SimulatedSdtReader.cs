using System.ComponentModel;

namespace DeviceAgent.Simulator.IdCards;

/// <summary>What goes wrong with one answer.</summary>
public enum SdtFault
{
    /// <summary>It stops in the middle, for good.</summary>
    Torn,
    /// <summary>Its checksum is wrong.</summary>
    WrongChecksum,
    /// <summary>One byte in its middle is another.</summary>
    WrongByte,
    /// <summary>Its length says that more is to come than comes.</summary>
    WrongLength,
    /// <summary>It comes when <see cref="SimulatedSdtReader.ReleaseLate"/> says so; the reader does nothing else meanwhile.</summary>
    Late,
    /// <summary>It never comes.</summary>
    Lost,
    /// <summary>Bytes that are no frame come before it.</summary>
    NoiseBefore,
    /// <summary>The passenger takes the card away before it.</summary>
    CardPulled,
}

/// <summary>A second-generation ID-card reader, at the end of a pseudo-terminal or of anything else that carries bytes.</summary>
/// <remarks>
/// Source: GA 450. Does one request after the other. A card is found once each time it is presented, then selected, then read as often as is asked.
/// On a pseudo-terminal one thread waits in a blocking read. Does not own the line, and has no clock: nothing here takes time.
/// </remarks>
public sealed class SimulatedSdtReader
{
    private const byte Ok = 0x90, Found = 0x9F, ChecksumWrong = 0x10, LengthWrong = 0x11, CommandWrong = 0x21, ReadFailed = 0x41, NotFound = 0x80, SelectFailed = 0x81, NoSuchContent = 0x91;

    // Kind of module, place, date of making, two running numbers; each low byte first.
    private static readonly byte[] Sam = [5, 0, 3, 0, 0x20, 0xDA, 0x34, 0x01, 0x15, 0xCD, 0x5B, 0x07, 0xB1, 0x68, 0xDE, 0x3A];

    private readonly Lock _gate = new();
    private readonly Queue<(byte? Command, SdtFault Fault)> _faults = new();
    private readonly List<byte> _came = [];
    private readonly List<string> _requests = [];
    private Action<byte[]> _say = _ => { };
    private SimulatedIdCard? _card;
    private bool _isFound, _isSelected;
    private byte[]? _late;

    /// <summary>What <see cref="Sam"/> is printed as on the reader's label.</summary>
    public const string SamLabel = "05.03-20240928-123456789-987654321";

    /// <summary>A request was taken, before it is answered: its command and parameter in hexadecimal. Called while the reader is locked.</summary>
    public event Action<string>? Requested;

    /// <summary>Every request since the start, such as "2001".</summary>
    public IReadOnlyList<string> Requests
    {
        get { lock (_gate) return [.. _requests]; }
    }

    /// <summary>Requests whose frame was wrong.</summary>
    public int WrongRequests { get; private set; }

    /// <summary>The security module answers everything with this; null: it is well.</summary>
    public byte? SamError { get; set; }

    /// <summary>Plugs the reader in. It starts anew each time, as it has its power from the cable; a card that lies on it is found.</summary>
    public void Attach(PseudoTerminal line)
    {
        ArgumentNullException.ThrowIfNull(line);
        var say = Attach(bytes => Write(line, bytes));
        new Thread(() =>
        {
            var buffer = new byte[256];
            while (line.Read(buffer) is > 0 and var count)
            {
                lock (_gate)
                {
                    if (_say != say) return;
                    Take(buffer.AsSpan(0, count));
                }
            }
        })
        { IsBackground = true, Name = "simulated ID-card reader" }.Start();
    }

    /// <summary>As <see cref="Attach(PseudoTerminal)"/>, with <see cref="Take"/> for what is said to it.</summary>
    /// <param name="say">Called while the reader is locked.</param>
    public Action<byte[]> Attach(Action<byte[]> say)
    {
        ArgumentNullException.ThrowIfNull(say);
        lock (_gate)
        {
            _say = say;
            _came.Clear();
            _late = null;
            (_isFound, _isSelected) = (false, false);
        }
        return say;
    }

    /// <summary>Takes bytes from the wire and answers what is whole.</summary>
    public void Take(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            _came.AddRange(bytes);
            AnswerAll();
        }
    }

    /// <summary>Lays a card on the reader.</summary>
    public void Present(SimulatedIdCard card)
    {
        ArgumentNullException.ThrowIfNull(card);
        lock (_gate) (_card, _isFound, _isSelected) = (card, false, false);
    }

    /// <summary>Takes the card away.</summary>
    public void TakeAway()
    {
        lock (_gate) (_card, _isFound, _isSelected) = (null, false, false);
    }

    /// <param name="command">The first byte of the request whose answer it befalls; null: of any.</param>
    public void Next(SdtFault fault, byte? command = null)
    {
        lock (_gate) _faults.Enqueue((command, fault));
    }

    /// <summary>The answer that was late comes now, and what was asked meanwhile is answered after it.</summary>
    public void ReleaseLate()
    {
        lock (_gate)
        {
            if (_late is not { } late) return;
            _late = null;
            _say(late);
            AnswerAll();
        }
    }

    private void AnswerAll()
    {
        while (_late is null && SdtLine.Take(_came) is { } request)
        {
            var name = Convert.ToHexString([request.Command, request.Parameter]);
            if (_requests.Count < 100_000) _requests.Add(name);
            Requested?.Invoke(name);
            SdtFault? fault = _faults.TryPeek(out var next) && (next.Command is null || next.Command == request.Command) ? _faults.Dequeue().Fault : null;
            if (fault == SdtFault.CardPulled) (_card, _isFound, _isSelected) = (null, false, false);
            Say(AnswerTo(request), fault);
        }
    }

    private byte[] AnswerTo(SdtRequest request)
    {
        if (!request.IsRight)
        {
            WrongRequests++;
            return SdtLine.Answer(ChecksumWrong, []);
        }
        if (SamError is { } error) return SdtLine.Answer(error, []);
        return (request.Command, request.Parameter, request.Data.Length) switch
        {
            (0x10, 0xFF, 0) => Reset(),
            (0x11, 0xFF, 0) => SdtLine.Answer(Ok, []),
            (0x12, 0xFF, 0) => SdtLine.Answer(Ok, Sam),
            (0x20, 0x01, 0) => Find(),
            (0x20, 0x02, 0) => Select(),
            (0x30, 0x01, 0) => Content(card => card.BaseAnswer()),
            (0x30, 0x10, 0) => Content(card => card.BaseAndFingerprintAnswer()),
            (0x30, 0x03, 0) => Content(card => card.NewestAddressAnswer()),
            (0x60, <= 4, 0) => SdtLine.Answer(Ok, []),
            (0x61, 0xFF, 1) => SdtLine.Answer(Ok, []),
            (0x10 or 0x11 or 0x12 or 0x20 or 0x30 or 0x60 or 0x61, _, > 0) => SdtLine.Answer(LengthWrong, []),
            _ => SdtLine.Answer(CommandWrong, []),
        };
    }

    private byte[] Reset()
    {
        (_isFound, _isSelected) = (false, false);
        return SdtLine.Answer(Ok, []);
    }

    private byte[] Find()
    {
        if (_card is null || _isFound) return SdtLine.Answer(NotFound, []);
        _isFound = true;
        return SdtLine.Answer(Found, [0, 0, 0, 0]);
    }

    private byte[] Select()
    {
        if (_card is null || !_isFound) return SdtLine.Answer(SelectFailed, []);
        _isSelected = true;
        return SdtLine.Answer(Ok, [0, 0, 0, 0, 0, 0, 0, 0]);
    }

    private byte[] Content(Func<SimulatedIdCard, byte[]?> content)
    {
        if (_card is null || !_isSelected) return SdtLine.Answer(ReadFailed, []);
        return content(_card) is { } bytes ? SdtLine.Answer(Ok, bytes) : SdtLine.Answer(NoSuchContent, []);
    }

    private void Say(byte[] frame, SdtFault? fault)
    {
        switch (fault)
        {
            case SdtFault.Torn:
                _say(frame[..(frame.Length / 2)]);
                break;
            case SdtFault.WrongChecksum:
                frame[^1] ^= 0x55;
                _say(frame);
                break;
            case SdtFault.WrongByte:
                frame[frame.Length / 2] ^= 0x20;
                _say(frame);
                break;
            case SdtFault.WrongLength:
                frame[6] ^= 0x01;
                _say(frame);
                break;
            case SdtFault.Late:
                _late = frame;
                break;
            case SdtFault.Lost:
                break;
            case SdtFault.NoiseBefore:
                _say([0x00, 0xAA, 0xAA, 0x96, 0x69, 0xFF, 0xAA, .. frame]);
                break;
            default:
                _say(frame);
                break;
        }
    }

    private static void Write(PseudoTerminal line, byte[] bytes)
    {
        try
        {
            line.Write(bytes);
        }
        catch (Exception e) when (e is Win32Exception or ObjectDisposedException)
        {
            // The cable was pulled.
        }
    }
}
