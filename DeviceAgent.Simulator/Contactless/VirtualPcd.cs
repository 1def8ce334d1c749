using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace DeviceAgent.Simulator.Contactless;

/// <summary>Lays a card into vsmartcard's virtual PC/SC reader, for as long as it is not disposed of.</summary>
/// <remarks>
/// Source: vsmartcard, "Virtual Smart Card", protocol between vpcd and vpicc: two bytes of length, then 00 off, 01 on, 02 reset (no answer), 04 ATR, or an
/// APDU. The reader is a server on a TCP port; a connection is a card, its end takes the card away. What a PC/SC reader answers itself for a contactless
/// card (class FFh, PC/SC part 3) is answered here.
/// </remarks>
public sealed class VirtualPcd : IDisposable
{
    /// <summary>The port of the first slot unless reader.conf says otherwise.</summary>
    public const int DefaultPort = 35963;

    private const byte Off = 0x00, On = 0x01, ResetCard = 0x02, AskAtr = 0x04;

    private readonly SimulatedCard _card;
    private readonly TcpClient _client;
    private readonly Thread _thread;

    private VirtualPcd(SimulatedCard card, TcpClient client)
    {
        (_card, _client) = (card, client);
        _thread = new Thread(Serve) { IsBackground = true, Name = "virtual card" };
        _thread.Start();
    }

    /// <summary>Lays the card in.</summary>
    /// <exception cref="SocketException">No reader listens at the port.</exception>
    public static VirtualPcd Insert(SimulatedCard card, int port = DefaultPort)
    {
        ArgumentNullException.ThrowIfNull(card);
        card.Reset();
        return new(card, new TcpClient(IPAddress.Loopback.ToString(), port) { NoDelay = true });
    }

    /// <summary>Takes the card away.</summary>
    public void Dispose()
    {
        _client.Dispose();
        _thread.Join();
    }

    private void Serve()
    {
        var header = new byte[2];
        var message = new byte[ushort.MaxValue];
        try
        {
            var line = _client.GetStream();
            while (true)
            {
                line.ReadExactly(header);
                var length = BinaryPrimitives.ReadUInt16BigEndian(header);
                line.ReadExactly(message, 0, length);
                if (Answer(message.AsSpan(0, length), out var isWanted) is { } answer)
                {
                    BinaryPrimitives.WriteUInt16BigEndian(header, (ushort)answer.Length);
                    line.Write([.. header, .. answer]);
                }
                else if (isWanted)
                {
                    // The card was taken away in the middle.
                    _client.Dispose();
                    return;
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The reader is gone, or the card was taken away.
        }
    }

    private byte[]? Answer(ReadOnlySpan<byte> message, out bool isWanted)
    {
        isWanted = false;
        switch (message)
        {
            case [AskAtr]:
                isWanted = true;
                return _card.Atr;
            case [Off or On or ResetCard]:
                _card.Reset();
                return null;
            default:
                isWanted = true;
                return Exchange(message);
        }
    }

    private byte[]? Exchange(ReadOnlySpan<byte> command)
    {
        switch (command)
        {
            case [0xFF, 0xCA, 0x00, 0x00, ..]:
                return [.. _card.Uid, 0x90, 0x00];
            case [0xFF, 0xB0, 0x00, var page, 0x10] when _card is Type2Card:
                return _card.Exchange([0x30, page]) is { } data ? data.Length == 16 ? [.. data, 0x90, 0x00] : [0x6A, 0x82] : null;
            case [0xFF, ..]:
                return [0x69, 0x82];
            default:
                return _card.Exchange(command);
        }
    }
}
