using System.Buffers.Binary;

namespace DeviceAgent.Drivers.IdCards;

/// <summary>The requests of GA 450, and which answers each can have.</summary>
internal sealed record SdtCommand(byte Command, byte Parameter, SdtReason Success)
{
    private const int TextBytes = IdCardText.Bytes, MaxPictureBytes = 1024;

    /// <summary>Four addresses of 70 bytes.</summary>
    private const int MaxAddressBytes = 280;

    public static readonly SdtCommand
        Reset = new(0x10, 0xFF, SdtReason.Ok),
        Status = new(0x11, 0xFF, SdtReason.Ok),
        SamId = new(0x12, 0xFF, SdtReason.Ok),
        Find = new(0x20, 0x01, SdtReason.Found),
        Select = new(0x20, 0x02, SdtReason.Ok),
        ReadBase = new(0x30, 0x01, SdtReason.Ok),
        ReadBaseAndFingerprint = new(0x30, 0x10, SdtReason.Ok),
        ReadNewestAddress = new(0x30, 0x03, SdtReason.Ok),
        MaxRfFrame = new(0x61, 0xFF, SdtReason.Ok);

    public static SdtCommand BaudRate(SdtBaudRate rate) => new(0x60, (byte)rate, SdtReason.Ok);

    /// <summary>The reader talks with the card first.</summary>
    public bool IsRead => Command == 0x30;

    /// <summary>What the answer says, or null where it cannot be one to this request: then it is a late one.</summary>
    public SdtReason? Judge(SdtReply reply)
    {
        if (reply.Status == (int)Success) return IsContent(reply.Data) ? Success : null;
        // A refusal carries nothing.
        if (reply.Data.Length > 0) return null;
        var reason = (SdtReason)reply.Status;
        return reason switch
        {
            SdtReason.Ok or SdtReason.Found => null,
            SdtReason.NoSuchContent when Command != 0x30 => null,
            _ when reply.Status >= 0x10 && Enum.IsDefined(reason) => reason,
            _ => SdtReason.Unknown,
        };
    }

    private bool IsContent(ReadOnlySpan<byte> data) => (Command, Parameter) switch
    {
        (0x12, _) => data.Length == IdCards.SamId.Bytes,
        (0x20, 0x01) => data.Length == 4,
        (0x20, _) => data.Length == 8,
        (0x30, 0x01) => IsBase(data, lengths: 2),
        (0x30, 0x10) => IsBase(data, lengths: 3),
        (0x30, _) => data.Length is > 0 and <= MaxAddressBytes && data.Length % 2 == 0,
        _ => data.IsEmpty,
    };

    /// <summary>The lengths of text, photo and fingerprints, then these.</summary>
    private static bool IsBase(ReadOnlySpan<byte> data, int lengths)
    {
        if (data.Length < lengths * 2 || BinaryPrimitives.ReadUInt16BigEndian(data) != TextBytes) return false;
        var sum = lengths * 2 + TextBytes;
        for (var i = 1; i < lengths; i++)
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(data[(i * 2)..]);
            if (length > MaxPictureBytes) return false;
            sum += length;
        }
        return data.Length == sum;
    }
}

/// <summary>Bits per second of a reader's line, as GA 450 numbers them.</summary>
public enum SdtBaudRate : byte
{
    /// <summary>The rate that readers come with.</summary>
    Baud115200 = 0,
    /// <summary>57,600.</summary>
    Baud57600 = 1,
    /// <summary>38,400.</summary>
    Baud38400 = 2,
    /// <summary>19,200.</summary>
    Baud19200 = 3,
    /// <summary>9,600.</summary>
    Baud9600 = 4,
}
