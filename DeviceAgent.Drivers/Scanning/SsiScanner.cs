namespace DeviceAgent.Drivers.Scanning;

/// <summary>A scanner that speaks Zebra's Simple Serial Interface: packets, each acknowledged by the host.</summary>
/// <remarks>
/// Source: Zebra Simple Serial Interface Programmer's Guide. The scanner is set to SSI host, software handshaking, packeted decode data.
/// Owns the port: disposing closes it and ends a pending read. One reader; reads the port by itself, so that every packet is acknowledged at once:
/// a scanner that waits for it reads nothing else, and sends the packet again. A code that was acknowledged is never dropped but
/// by sixteen younger ones that nobody reads either.
/// A packet with a wrong checksum is asked for again (CMD_NAK, RESEND). A pulled cable is the port's <see cref="DeviceLostException"/>.
/// </remarks>
public sealed class SsiScanner : ICodeReader
{
    private static readonly byte[] Ack = [0x04, SsiPacket.CommandAck, SsiPacket.Host, 0x00, 0xFF, 0x28];
    private static readonly byte[] NakResend = [0x05, SsiPacket.CommandNak, SsiPacket.Host, 0x00, 0x01, 0xFF, 0x25];

    private readonly Stream _port;
    private readonly ScannerProfile _profile;
    private readonly TimeProvider _time;
    private readonly TimeSpan _maxPause;
    private readonly TriggerExchange _exchange;
    private readonly ReplyPattern[] _accept, _refuse;
    private readonly PacketCodes _codes;
    private readonly SsiPacketParser _packets = new();
    private readonly SsiCodeAssembler _assembler;
    private readonly byte[] _chunk = new byte[1024];

    /// <param name="port">Owned from now on.</param>
    /// <param name="profile">One of SSI framing.</param>
    /// <param name="framing">Prefix, AIM identifier and longest code; the suffix means nothing here.</param>
    /// <param name="time">For time-outs and time stamps; null: the system's.</param>
    /// <exception cref="ArgumentException">The profile is of another framing, or an option is out of its range.</exception>
    public SsiScanner(Stream port, ScannerProfile profile, LineScannerOptions framing, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(port);
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(framing);
        if (profile.Framing != ScannerFraming.Ssi) throw new ArgumentException($"The profile {profile.Name} is of {profile.Framing} framing.", nameof(profile));
        string[] mistakes = [.. framing.Validate(nameof(framing))];
        if (mistakes.Length > 0) throw new ArgumentException(string.Join("; ", mistakes), nameof(framing));
        _port = port;
        _profile = profile;
        _time = time ?? TimeProvider.System;
        _maxPause = framing.MaxPause;
        _exchange = new(port, profile, _time);
        _accept = [.. profile.AcceptPatterns];
        _refuse = [.. profile.RefusePatterns];
        _codes = new(framing);
        _assembler = new(LineScannerOptions.MaxPrefixLength + framing.MaxLengthBytes + 8);
        _ = PumpAsync();
    }

    /// <inheritdoc/>
    public TimeSpan WindowLimit => _profile.Session;

    /// <inheritdoc/>
    public ValueTask<ScannedCode> ReadAsync(CancellationToken cancellationToken) => _codes.ReadAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask<TriggerFault> OpenWindowAsync(CancellationToken cancellationToken) => _exchange.RunAsync(_profile.Opening, endAtFault: true, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<TriggerFault> CloseWindowAsync(CancellationToken cancellationToken) => _exchange.RunAsync(_profile.Closing, endAtFault: false, cancellationToken);

    /// <summary>Closes the port.</summary>
    public async ValueTask DisposeAsync()
    {
        await _port.DisposeAsync();
        _codes.End(new ObjectDisposedException(nameof(SsiScanner)));
    }

    private async Task PumpAsync()
    {
        try
        {
            while (true)
            {
                var count = await ReceiveAsync().ConfigureAwait(false);
                if (count == 0) throw new EndOfStreamException("The scanner's port has ended.");
                await TakeAsync(count).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            _exchange.Lose(e);
            _codes.End(e);
        }
    }

    private async ValueTask<int> ReceiveAsync()
    {
        var read = _port.ReadAsync(_chunk).AsTask();
        while (!read.IsCompleted && (_packets.IsInPacket || _assembler.IsInCode))
        {
            Task wait = read.WaitAsync(_packets.IsInPacket ? _profile.ReplyGap : _maxPause, _time);
            await wait.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (read.IsCompleted) break;
            if (_packets.IsInPacket)
            {
                do
                {
                    _packets.GiveUp();
                    await TakeAsync(0).ConfigureAwait(false);
                }
                while (_packets.IsInPacket);
            }
            else if (_assembler.TryAbandon())
            {
                _codes.Add(ScanFault.Incomplete, _time.GetTimestamp());
            }
        }
        return await read.ConfigureAwait(false);
    }

    private async ValueTask TakeAsync(int count)
    {
        var arrived = _time.GetTimestamp();
        var bad = _packets.BadChecksums;
        ReadOnlyMemory<byte> input = _chunk.AsMemory(0, count);
        var isAnyGood = false;
        while (TryTakePacket(ref input, arrived, out var isToBeAcknowledged))
        {
            isAnyGood = true;
            if (isToBeAcknowledged) await _exchange.WriteAsync(Ack, CancellationToken.None).ConfigureAwait(false);
        }
        if (!isAnyGood && _packets.BadChecksums > bad) await _exchange.WriteAsync(NakResend, CancellationToken.None).ConfigureAwait(false);
    }

    private bool TryTakePacket(ref ReadOnlyMemory<byte> input, long arrived, out bool isToBeAcknowledged)
    {
        var rest = input.Span;
        var isPacket = _packets.TryRead(ref rest, out var packet);
        input = input[^rest.Length..];
        isToBeAcknowledged = false;
        if (!isPacket) return false;
        // Our own, from a line that echoes.
        if (packet.Source == SsiPacket.Host) return true;
        if (packet.Opcode is SsiPacket.CommandAck or SsiPacket.CommandNak)
        {
            if (IsAny(_accept, packet.Bytes)) _exchange.Answered(accepted: true);
            else if (IsAny(_refuse, packet.Bytes)) _exchange.Answered(accepted: false);
            return true;
        }
        isToBeAcknowledged = true;
        if (packet.Opcode == SsiPacket.DecodeData) Assemble(packet, arrived);
        return true;
    }

    private void Assemble(SsiPacket packet, long arrived)
    {
        switch (_assembler.Take(packet))
        {
            case SsiStep.Code:
                _codes.Add(_assembler.Code, SsiCodeAssembler.AimOf(_assembler.Type), arrived);
                break;
            case SsiStep.TooLong:
                _codes.Add(ScanFault.TooLong, arrived);
                break;
        }
    }

    private static bool IsAny(ReplyPattern[] patterns, ReadOnlySpan<byte> bytes)
    {
        foreach (var pattern in patterns)
        {
            if (pattern.Compare(bytes) == ReplyMatch.Full) return true;
        }
        return false;
    }
}
