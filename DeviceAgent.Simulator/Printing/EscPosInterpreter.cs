namespace DeviceAgent.Simulator.Printing;

/// <summary>A strict ESC/POS printer without line, threads or clock: bytes and moments in, paper and replies out.</summary>
/// <remarks>
/// Source: Epson ESC/POS command reference. Shares no code with any sender. Moments are given by the caller and never go back;
/// the same bytes at the same moments give the same paper. Bytes pass three stations, as in the device: the line side, which answers
/// real-time commands at once; the receive buffer; and the printing side, which stands still while the printer is offline.
/// Not safe for more than one caller at a time.
/// </remarks>
internal sealed partial class EscPosInterpreter
{
    private readonly SimulatedPrinterOptions _options;
    private readonly AnomalyLog _log = new();
    private readonly ReceiveBuffer _buffer;
    private readonly EscPosFramer _lineSide = new(), _printSide = new();
    private readonly PaperPath _paper;
    private readonly PrintLine _line;
    private readonly List<PaperPiece> _finished = [];
    private readonly byte[] _realTime = new byte[4];
    private int _realTimeLength;
    private bool _frameWaits, _stopped;
    private TimeSpan _clock, _motorBusyUntil;

    public EscPosInterpreter(SimulatedPrinterOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _buffer = new ReceiveBuffer(options.BufferBytes);
        _paper = new PaperPath(options);
        _line = new PrintLine(options.Columns * PrintLine.DotsPerColumn);
        _cuts = options.CutsBefore;
    }

    public AnomalyLog Log => _log;

    public bool IsOn { get; private set; } = true;

    /// <summary>Bytes that came while the buffer was full.</summary>
    public long LostBytes { get; private set; }

    /// <summary>NUL and CAN outside commands.</summary>
    public long PaddingBytes { get; private set; }

    public int BytesWaiting => _buffer.Count;

    public IReadOnlyList<PaperPiece> Pieces => _paper.Pieces;

    public PaperPiece? InMouth => _paper.InMouth;

    /// <summary>When there is something to do without a new byte: the motor stops and work waits. Null when there is nothing.</summary>
    public TimeSpan? NextMoment => IsOn && !_stopped && HasWork && _motorBusyUntil > _clock ? _motorBusyUntil : null;

    private bool HasWork => _buffer.Count > 0 || _frameWaits || _paper.MustFeed;

    /// <summary>Pieces finished since the last call.</summary>
    public IReadOnlyList<PaperPiece> TakeFinished()
    {
        if (_finished.Count == 0) return [];
        PaperPiece[] pieces = [.. _finished];
        _finished.Clear();
        return pieces;
    }

    /// <summary>Bytes come over the line.</summary>
    public void Receive(ReadOnlySpan<byte> bytes, TimeSpan now)
    {
        Advance(now);
        if (!IsOn) return;
        foreach (var value in bytes)
        {
            Arrive(value);
            Work();
        }
        TellChange();
    }

    /// <summary>Time passes.</summary>
    public void Advance(TimeSpan now)
    {
        while (IsOn && HasWork && _motorBusyUntil <= now)
        {
            if (_motorBusyUntil > _clock) _clock = _motorBusyUntil;
            var before = (_buffer.Count, _frameWaits, _paper.MustFeed, _motorBusyUntil);
            Work();
            if (before == (_buffer.Count, _frameWaits, _paper.MustFeed, _motorBusyUntil)) break;
        }
        if (now > _clock) _clock = now;
        TellChange();
    }

    /// <summary>The sender was cut off in the middle: oddities are expected until a process id or ESC @ of another one is understood.</summary>
    public void MarkTorn() => _log.Tear(_buffer.Count);

    private void Arrive(byte value)
    {
        if (_realTimeLength == 0 && (value != 0x10 || !_lineSide.AtBoundary))
        {
            Store(value);
            return;
        }
        if (_realTimeLength == 1 && value is not (0x04 or 0x05))
        {
            _realTimeLength = 0;
            Store(0x10);
            Arrive(value);
            return;
        }
        _realTime[_realTimeLength++] = value;
        // DLE EOT has a fourth byte for the kinds 0, 7, 8 and 18.
        var length = _realTimeLength > 2 && _realTime[1] == 0x04 && _realTime[2] is 0 or 7 or 8 or 18 ? 4 : 3;
        if (_realTimeLength < length) return;
        _realTimeLength = 0;
        if (_realTime[1] == 0x04) AnswerRealTime(_realTime.AsSpan(0, length));
        else Recover(_realTime[2]);
    }

    private void Store(byte value)
    {
        if (_buffer.Add(value)) _lineSide.Push(value);
        else if (LostBytes++ % 256 == 0) _log.Add($"receive buffer full, byte {value:X2} lost ({LostBytes} so far)");
        HoldOrReleaseSender();
    }

    private void Work()
    {
        while (IsOn && !_held && _motorBusyUntil <= _clock)
        {
            if (Condition.Offline)
            {
                _stopped = true;
                return;
            }
            _stopped = false;
            if (_paper.MustFeed)
            {
                Move();
                continue;
            }
            if (!_frameWaits)
            {
                if (_buffer.Count == 0) return;
                var value = _buffer.Take();
                _log.Follow(value);
                HoldOrReleaseSender();
                if (!_printSide.Push(value)) continue;
            }
            _frameWaits = !Execute();
        }
        if (_held) _stopped = true;
    }

    private void Move()
    {
        var moved = _paper.Move();
        if (_options.MillimetresPerSecond > 0) _motorBusyUntil = _clock + TimeSpan.FromSeconds(moved / _options.MillimetresPerSecond);
    }

    /// <returns>False when the frame has to wait and be tried again.</returns>
    private bool Execute()
    {
        var bytes = _printSide.Bytes;
        switch (_printSide.Kind)
        {
            case FrameKind.Character:
                return PrintCharacter(bytes);
            case FrameKind.Padding:
                PaddingBytes++;
                return true;
            case FrameKind.Command:
                return ExecuteCommand(bytes);
            default:
                _log.Unknown(bytes);
                return true;
        }
    }

    private bool PrintCharacter(ReadOnlySpan<byte> bytes)
    {
        var text = Decode(bytes);
        var columns = bytes.Length > 1 ? 2 : 1;
        if (!_line.Fits(columns, _width) && !_line.AtBeginning)
        {
            PrintComposedLine();
            // The rest of the line is composed when the paper has moved on.
            return false;
        }
        if (_line.Fits(columns, _width)) _line.Add(text, columns, _width, _height, _bold);
        return true;
    }

    private string Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == 1) return bytes[0] < 0x80 ? ((char)bytes[0]).ToString() : CodePages.Decode(bytes[0], _codePage);
        var text = CodePages.Gb18030.GetString(bytes);
        if (text.EnumerateRunes().Count() == 1 && !text.Contains('\uFFFD', StringComparison.Ordinal)) return text;
        _log.Add($"no GB 18030 character: {Convert.ToHexString(bytes)}");
        return "\u25A1";
    }

    private void PrintComposedLine()
    {
        var height = Math.Max(_lineSpacing, 3.0 * _line.HeightTimes);
        if (_line.IsEmpty) height = _lineSpacing;
        _paper.Print(_line.Take(_alignment), height);
        _linesFed++;
    }
}
