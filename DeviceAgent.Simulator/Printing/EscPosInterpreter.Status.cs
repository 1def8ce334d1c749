using System.Buffers;
using System.Globalization;
using System.Text;

namespace DeviceAgent.Simulator.Printing;

/// <summary>What the printer says, and what a person or a fault does to it.</summary>
internal sealed partial class EscPosInterpreter
{
    private readonly ArrayBufferWriter<byte> _replies = new();
    private bool _coverOpen, _feedKey, _held, _senderHeld;
    private const PrinterFaults Recoverable = PrinterFaults.Cutter | PrinterFaults.Mechanical;

    private PrinterFaults _faults, _causesRemoved;
    private KioskFaults _kioskFaults;
    private byte _automaticStatus;
    private uint _lastAutomatic;
    private long _cutsAtReset, _linesAtReset;

    private PrinterCondition Condition => new(_coverOpen, _paper.IsOut, _paper.IsNearEnd, _faults, _feedKey, _options.Quirks)
    {
        KioskFaults = _kioskFaults,
        TicketAtMouth = AtMouth is not null && _clock >= _atMouthFrom,
        MotorOn = _motorBusyUntil > _clock,
    };

    /// <summary>What goes back over the line since the last call.</summary>
    public byte[] TakeReplies()
    {
        if (_replies.WrittenCount == 0) return [];
        var bytes = _replies.WrittenSpan.ToArray();
        _replies.ResetWrittenCount();
        return bytes;
    }

    /// <summary>The roll ends now, or so soon that it ends in the middle of the ticket in hand or of the next one.</summary>
    public void PaperOut(bool inTheMiddle, TimeSpan now) => Change(now, () => _paper.ShortenTo(inTheMiddle ? 18 : 0));

    public void NearEnd(TimeSpan now) => Change(now, () => _paper.ShortenTo(_options.NearEndMillimetres));

    public void LoadPaper(TimeSpan now) => Change(now, () =>
    {
        if (_paper.LoadRoll() is { } torn) _finished.Add(torn);
    });

    public void SetCover(bool open, TimeSpan now) => Change(now, () => _coverOpen = open);

    /// <summary>Head temperature, supply voltage, a damaged byte, a jam: as kiosk printers tell them.</summary>
    public void SetKioskFault(KioskFaults fault, bool on, TimeSpan now) => Change(now, () => _kioskFaults = on ? _kioskFaults | fault : _kioskFaults & ~fault);

    public void SetFeedKey(bool pressed, TimeSpan now) => Change(now, () => _feedKey = pressed);

    /// <summary>A fault appears, or a person has removed its cause.</summary>
    public void SetFault(PrinterFaults fault, bool on, TimeSpan now) => Change(now, () =>
    {
        // The cause is gone; whether the printer goes on is another matter.
        if (!on && _options.WaitsForRecovery && (fault & Recoverable) != 0) _causesRemoved |= fault;
        else SetFault(fault, on);
    });

    /// <summary>The next cut jams.</summary>
    public void JamAtNextCut() => _cutterJams = true;

    /// <summary>The firmware takes nothing out of its buffer.</summary>
    public void SetBusy(bool busy, TimeSpan now) => Change(now, () =>
    {
        _held = busy;
        HoldOrReleaseSender();
    });

    /// <summary>Everything volatile is gone: buffer, half a line, modes, process ids that wait. Paper stays where it is.</summary>
    public void PowerOff(TimeSpan now)
    {
        Advance(now);
        IsOn = false;
        ClearBuffers();
        ResetModes();
        _automaticStatus = 0;
        _lastAutomatic = 0;
        _senderHeld = false;
        _lineSide.ChineseMode = _printSide.ChineseMode = false;
        _replies.ResetWrittenCount();
    }

    public void PowerOn(TimeSpan now)
    {
        if (IsOn) return;
        Advance(now);
        IsOn = true;
        if (_options.FlowControl == FlowControl.XonXoff) Reply(0x11);
    }

    private void Change(TimeSpan now, Action change)
    {
        Advance(now);
        change();
        _stopped = false;
        if (!IsOn) return;
        Work();
        TellChange();
    }

    private void SetFault(PrinterFaults fault, bool on)
    {
        _causesRemoved &= ~fault;
        _faults = on ? _faults | fault : _faults & ~fault;
        if (fault == PrinterFaults.Cutter && !on) _cutterJams = false;
    }

    private void ClearBuffers()
    {
        _buffer.Clear();
        _printSide.Reset();
        _lineSide.Reset();
        _lineSide.ChineseMode = _printSide.ChineseMode;
        _realTimeLength = 0;
        _frameWaits = _fedToCutter = false;
        _line.Clear();
        _paper.ForgetFeed();
        _motorBusyUntil = _clock;
    }

    /// <summary>DLE EOT n: told at once, whatever else the printer does.</summary>
    private void AnswerRealTime(ReadOnlySpan<byte> command)
    {
        if (command.Length == 3 && Condition.RealTime(command[2]) is { } status) Reply(status);
        else if (command.Length == 3 && _options.HasKioskStatus && command[2] == 17) Reply(Condition.Motor);
        else if (command.Length == 3 && _options.HasKioskStatus && command[2] == 20) _replies.Write(Condition.Full);
        else _log.Add($"no such status: {Convert.ToHexString(command)}");
    }

    /// <summary>DLE ENQ n: 1 goes on where the error stopped the printing, 2 clears the buffers first. Without a recoverable error nothing happens.</summary>
    private void Recover(byte how)
    {
        if (how is not (0 or 1 or 2)) _log.Add($"no such recovery: DLE ENQ {how}");
        if ((_faults & Recoverable) == 0 || how is not (1 or 2)) return;
        if (how == 2) ClearBuffers();
        // The cause is still there as long as nobody has removed it, and the fault shows again at once.
        SetFault(_causesRemoved, false);
        _stopped = false;
    }

    /// <summary>GS ( H fn 48: told when everything before it is printed. It stands in the buffer behind all that.</summary>
    private void ProcessId(ReadOnlySpan<byte> parameters)
    {
        if (parameters.Length != 6 || parameters[0] != 48 || parameters[1] != 48 || parameters[2..].ContainsAnyExceptInRange((byte)0x20, (byte)0x7E))
        {
            Ignore($"GS ( H {Convert.ToHexString(parameters[..Math.Min(parameters.Length, 8)])}");
            return;
        }
        _log.InStep();
        if (!_options.EchoesProcessId) return;
        Reply(0x37);
        Reply(0x22);
        _replies.Write(parameters[2..]);
        Reply(0x00);
    }

    private void TellStatus(byte kind)
    {
        switch (kind)
        {
            case 1 or 49: Reply(Condition.PaperBits); break;
            case 2 or 50: Reply(0x00); break; // No drawer.
            default: Ignore($"GS r {kind}"); break;
        }
    }

    private void TellIdentity(byte kind)
    {
        switch (kind)
        {
            case 1 or 49: Reply(0x20); break;
            case 2 or 50: Reply(0x03); break; // Two-byte characters, cutter.
            case 3 or 51: Reply(0x01); break;
            case 65: ReplyText(_options.Firmware); break;
            case 66: ReplyText(_options.Maker); break;
            case 67: ReplyText(_options.Model); break;
            case 68: ReplyText(_options.SerialNumber); break;
            case 69: ReplyText("CHINA GB18030"); break;
            default: Ignore($"GS I {kind}"); break;
        }
    }

    /// <summary>GS g 0 (reset) and GS g 2 (tell). Numbers: 20 lines fed, 50 cuts; plus 128: over the unit's life, never reset.</summary>
    private void MaintenanceCounter(ReadOnlySpan<byte> command)
    {
        if (!_options.TellsCutCounter) return;
        var number = command[4] + 256 * command[5];
        var counter = number switch { 20 => _linesFed - _linesAtReset, 148 => _linesFed, 50 => _cuts - _cutsAtReset, 178 => _cuts, _ => -1 };
        if (counter < 0 || command[3] != 0) Ignore($"GS g: no counter {number}");
        else if (command[2] == '2') ReplyText((number is 50 or 178 ? counter / _options.CutCounterStep * _options.CutCounterStep : counter).ToString(CultureInfo.InvariantCulture));
        else if (number == 50) _cutsAtReset = _cuts;
        else if (number == 20) _linesAtReset = _linesFed;
        else Ignore($"GS g 0: counter {number} cannot be reset");
    }

    private void TellAutomaticStatus()
    {
        _lastAutomatic = Condition.Automatic(_automaticStatus);
        if (_automaticStatus == 0) return;
        for (var shift = 24; shift >= 0; shift -= 8) Reply((byte)(_lastAutomatic >> shift));
    }

    private void TellChange()
    {
        if (IsOn && _automaticStatus != 0 && Condition.Automatic(_automaticStatus) != _lastAutomatic) TellAutomaticStatus();
    }

    private void HoldOrReleaseSender()
    {
        if (_options.FlowControl != FlowControl.XonXoff || !IsOn) return;
        if (!_senderHeld && (_held || _buffer.Free <= ReceiveBuffer.BusyAtFree))
        {
            _senderHeld = true;
            Reply(0x13);
        }
        else if (_senderHeld && !_held && _buffer.Free >= ReceiveBuffer.ReleasedAtFree)
        {
            _senderHeld = false;
            Reply(0x11);
        }
    }

    private void ReplyText(string text)
    {
        Reply(0x5F);
        _replies.Write(Encoding.ASCII.GetBytes(text));
        Reply(0x00);
    }

    private void Reply(byte value)
    {
        _replies.GetSpan(1)[0] = value;
        _replies.Advance(1);
    }
}
