namespace DeviceAgent.Drivers.Contactless;

/// <summary>What the reading of a card's message came to.</summary>
public enum NdefOutcome
{
    /// <summary>There is a text or a URI: <see cref="NdefReading.Text"/>.</summary>
    Text,
    /// <summary>The card holds no message, or one without text and URI.</summary>
    NoText,
    /// <summary>A length or a flag that the format does not allow, or text that is none.</summary>
    Malformed,
    /// <summary>The message is longer than what is read.</summary>
    TooLong,
    /// <summary>The card wants a key first, as a MIFARE Classic does.</summary>
    Locked,
    /// <summary>Another program holds the card.</summary>
    InUse,
    /// <summary>The card left, or stopped answering, in the middle.</summary>
    Left,
}

/// <param name="Outcome">What it came to.</param>
/// <param name="Text">With Text: not empty, no control characters. A ticket's code may be personal data: not for logs.</param>
public readonly record struct NdefReading(NdefOutcome Outcome, string? Text)
{
    /// <summary>Tells nothing of the text.</summary>
    public override string ToString() => Text is null ? $"{Outcome}" : $"{Outcome}, {Text.Length} characters";
}

/// <summary>Reads the NDEF message of a Type 4 or Type 2 tag over any reader.</summary>
/// <remarks>
/// Source: NFC Forum, Type 4 Tag Operation 2.0, 5.4 (NDEF detection and read) and Type 2 Tag 1.1, 6.4.
/// Bounded: no more bytes than asked for, and no more exchanges than a tag that gives half of what it promises would need.
/// </remarks>
public static class NdefReader
{
    /// <summary>Most bytes of a message that can be asked for.</summary>
    public const int MaxMaxMessageBytes = 8192;

    /// <summary>A PN532 passes 262 bytes, a short APDU 256; both readers take this.</summary>
    private const int MaxReadBytes = 0xF0;

    private const ushort ContainerFile = 0xE103;

    private static ReadOnlySpan<byte> TagApplication => [0xD2, 0x76, 0x00, 0x00, 0x85, 0x01, 0x01];

    /// <param name="card">The card that was presented.</param>
    /// <param name="maxMessageBytes">1..8192; a longer message is <see cref="NdefOutcome.TooLong"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DeviceLostException">The reader is gone.</exception>
    public static async ValueTask<NdefReading> ReadAsync(ICardChannel card, int maxMessageBytes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(card);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)(maxMessageBytes - 1), (uint)MaxMaxMessageBytes - 1);
        return card.Technology switch
        {
            CardTechnology.Apdu => await ReadType4Async(card, maxMessageBytes, cancellationToken),
            CardTechnology.Pages => await ReadType2Async(card, maxMessageBytes, cancellationToken),
            _ => new(NdefOutcome.NoText, null),
        };
    }

    /// <summary>The card's number, upper-case hexadecimal; null when the card or its reader tells none, or one that is made up anew each time (RID, ISO/IEC 14443-3, 6.5.4).</summary>
    /// <exception cref="DeviceLostException">The reader is gone.</exception>
    public static async ValueTask<string?> ReadUidAsync(ICardChannel card, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(card);
        var uid = new byte[Apdu.MaxAnswerBytes];
        var answer = await ApduExchange.SendAsync(card, Apdu.GetUid.ToArray(), uid, cancellationToken);
        var isRandom = answer.Count == 4 && uid[0] == 0x08;
        return answer.IsSuccess && answer.Count is >= 4 and <= 10 && !isRandom ? Convert.ToHexString(uid, 0, answer.Count) : null;
    }

    private static async ValueTask<NdefReading> ReadType4Async(ICardChannel card, int maxMessageBytes, CancellationToken cancellationToken)
    {
        var buffer = new byte[Apdu.MaxAnswerBytes];
        var select = await ApduExchange.SendAsync(card, Apdu.SelectName(TagApplication), buffer, cancellationToken);
        if (!select.IsSuccess) return Ended(select, NdefOutcome.NoText);
        var selectContainer = await ApduExchange.SendAsync(card, Apdu.SelectFile(ContainerFile), buffer, cancellationToken);
        if (!selectContainer.IsSuccess) return Ended(selectContainer, NdefOutcome.Malformed);
        var readContainer = await ApduExchange.SendAsync(card, Apdu.ReadBinary(0, CapabilityContainer.Bytes), buffer, cancellationToken);
        if (!readContainer.IsSuccess) return Ended(readContainer, NdefOutcome.Malformed);
        if (!CapabilityContainer.TryParse(buffer.AsSpan(0, readContainer.Count), out var container)) return new(NdefOutcome.Malformed, null);
        if (!container.IsReadable) return new(NdefOutcome.Locked, null);
        var selectMessage = await ApduExchange.SendAsync(card, Apdu.SelectFile(container.File), buffer, cancellationToken);
        if (!selectMessage.IsSuccess) return Ended(selectMessage, NdefOutcome.Malformed);
        var readLength = await ApduExchange.SendAsync(card, Apdu.ReadBinary(0, 2), buffer, cancellationToken);
        if (!readLength.IsSuccess || readLength.Count != 2) return Ended(readLength, NdefOutcome.Malformed);
        var length = buffer[0] << 8 | buffer[1];
        if (length == 0) return new(NdefOutcome.NoText, null);
        if (length > container.MaxFileBytes - 2) return new(NdefOutcome.Malformed, null);
        if (length > maxMessageBytes) return new(NdefOutcome.TooLong, null);
        var message = new byte[length];
        var step = Math.Min(container.MaxReadBytes, MaxReadBytes);
        var exchangesLeft = 2 * ((length + step - 1) / step);
        for (var at = 0; at < length; exchangesLeft--)
        {
            var read = await ApduExchange.SendAsync(card, Apdu.ReadBinary(2 + at, Math.Min(step, length - at)), buffer, cancellationToken);
            if (!read.IsSuccess || read.Count == 0 || read.Count > length - at || exchangesLeft == 0) return Ended(read, NdefOutcome.Malformed);
            buffer.AsSpan(0, read.Count).CopyTo(message.AsSpan(at));
            at += read.Count;
        }
        return Told(message);
    }

    private static async ValueTask<NdefReading> ReadType2Async(ICardChannel card, int maxMessageBytes, CancellationToken cancellationToken)
    {
        const int bytesPerRead = 16;
        var memory = new byte[TagMemory.MaxBytes];
        var part = new byte[Apdu.MaxAnswerBytes];
        var have = 0;
        while (true)
        {
            var found = TagMemory.Find(memory.AsSpan(0, have));
            var need = found.Kind switch
            {
                TagMemoryKind.NeedsMore => found.Start,
                TagMemoryKind.Message when found.Length <= maxMessageBytes => found.Start + found.Length,
                _ => 0,
            };
            if (need <= have) return Told(found, memory, maxMessageBytes);
            var read = await ApduExchange.SendAsync(card, Apdu.ReadPages((byte)(have / 4)), part, cancellationToken);
            // What refuses its first pages is no such tag; what gives less than four pages is none either.
            if (!read.IsSuccess || read.Count != bytesPerRead) return Ended(read, have == 0 ? NdefOutcome.NoText : NdefOutcome.Malformed);
            part.AsSpan(0, bytesPerRead).CopyTo(memory.AsSpan(have));
            have += bytesPerRead;
        }
    }

    private static NdefReading Told(TagMemory found, byte[] memory, int maxMessageBytes) => found.Kind switch
    {
        TagMemoryKind.Message when found.Length > maxMessageBytes => new(NdefOutcome.TooLong, null),
        TagMemoryKind.Message => Told(memory.AsSpan(found.Start, found.Length)),
        TagMemoryKind.Locked => new(NdefOutcome.Locked, null),
        TagMemoryKind.Malformed => new(NdefOutcome.Malformed, null),
        _ => new(NdefOutcome.NoText, null),
    };

    private static NdefReading Told(ReadOnlySpan<byte> message)
    {
        if (!NdefText.TryRead(message, out var text)) return new(NdefOutcome.Malformed, null);
        return text is null ? new(NdefOutcome.NoText, null) : new(NdefOutcome.Text, text);
    }

    // ISO/IEC 7816-4, table 6: security status not satisfied.
    private static NdefReading Ended(ApduAnswer answer, NdefOutcome otherwise) => new(
        answer.Fault switch
        {
            CardFault.Left => NdefOutcome.Left,
            CardFault.Locked => NdefOutcome.Locked,
            CardFault.InUse => NdefOutcome.InUse,
            CardFault.TooLong => NdefOutcome.Malformed,
            _ => answer.Status == 0x6982 ? NdefOutcome.Locked : otherwise,
        },
        null);
}
