using DeviceAgent.Simulator.Contactless;

namespace DeviceAgent.Simulator.Kiosk;

/// <summary>The kiosk's PN532, on a line of its own, and the card in the passenger's hand.</summary>
internal sealed class VirtualCardReader : IDisposable
{
    private static readonly byte[] Uid = [0x04, 0x5A, 0x11, 0x22, 0x33, 0x44, 0x80];

    private readonly PseudoTerminal _line = new();
    private readonly SimulatedPn532 _chip;

    public VirtualCardReader() => _chip = new(_line);

    public string DevicePath => _line.DevicePath;

    /// <summary>The passenger lays down a card, or a telephone, with this order code.</summary>
    public void Present(string code) => _chip.Present(new Type4Card(NdefBytes.Text(code)) { Uid = Uid });

    /// <summary>The agent was killed: the next one finds the line free, and nothing on it that was not for it. The card was taken away meanwhile; the chip kept its power.</summary>
    public void Free()
    {
        _chip.TakeAway();
        _line.ReleaseExclusiveUse();
        _line.DropUnread();
    }

    public void Dispose() => _line.Dispose();
}
