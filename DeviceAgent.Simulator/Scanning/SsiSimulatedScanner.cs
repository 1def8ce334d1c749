using System.Text;

namespace DeviceAgent.Simulator.Scanning;

/// <summary>A Zebra scanner that speaks Simple Serial Interface with software handshaking.</summary>
/// <remarks>
/// Source: Zebra Simple Serial Interface Programmer's Guide. length opcode source status data checksum (two's complement of the sum, high byte first).
/// A packet of decoded data waits for the host's CMD_ACK before the next one goes out; <see cref="Resend"/> is what its time-out does.
/// </remarks>
public sealed class SsiSimulatedScanner(PseudoTerminal line) : TriggeredScanner(line)
{
    private const byte Ack = 0xD0, Nak = 0xD1, DecodeData = 0xF3, Enable = 0xE9, Disable = 0xEA, StartSession = 0xE4, StopSession = 0xE5, QrCode = 0x1C;
    private const byte Resent = 0x01, Continued = 0x02;
    private readonly Queue<byte[]> _waiting = new();

    /// <summary>Data bytes of one packet at most; a longer code is sent in several.</summary>
    public int PacketDataBytes { get; set; } = 250;

    /// <summary>The guide's bar code type of what it reads; a QR code unless set otherwise.</summary>
    public byte Type { get; set; } = QrCode;

    /// <summary>It sleeps: the first byte wakes it and is lost.</summary>
    public bool IsAsleep { get; set; }

    /// <summary>The host may scan at all.</summary>
    public bool IsEnabled { get; private set; }

    /// <summary>Acknowledgements of the host for decoded data.</summary>
    public int HostAcks { get; private set; }

    /// <summary>Refusals of the host.</summary>
    public int HostNaks { get; private set; }

    /// <summary>Packets that the host has not acknowledged.</summary>
    public int Unacknowledged
    {
        get
        {
            lock (Gate) return _waiting.Count;
        }
    }

    /// <summary>Acknowledgements of the host that are to get lost.</summary>
    public int LosesHostAcks { get; set; }

    /// <summary>The next packet of decoded data is damaged on its way.</summary>
    public bool DamagesNext { get; set; }

    /// <summary>Sends the packet that waits for its acknowledgement once more.</summary>
    public void Resend()
    {
        lock (Gate)
        {
            if (!_waiting.TryPeek(out var packet)) return;
            packet[3] |= Resent;
            Answer(WithChecksum(packet));
        }
    }

    protected override int Take(ReadOnlySpan<byte> received)
    {
        if (IsAsleep)
        {
            IsAsleep = false;
            return 1;
        }
        if (received[0] < 4) return 1;
        var length = received[0] + 2;
        if (received.Length < length) return 0;
        var packet = received[..length];
        if (Sum(packet[..^2]) != (packet[^2] << 8 | packet[^1]))
        {
            Note(packet);
            Answer(WithChecksum([0x05, Nak, 0x00, 0x00, 0x01]));
            return length;
        }
        Obey(packet);
        return length;
    }

    protected override void Send(string code)
    {
        var data = Encoding.UTF8.GetBytes(code).AsSpan();
        do
        {
            var part = data[..Math.Min(data.Length, PacketDataBytes)];
            data = data[part.Length..];
            _waiting.Enqueue([(byte)(5 + part.Length), DecodeData, 0x00, data.Length > 0 ? Continued : (byte)0, Type, .. part]);
        }
        while (data.Length > 0);
        SendNext();
    }

    protected override void PowerUp()
    {
        _waiting.Clear();
        IsEnabled = false;
    }

    private void Obey(ReadOnlySpan<byte> packet)
    {
        switch (packet[1])
        {
            case Ack:
                HearAck();
                return;
            case Nak:
                HostNaks++;
                if (_waiting.TryPeek(out var unheard)) unheard[3] |= Resent;
                SendNext();
                return;
        }
        if (!Note(packet)) return;
        var isAllowed = !Refuses && (packet[1] is Enable or Disable or StopSession || (packet[1] == StartSession && IsEnabled));
        // NAK, cause DENIED.
        Answer(WithChecksum(isAllowed ? [0x04, Ack, 0x00, 0x00] : [0x05, Nak, 0x00, 0x00, 0x06]));
        if (!isAllowed) return;
        if (packet[1] is Enable or Disable) IsEnabled = packet[1] == Enable;
        else SetTrigger(packet[1] == StartSession);
    }

    private void HearAck()
    {
        if (_waiting.Count == 0) return;
        if (LosesHostAcks > 0)
        {
            LosesHostAcks--;
            return;
        }
        HostAcks++;
        _waiting.Dequeue();
        SendNext();
    }

    private void SendNext()
    {
        if (!_waiting.TryPeek(out var packet)) return;
        var bytes = WithChecksum(packet);
        if (DamagesNext) bytes[^3] ^= 0x01;
        DamagesNext = false;
        Answer(bytes);
    }

    private static byte[] WithChecksum(byte[] packet)
    {
        var sum = Sum(packet);
        return [.. packet, (byte)(sum >> 8), (byte)sum];
    }

    private static int Sum(ReadOnlySpan<byte> bytes)
    {
        var sum = 0;
        foreach (var b in bytes) sum += b;
        return -sum & 0xFFFF;
    }
}
