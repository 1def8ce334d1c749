using DeviceAgent.Drivers.Contactless;
using DeviceAgent.Drivers.Serial;

namespace DeviceAgent.Devices;

/// <summary>What kind of card reader the kiosk has.</summary>
public enum ContactlessKind
{
    /// <summary>None.</summary>
    None,
    /// <summary>Any reader that pcscd knows, contactless or for contact cards.</summary>
    Pcsc,
    /// <summary>A PN532 on a serial line, in HSU mode.</summary>
    Pn532,
}

/// <summary>The reader for contactless and IC cards ("Contactless" in agent.json): a code stored on a card is taken like a scanned one.</summary>
public sealed record ContactlessOptions
{
    /// <summary>None (the default), Pcsc or Pn532.</summary>
    public ContactlessKind Kind { get; init; }

    /// <summary>Pn532: absolute path of its serial line, best below /dev/serial/by-id/. Nobody else's line.</summary>
    public string Path { get; init; } = "";

    /// <summary>Pn532: BaudRate (default 115,200, 50 to 4,000,000); always 8N1.</summary>
    public SerialLineOptions Line { get; init; } = new() { BaudRate = 115_200 };

    /// <summary>Pn532: CheckInterval. The other times are the chip's own.</summary>
    public Pn532Options Pn532 { get; init; } = new();

    /// <summary>Pcsc: Reader (the name or its beginning, as `pcsc_scan -r` prints it; empty: all) and CallTimeout.</summary>
    public PcscOptions Pcsc { get; init; } = new();

    /// <summary>Longest message that is read, 1 to 8,192 bytes; default 1,024.</summary>
    public int MaxMessageBytes { get; init; } = 1024;

    /// <summary>Default false. True: the number of a card without a message is offered as a code, in upper-case hexadecimal. Numbers can be copied: only where the order system gave it out.</summary>
    public bool UseUid { get; init; }

    /// <returns>Every mistake: "section:Key must be …", with what is allowed; none when all is well.</returns>
    public IEnumerable<string> Validate(string section)
    {
        if (!Enum.IsDefined(Kind)) yield return $"{section}:{nameof(Kind)} must be one of {string.Join(", ", Enum.GetNames<ContactlessKind>())}";
        if (Kind == ContactlessKind.Pn532 && Path.Length == 0) yield return $"{section}:{nameof(Path)} must be the absolute path of a serial line: {nameof(Kind)} is {ContactlessKind.Pn532}";
        if (MaxMessageBytes is < 1 or > NdefReader.MaxMaxMessageBytes) yield return $"{section}:{nameof(MaxMessageBytes)} must be a whole number from 1 to {NdefReader.MaxMaxMessageBytes}";
        foreach (var mistake in Line.Validate(section).Concat(Pn532.Validate(section)).Concat(Pcsc.Validate(section))) yield return mistake;
    }
}
