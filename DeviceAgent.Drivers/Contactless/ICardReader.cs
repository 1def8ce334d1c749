namespace DeviceAgent.Drivers.Contactless;

/// <summary>What happened at a card reader.</summary>
public enum CardReaderEventKind
{
    /// <summary>A card is there. Told once, for as long as it stays.</summary>
    CardPresented,
    /// <summary>The card that was told is not there any more.</summary>
    CardGone,
    /// <summary>PC/SC: a reader with the configured name is there.</summary>
    ReaderAttached,
    /// <summary>PC/SC: the reader was unplugged; the connection to pcscd stands, and tells when it is back.</summary>
    ReaderGone,
}

/// <param name="Kind">What it is.</param>
/// <param name="Reader">The reader's name.</param>
/// <param name="Card">With CardPresented; can be used until the next read of events.</param>
public readonly record struct CardReaderEvent(CardReaderEventKind Kind, string Reader, ICardChannel? Card);

/// <summary>A reader for contactless or IC cards.</summary>
/// <remarks>One caller at a time: events are read, or the card is talked to.</remarks>
public interface ICardReader : IAsyncDisposable
{
    /// <summary>What the reader says that it is: a chip and its firmware, a PC/SC name. For people.</summary>
    string Model { get; }

    /// <summary>Waits, without a tick, until something happens.</summary>
    /// <remarks>
    /// Cancelling loses nothing. A card that came and went while nobody read is passed over: it cannot be talked to any more.
    /// A card with which an exchange failed and which is still there is presented again, at most <see cref="MaxRetries"/> times.
    /// </remarks>
    /// <exception cref="DeviceLostException">The reader, or pcscd, is gone or does not answer.</exception>
    ValueTask<CardReaderEvent> ReadAsync(CancellationToken cancellationToken);

    /// <summary>How often a card that could not be read is presented again before it must be taken away.</summary>
    const int MaxRetries = 2;
}
