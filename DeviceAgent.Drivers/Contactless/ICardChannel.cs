namespace DeviceAgent.Drivers.Contactless;

/// <summary>What kind of card answers, as far as reading an NDEF message depends on it.</summary>
public enum CardTechnology
{
    /// <summary>Neither of the two below, or the reader does not tell: its number is all that is read.</summary>
    Other,
    /// <summary>Takes APDUs: ISO/IEC 7816-4 over ISO/IEC 14443-4, or a contact card. NFC Forum Type 4, where it holds a message.</summary>
    Apdu,
    /// <summary>Memory in pages of 4 bytes: NTAG, MIFARE Ultralight. NFC Forum Type 2, where it holds a message.</summary>
    Pages,
}

/// <summary>Why an exchange with a card brought no answer. Ordinary: cards are waved, and leave when they like.</summary>
public enum CardFault
{
    /// <summary>None: there is an answer.</summary>
    None,
    /// <summary>The card does not answer any more: it has left, or lies at the edge of the field.</summary>
    Left,
    /// <summary>The card wants a key or a password first.</summary>
    Locked,
    /// <summary>The card answers with more than there is room for.</summary>
    TooLong,
    /// <summary>Another program holds the card.</summary>
    InUse,
}

/// <summary>What one exchange brought.</summary>
/// <param name="Fault">None: the answer stands in the caller's buffer.</param>
/// <param name="Count">Bytes of it, the two of the status word included; 0 with a fault.</param>
public readonly record struct CardAnswer(CardFault Fault, int Count)
{
    /// <summary>No answer, and why.</summary>
    public static CardAnswer Without(CardFault fault) => new(fault, 0);
}

/// <summary>A card that is there, whatever reader it lies on: APDUs in, APDUs out.</summary>
/// <remarks>
/// Source: ISO/IEC 7816-4 (APDU), PC/SC part 3, 3.2.2 (the reader's own commands, class FFh). A reader that is no PC/SC reader translates those that
/// a memory card needs: FF CA 00 00 00 (number of the card), FF B0 00 page 10 (four pages).
/// One exchange at a time. A card that has left is a <see cref="CardFault"/>; a reader that is gone a <see cref="DeviceLostException"/>.
/// </remarks>
public interface ICardChannel
{
    /// <summary>What the reader says that it is.</summary>
    CardTechnology Technology { get; }

    /// <summary>Sends one command APDU, waits for its answer, bounded in time by the reader.</summary>
    /// <param name="command">4 to 261 bytes.</param>
    /// <param name="answer">Takes data and status word; 258 bytes hold every answer to a short APDU.</param>
    /// <param name="cancellationToken">Gives up the wait; the card is in an unknown state then.</param>
    /// <exception cref="DeviceLostException">The reader is gone, or does not answer (<see cref="DeviceLoss.Stalled"/>).</exception>
    ValueTask<CardAnswer> ExchangeAsync(ReadOnlyMemory<byte> command, Memory<byte> answer, CancellationToken cancellationToken);
}
