namespace DeviceAgent.Drivers.IdCards;

/// <summary>What a request to an ID-card reader came to. The reader's own words carry its status byte (SW3) as their value.</summary>
/// <remarks>Source: GA 450, status words. The others are the line's: no answer that could be believed.</remarks>
public enum SdtReason
{
    /// <summary>No whole answer came in time.</summary>
    NoAnswer = 0,
    /// <summary>An answer came whose checksum or length is wrong, or that broke off.</summary>
    Garbled = 1,
    /// <summary>The reader answered with a status that is none of GA 450's.</summary>
    Unknown = 2,
    /// <summary>The reader got a request with a wrong checksum.</summary>
    RequestChecksum = 0x10,
    /// <summary>The reader got a request with a wrong length.</summary>
    RequestLength = 0x11,
    /// <summary>The reader does not take this command now.</summary>
    CommandRefused = 0x21,
    /// <summary>The reader does not know this command.</summary>
    CommandUnknown = 0x24,
    /// <summary>Card and security module did not authenticate: the module to the card.</summary>
    ModuleNotAuthenticated = 0x31,
    /// <summary>Card and security module did not authenticate: the card to the module. No genuine card, for one.</summary>
    CardNotAuthenticated = 0x32,
    /// <summary>What was read from the card did not authenticate.</summary>
    ContentNotAuthenticated = 0x33,
    /// <summary>A card of another kind.</summary>
    WrongCard = 0x40,
    /// <summary>The card could not be read: it was taken away, for one.</summary>
    ReadFailed = 0x41,
    /// <summary>The module's random numbers fail.</summary>
    RandomFailed = 0x47,
    /// <summary>The module's self-test fails.</summary>
    SelfTestFailed = 0x60,
    /// <summary>The module is not authorised.</summary>
    NotAuthorised = 0x66,
    /// <summary>No card, or none that was presented anew.</summary>
    NotFound = 0x80,
    /// <summary>The card that was found cannot be talked to any more.</summary>
    SelectFailed = 0x81,
    /// <summary>Done.</summary>
    Ok = 0x90,
    /// <summary>The card has no such content (no newer address, for one).</summary>
    NoSuchContent = 0x91,
    /// <summary>A card was found.</summary>
    Found = 0x9F,
}
