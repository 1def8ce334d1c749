namespace DeviceAgent.Simulator.Contactless;

/// <summary>A card or telephone as a reader's field meets it. Not thread-safe: the reader that it lies on has the lock.</summary>
/// <remarks>Source: ISO/IEC 14443-3 (ATQA, SAK, UID), 14443-4 (ATS), 7816-4 (APDU).</remarks>
public abstract class SimulatedCard
{
    private int _exchanges;

    /// <summary>4, 7 or 10 bytes.</summary>
    public required byte[] Uid { get; init; }

    /// <summary>A telephone: another number with each activation.</summary>
    public bool HasRandomUid { get; init; }

    /// <summary>ATQA.</summary>
    public byte[] RequestAnswer { get; init; } = [0x00, 0x44];

    /// <summary>SAK.</summary>
    public abstract byte SelectAnswer { get; }

    /// <summary>ATS, its length first; empty for cards without ISO/IEC 14443-4.</summary>
    public virtual byte[] SelectHistory => [];

    /// <summary>What a PC/SC reader makes of it, or what a contact card says itself.</summary>
    public abstract byte[] Atr { get; }

    /// <summary>The card is taken away during this exchange, counted from 1; 0: it stays.</summary>
    public int LeavesInExchange { get; set; }

    /// <summary>Exchanges so far.</summary>
    public int Exchanges => _exchanges;

    /// <summary>It wants a key before it answers.</summary>
    public virtual bool IsLocked => false;

    /// <summary>One command over the air.</summary>
    /// <returns>Null: no answer.</returns>
    public byte[]? Exchange(ReadOnlySpan<byte> command)
    {
        _exchanges++;
        return HasLeft ? null : Answer(command);
    }

    /// <summary>It was taken away in the middle.</summary>
    public bool HasLeft => LeavesInExchange > 0 && _exchanges >= LeavesInExchange;

    /// <summary>Powered anew: what was selected is forgotten.</summary>
    public virtual void Reset() { }

    protected abstract byte[]? Answer(ReadOnlySpan<byte> command);

    /// <summary>A MIFARE Classic, or any card of which no more than its number is read.</summary>
    public static SimulatedCard Bare(params byte[] uid) => new BareCard { Uid = uid };

    private sealed class BareCard : SimulatedCard
    {
        public override byte SelectAnswer => 0x08;

        public override byte[] Atr => [0x3B, 0x8F, 0x80, 0x01, 0x80, 0x4F, 0x0C, 0xA0, 0x00, 0x00, 0x03, 0x06, 0x03, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x6A];

        public override bool IsLocked => true;

        protected override byte[]? Answer(ReadOnlySpan<byte> command) => null;
    }
}

/// <summary>NTAG or MIFARE Ultralight with a message. Source: NFC Forum, Type 2 Tag 1.1; NXP NTAG213/215/216 data sheet, READ.</summary>
public sealed class Type2Card : SimulatedCard
{
    private readonly byte[] _memory;

    /// <param name="message">An NDEF message; null: the tag is formatted and empty.</param>
    /// <param name="dataBytes">Size of the data area, a multiple of 8: 144 is an NTAG213.</param>
    /// <param name="before">TLV blocks in front of the message.</param>
    public Type2Card(byte[]? message, int dataBytes = 144, params ReadOnlySpan<byte> before)
    {
        var length = message?.Length ?? 0;
        byte[] tlv = [.. before, 0x03, .. length < 255 ? (byte[])[(byte)length] : [0xFF, (byte)(length >> 8), (byte)length], .. message ?? [], 0xFE];
        if (tlv.Length > dataBytes + 1) throw new ArgumentException($"{tlv.Length} bytes do not fit into {dataBytes}.", nameof(message));
        // 16 bytes of number, lock bits and capability container; 20 of lock bits and configuration behind the data.
        _memory = new byte[16 + dataBytes + 20];
        byte[] container = [0xE1, 0x10, (byte)(dataBytes / 8), 0x00];
        container.CopyTo(_memory, 12);
        tlv.AsSpan(0, Math.Min(tlv.Length, dataBytes)).CopyTo(_memory.AsSpan(16));
    }

    /// <summary>All pages; a test may spoil them.</summary>
    public Span<byte> Memory => _memory;

    public override byte SelectAnswer => 0x00;

    public override byte[] Atr => [0x3B, 0x8F, 0x80, 0x01, 0x80, 0x4F, 0x0C, 0xA0, 0x00, 0x00, 0x03, 0x06, 0x03, 0x00, 0x03, 0x00, 0x00, 0x00, 0x00, 0x68];

    protected override byte[]? Answer(ReadOnlySpan<byte> command)
    {
        // READ: 16 bytes from the page on, rolling over at the end. Anything else gets NAK (four bits).
        if (command is not [0x30, var page] || page * 4 >= _memory.Length) return [0x00];
        var answer = new byte[16];
        for (var i = 0; i < answer.Length; i++) answer[i] = _memory[(page * 4 + i) % _memory.Length];
        return answer;
    }
}

/// <summary>A card or telephone with the NDEF tag application. Source: NFC Forum, Type 4 Tag Operation 2.0, 5; ISO/IEC 7816-4.</summary>
public sealed class Type4Card(byte[]? message) : SimulatedCard
{
    private static readonly byte[] Name = [0xD2, 0x76, 0x00, 0x00, 0x85, 0x01, 0x01];
    private byte[]? _file;
    private byte[] _held = [];
    private bool _isSelected, _isMessage;

    /// <summary>MLe.</summary>
    public int MaxRead { get; init; } = 0x7F;

    /// <summary>The longest answer; what is asked for beyond is held back for GET RESPONSE (61xx).</summary>
    public int MaxAnswer { get; init; } = 256;

    /// <summary>A wrong Le is answered by 6Cxx instead of a shorter answer.</summary>
    public bool CorrectsLength { get; init; }

    /// <summary>The file may not be read without a key.</summary>
    public bool NeedsKey { get; init; }

    /// <summary>NLEN, where it is to be a lie.</summary>
    public int? Length { get; init; }

    public override byte SelectAnswer => 0x20;

    public override byte[] SelectHistory => [0x06, 0x75, 0x77, 0x81, 0x02, 0x80];

    public override byte[] Atr => [0x3B, 0x81, 0x80, 0x01, 0x80, 0x80];

    public override void Reset() => (_file, _held, _isSelected) = (null, [], false);

    private byte[] Container => [0x00, 0x0F, 0x20, (byte)(MaxRead >> 8), (byte)MaxRead, 0x00, 0x34, 0x04, 0x06, 0xE1, 0x04, 0x20, 0x00, NeedsKey ? (byte)0x80 : (byte)0x00, 0x00];

    private byte[] MessageFile
    {
        get
        {
            var length = Length ?? message?.Length ?? 0;
            return [(byte)(length >> 8), (byte)length, .. message ?? []];
        }
    }

    protected override byte[]? Answer(ReadOnlySpan<byte> command)
    {
        if (command.Length < 4 || command[0] != 0x00) return [0x6E, 0x00];
        switch (command[1])
        {
            case 0xA4 when command[2] == 0x04:
                _isSelected = command.Length >= 12 && command[5..12].SequenceEqual(Name);
                return _isSelected ? [0x90, 0x00] : [0x6A, 0x82];
            case 0xA4 when _isSelected && command.Length >= 7:
                _isMessage = command[6] == 0x04;
                _file = (command[5], command[6]) switch { (0xE1, 0x03) => Container, (0xE1, 0x04) => MessageFile, _ => null };
                return _file is null ? [0x6A, 0x82] : [0x90, 0x00];
            case 0xB0 when _file is { } file && command.Length == 5:
                return Read(file, command[2] << 8 | command[3], command[4] == 0 ? 256 : command[4]);
            case 0xC0 when command.Length == 5:
                return Give(_held);
            default:
                return [0x69, 0x86];
        }
    }

    private byte[] Read(byte[] file, int offset, int count)
    {
        if (NeedsKey && _isMessage) return [0x69, 0x82];
        if (offset >= file.Length) return [0x6B, 0x00];
        var left = file.Length - offset;
        if (count > left && CorrectsLength) return [0x6C, (byte)left];
        return Give(file.AsSpan(offset, Math.Min(count, left)));
    }

    private byte[] Give(ReadOnlySpan<byte> data)
    {
        var now = Math.Min(data.Length, MaxAnswer);
        _held = data[now..].ToArray();
        return [.. data[..now], .. _held.Length == 0 ? (byte[])[0x90, 0x00] : [0x61, (byte)Math.Min(_held.Length, 255)]];
    }
}
