namespace DeviceAgent.Drivers.Contactless;

/// <summary>A card that a PN532 has activated; takes the APDUs of <see cref="ICardChannel"/>.</summary>
/// <remarks>
/// Source: UM0701-02, 7.3.8 (InDataExchange; MI: the chip has more than one frame takes) and table 15; NXP MF0ICU1, 7.6 (READ 30h: four pages from the
/// page given on).
/// </remarks>
internal sealed class Pn532Card(Pn532Link link, Pn532Options options, Pn532Target target) : ICardChannel
{
    private const byte InDataExchange = 0x40, ReadPages = 0x30, MoreInformation = 0x40, ErrorMask = 0x3F, AuthenticationError = 0x14;

    // A card that answers without end is given up.
    private const int MaxParts = 4;

    public CardTechnology Technology => target.Technology;

    public Pn532Target Target => target;

    /// <summary>The last exchange brought no answer: the card must be activated anew before it answers again.</summary>
    public bool HasFailed { get; private set; }

    public async ValueTask<CardAnswer> ExchangeAsync(ReadOnlyMemory<byte> command, Memory<byte> answer, CancellationToken cancellationToken)
    {
        if (command.Span.SequenceEqual(Apdu.GetUid)) return WithSuccess(target.Uid.Span, answer.Span);
        if (Technology == CardTechnology.Apdu) return await SendAsync(command, answer, cancellationToken);
        if (command.Span is not [0xFF, 0xB0, 0x00, var page, 0x10]) return Status(0x6D00, answer.Span);
        var read = await SendAsync(new byte[] { ReadPages, page }, answer, cancellationToken);
        // A card that refuses gives four bits instead of 16 bytes.
        if (read.Fault != CardFault.None) return read;
        if (read.Count != 16 || answer.Length < 18) return Status(0x6300, answer.Span);
        return Status(ApduAnswer.Success, answer.Span[16..]) with { Count = 18 };
    }

    private async ValueTask<CardAnswer> SendAsync(ReadOnlyMemory<byte> command, Memory<byte> answer, CancellationToken cancellationToken)
    {
        if (command.Length > Pn532Frame.MaxDataBytes - 1) return CardAnswer.Without(CardFault.TooLong);
        var parameters = new byte[1 + command.Length];
        parameters[0] = target.Number;
        command.CopyTo(parameters.AsMemory(1));
        var count = 0;
        for (var part = 0; part < MaxParts; part++)
        {
            // The rest of a long answer is asked for with the target's number alone.
            // Not sent twice: the card might give the next part of what it holds back instead.
            var got = await link.CommandAsync(InDataExchange, part == 0 ? parameters : parameters.AsMemory(0, 1), options.AnswerTimeout, mayRepeat: false, cancellationToken);
            if (got.End == Pn532End.TimedOut) throw link.Stalled();
            if (got.End != Pn532End.Answered || got.Data.IsEmpty) return Failed(CardFault.Left);
            var status = got.Data.Span[0];
            if ((status & ErrorMask) != 0) return Failed((status & ErrorMask) == AuthenticationError ? CardFault.Locked : CardFault.Left);
            var data = got.Data[1..];
            if (data.Length > answer.Length - count) return Failed(CardFault.TooLong);
            data.CopyTo(answer[count..]);
            count += data.Length;
            if ((status & MoreInformation) == 0) return new(CardFault.None, count);
        }
        return Failed(CardFault.TooLong);
    }

    private CardAnswer Failed(CardFault fault)
    {
        // A card that wants a key, or says too much, would do so again.
        HasFailed |= fault == CardFault.Left;
        return CardAnswer.Without(fault);
    }

    private static CardAnswer WithSuccess(ReadOnlySpan<byte> data, Span<byte> answer)
    {
        if (answer.Length < data.Length + 2) return CardAnswer.Without(CardFault.TooLong);
        data.CopyTo(answer);
        return Status(ApduAnswer.Success, answer[data.Length..]) with { Count = data.Length + 2 };
    }

    private static CardAnswer Status(ushort status, Span<byte> answer)
    {
        if (answer.Length < 2) return CardAnswer.Without(CardFault.TooLong);
        (answer[0], answer[1]) = ((byte)(status >> 8), (byte)status);
        return new(CardFault.None, 2);
    }
}
