using System.Buffers.Binary;

namespace DeviceAgent.Drivers.Contactless;

/// <summary>Short command APDUs as bytes. Pure.</summary>
/// <remarks>Source: ISO/IEC 7816-4:2020, 5.1 (command-response pairs), 10.2.2 (SELECT), 11.3.3 (READ BINARY), 12.1.1 (GET RESPONSE).</remarks>
public static class Apdu
{
    /// <summary>Bytes of the longest short command: header, Lc, 255 of data, Le.</summary>
    public const int MaxCommandBytes = 5 + 255 + 1;

    /// <summary>Bytes of the longest answer to a short command: 256 of data and the status word.</summary>
    public const int MaxAnswerBytes = 256 + 2;

    /// <summary>SELECT by application name; the answer's data is not wanted but allowed (Le 0).</summary>
    public static byte[] SelectName(ReadOnlySpan<byte> name) => [0x00, 0xA4, 0x04, 0x00, (byte)name.Length, .. name, 0x00];

    /// <summary>SELECT by file identifier, no data in the answer.</summary>
    public static byte[] SelectFile(ushort file) => [0x00, 0xA4, 0x00, 0x0C, 0x02, (byte)(file >> 8), (byte)file];

    /// <summary>READ BINARY of the selected file.</summary>
    /// <param name="offset">0..7FFFh.</param>
    /// <param name="count">1..256.</param>
    public static byte[] ReadBinary(int offset, int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)offset, 0x7FFFu);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)(count - 1), 255u);
        return [0x00, 0xB0, (byte)(offset >> 8), (byte)offset, (byte)count];
    }

    /// <summary>The reader's own command for a card's number. PC/SC part 3, 3.2.2.1.3.</summary>
    public static ReadOnlySpan<byte> GetUid => [0xFF, 0xCA, 0x00, 0x00, 0x00];

    /// <summary>The reader's own command for four pages of a memory card. PC/SC part 3, 3.2.2.1.8.</summary>
    public static byte[] ReadPages(byte page) => [0xFF, 0xB0, 0x00, page, 0x10];

    /// <summary>What a T=0 reader is to be sent: a command with data carries no Le there, the data is fetched by GET RESPONSE. ISO/IEC 7816-3, 12.2.1.</summary>
    public static ReadOnlyMemory<byte> ForT0(ReadOnlyMemory<byte> command) =>
        command.Length > 5 && command.Length == 5 + command.Span[4] + 1 ? command[..^1] : command;

    internal static ushort StatusOf(ReadOnlySpan<byte> answer) => BinaryPrimitives.ReadUInt16BigEndian(answer[^2..]);
}

/// <summary>An answer with its parts told apart.</summary>
/// <param name="Fault">None: the card has answered.</param>
/// <param name="Count">Bytes of data, in the caller's buffer.</param>
/// <param name="Status">The status word; 9000h is success. 0 with a fault.</param>
public readonly record struct ApduAnswer(CardFault Fault, int Count, ushort Status)
{
    /// <summary>9000h.</summary>
    public const ushort Success = 0x9000;

    /// <summary>The card did what it was told.</summary>
    public bool IsSuccess => Fault == CardFault.None && Status == Success;
}

/// <summary>A command and its whole answer: what the card holds back (61xxh) is fetched, a wrong length (6Cxxh) is corrected.</summary>
/// <remarks>Source: ISO/IEC 7816-4:2020, 5.6 (status bytes 61xx, 6Cxx) and 12.1.1. Bounded: at most <see cref="MaxRounds"/> exchanges, at most the buffer's bytes.</remarks>
public static class ApduExchange
{
    /// <summary>Exchanges for one command: a card that always has more is given up.</summary>
    public const int MaxRounds = 64;

    /// <param name="card">The card.</param>
    /// <param name="command">A short command APDU.</param>
    /// <param name="data">Takes the data of all parts.</param>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>TooLong as the fault: more data than fits, or no end of it. Left: also an answer too short to be one.</returns>
    /// <exception cref="DeviceLostException">The reader is gone.</exception>
    public static async ValueTask<ApduAnswer> SendAsync(ICardChannel card, ReadOnlyMemory<byte> command, Memory<byte> data, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(card);
        var part = new byte[Apdu.MaxAnswerBytes];
        var count = 0;
        var next = command;
        var isCorrected = false;
        for (var round = 0; round < MaxRounds; round++)
        {
            var answer = await card.ExchangeAsync(next, part, cancellationToken);
            if (answer.Fault != CardFault.None) return new(answer.Fault, 0, 0);
            if (answer.Count < 2) return new(CardFault.Left, 0, 0);
            var status = Apdu.StatusOf(part.AsSpan(0, answer.Count));
            if (status >> 8 == 0x6C && !isCorrected && next.Length >= 5)
            {
                isCorrected = true;
                next = WithLe(next.Span, (byte)status);
                continue;
            }
            var got = answer.Count - 2;
            if (got > data.Length - count) return new(CardFault.TooLong, 0, 0);
            part.AsSpan(0, got).CopyTo(data.Span[count..]);
            count += got;
            if (status >> 8 != 0x61) return new(CardFault.None, count, status);
            isCorrected = false;
            // The logical channel of the class byte goes with it.
            next = new byte[] { (byte)(command.Span[0] & 0x03), 0xC0, 0x00, 0x00, (byte)status };
        }
        return new(CardFault.TooLong, 0, 0);
    }

    private static byte[] WithLe(ReadOnlySpan<byte> command, byte le)
    {
        // Header and Le, or header, Lc, data and Le, or the same without Le (T=0).
        if (command.Length == 5 || command.Length == 5 + command[4] + 1) return [.. command[..^1], le];
        return [.. command, le];
    }
}
