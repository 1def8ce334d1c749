namespace DeviceAgent.Simulator.Contactless;

/// <summary>A PN532 at the end of a pseudo-terminal, with cards that are laid on it and taken away.</summary>
/// <remarks>
/// Source: NXP, PN532 User Manual (UM0701-02), 6.2 (frames and dialogue), 7.2.1, 7.2.2, 7.2.10, 7.3.1, 7.3.5, 7.3.8, table 15.
/// Where the manual leaves it open: before SAMConfiguration it takes GetFirmwareVersion alone, other commands get an error frame.
/// Owns the line no more than a chip owns its cable; its thread ends with the line.
/// </remarks>
public sealed class SimulatedPn532
{
    private const byte TimeOut = 0x01, Authentication = 0x14, WrongContext = 0x27, MoreInformation = 0x40;
    private const int LongestData = 262;

    private readonly Lock _gate = new();
    private readonly HostFrames _host = new();
    private readonly List<byte> _commands = [];
    private PseudoTerminal _line;
    private SimulatedCard? _card;
    private SimulatedCard? _active;
    private byte[] _lastAnswer = [];
    private byte[] _rest = [];
    private bool _isSetUp, _isListing, _isDead;
    private byte _tries = 0xFF;
    private int _telephone;
    private TaskCompletionSource _changed = New();

    public SimulatedPn532(PseudoTerminal line)
    {
        ArgumentNullException.ThrowIfNull(line);
        _line = line;
        Listen(line);
    }

    /// <summary>Bytes to spoil: called for each frame before it is sent, acknowledgements included; what it gives is sent instead.</summary>
    public Func<byte[], byte[]>? Spoil { get; set; }

    /// <summary>Answers come in extended frames, whatever their length.</summary>
    public bool AlwaysExtended { get; set; }

    /// <summary>Data bytes of one answer; what is beyond is held back and marked (MI).</summary>
    public int MaxData { get; set; } = LongestData;

    /// <summary>It waits for a card now.</summary>
    public bool IsListing
    {
        get { lock (_gate) return _isListing; }
    }

    /// <summary>The codes of all commands taken, oldest first; the last 10,000.</summary>
    public IReadOnlyList<byte> Commands
    {
        get { lock (_gate) return [.. _commands]; }
    }

    /// <summary>Completes when the condition holds; it is looked at after each command.</summary>
    public async Task UntilAsync(Func<SimulatedPn532, bool> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        while (true)
        {
            Task changed;
            lock (_gate) changed = _changed.Task;
            if (condition(this)) return;
            await changed;
        }
    }

    /// <summary>Lays a card on the reader, in place of one that lies there.</summary>
    public void Present(SimulatedCard card)
    {
        ArgumentNullException.ThrowIfNull(card);
        lock (_gate)
        {
            card.Reset();
            (_card, _active) = (card, null);
            if (!_isListing) return;
            _isListing = false;
            Send([0x4B, .. Activate(card)]);
        }
    }

    public void TakeAway()
    {
        lock (_gate) _card = _active = null;
    }

    /// <summary>The chip loses its power and gets it back: asleep, and set up for nothing.</summary>
    public void CyclePower()
    {
        lock (_gate)
        {
            _isDead = _isSetUp = _isListing = _host.IsAwake = false;
            _host.Clear();
            (_active, _tries, _rest, _lastAnswer) = (null, 0xFF, [], []);
        }
    }

    /// <summary>The chip loses its power for good; its serial adapter stays.</summary>
    public void CutPower()
    {
        lock (_gate) _isDead = true;
    }

    /// <summary>The same chip on another line: a cable that was pulled is plugged in again, and gives it its power.</summary>
    public void Attach(PseudoTerminal line)
    {
        ArgumentNullException.ThrowIfNull(line);
        CyclePower();
        lock (_gate) _line = line;
        Listen(line);
    }

    private void Listen(PseudoTerminal line)
    {
        new Thread(() =>
        {
            var bytes = new byte[512];
            while (line.Read(bytes) is > 0 and var count) Take(line, bytes.AsSpan(0, count));
        })
        { IsBackground = true, Name = "simulated PN532" }.Start();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Take(PseudoTerminal line, ReadOnlySpan<byte> bytes)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            if (line != _line || _isDead) return;
            (changed, _changed) = (_changed, New());
            _host.Add(bytes);
            while (_host.Next() is var (kind, body))
            {
                switch (kind)
                {
                    case HostFrameKind.Ack:
                        _isListing = false;
                        break;
                    case HostFrameKind.Nack:
                        if (_lastAnswer.Length > 0) Write(_lastAnswer);
                        break;
                    default:
                        Carry(body);
                        break;
                }
            }
        }
        changed.SetResult();
    }

    private void Carry(byte[] body)
    {
        if (_commands.Count == 10_000) _commands.RemoveAt(0);
        _commands.Add(body[0]);
        _isListing = false;
        Write([0x00, 0x00, 0xFF, 0x00, 0xFF, 0x00]);
        if (!_isSetUp && body[0] is not (0x02 or 0x14))
        {
            Write([0x00, 0x00, 0xFF, 0x01, 0xFF, 0x7F, 0x81, 0x00]);
            return;
        }
        switch (body)
        {
            case [0x02]:
                Send([0x03, 0x32, 0x01, 0x06, 0x07]);
                break;
            case [0x14, 0x01, ..]:
                _isSetUp = true;
                Send([0x15]);
                break;
            case [0x32, 0x05, _, _, var tries]:
                _tries = tries;
                Send([0x33]);
                break;
            case [0x00, 0x06]:
                Send([0x01, _active is not null && _active == _card && !_active.HasLeft && _active.SelectHistory.Length > 0 ? (byte)0x00 : TimeOut]);
                break;
            case [0x4A, _, 0x00]:
                List();
                break;
            case [0x40, var target, .. var data]:
                Send([0x41, .. Exchange(target, data)]);
                break;
            default:
                Write([0x00, 0x00, 0xFF, 0x01, 0xFF, 0x7F, 0x81, 0x00]);
                break;
        }
    }

    private void List()
    {
        _active = null;
        if (_card is { HasLeft: true }) _card = null;
        if (_card is { } card) Send([0x4B, .. Activate(card)]);
        else if (_tries == 0xFF) _isListing = true;
        else Send([0x4B, 0x00]);
    }

    private byte[] Activate(SimulatedCard card)
    {
        card.Reset();
        _active = card;
        _rest = [];
        var uid = card.HasRandomUid ? [0x08, 0x00, (byte)(_telephone >> 8), (byte)_telephone++] : card.Uid;
        return [0x01, 0x01, .. card.RequestAnswer, card.SelectAnswer, (byte)uid.Length, .. uid, .. card.SelectHistory];
    }

    private byte[] Exchange(byte target, ReadOnlySpan<byte> data)
    {
        if (target != 1 || _active is not { } card || card != _card) return [_card is null ? TimeOut : WrongContext];
        if (data.IsEmpty && _rest.Length > 0) return Part(_rest);
        if (card.IsLocked) return [Authentication];
        if (card.Exchange(data) is not { } answer)
        {
            _active = null;
            return [TimeOut];
        }
        return Part(answer);
    }

    private byte[] Part(byte[] answer)
    {
        var now = Math.Min(answer.Length, MaxData);
        _rest = answer[now..];
        return [_rest.Length > 0 ? MoreInformation : (byte)0x00, .. answer[..now]];
    }

    private void Send(ReadOnlySpan<byte> answer)
    {
        _lastAnswer = Frame([0xD5, .. answer]);
        Write(_lastAnswer);
    }

    private byte[] Frame(byte[] body)
    {
        byte[] length = AlwaysExtended || body.Length > 255
            ? [0xFF, 0xFF, (byte)(body.Length >> 8), (byte)body.Length, (byte)-((body.Length >> 8) + body.Length)]
            : [(byte)body.Length, (byte)-body.Length];
        return [0x00, 0x00, 0xFF, .. length, .. body, (byte)-body.Sum(b => b), 0x00];
    }

    private void Write(byte[] frame)
    {
        var sent = Spoil?.Invoke(frame) ?? frame;
        try
        {
            _line.Write(sent);
        }
        catch (Exception e) when (e is ObjectDisposedException or System.ComponentModel.Win32Exception)
        {
            // The cable was pulled.
        }
    }
}
