using DeviceAgent.Simulator.IdCards;

namespace DeviceAgent.Simulator.Kiosk;

/// <summary>Whose ID card lies on the reader when the code is presented.</summary>
internal enum PresentedIdCard
{
    /// <summary>That of the order's last passenger.</summary>
    Passenger,
    /// <summary>Somebody else's.</summary>
    Stranger,
    /// <summary>None.</summary>
    Missing,
}

/// <summary>The kiosk's ID-card reader, on a line of its own, and the card in the passenger's hand.</summary>
internal sealed class VirtualIdReader : IDisposable
{
    /// <summary>Nobody's of the samples; its check character is right.</summary>
    private const string Stranger = "11010519491231002X";

    private readonly PseudoTerminal _line = new();
    private readonly SimulatedSdtReader _reader = new();
    private readonly SimulatedIdCard? _card;

    /// <param name="passengerNumber">Of the last passenger's certificate.</param>
    public VirtualIdReader(PresentedIdCard card, string passengerNumber)
    {
        _card = card switch
        {
            PresentedIdCard.Passenger => SimulatedIdCard.WithNumber(passengerNumber),
            PresentedIdCard.Stranger => SimulatedIdCard.WithNumber(Stranger),
            _ => null,
        };
        _reader.Attach(_line);
    }

    public string DevicePath => _line.DevicePath;

    /// <summary>The passenger lays the card down.</summary>
    public void Present()
    {
        if (_card is not null) _reader.Present(_card);
    }

    /// <summary>The agent was killed: the next one finds the line free, and nothing on it that was not for it.</summary>
    public void Free()
    {
        _line.ReleaseExclusiveUse();
        _line.DropUnread();
    }

    public void Dispose() => _line.Dispose();
}
