using System.Text;

namespace DeviceAgent.Simulator.Scanning;

/// <summary>A GM65 or GM861 in command trigger mode.</summary>
/// <remarks>Source: GM65 user manual. Write zone bit 0002h: 7E 00 08 01 00 02, 01 or 00, AB CD; acknowledged by 02 00 00 01 00 33 31.</remarks>
public sealed class Gm65Scanner(PseudoTerminal line) : TriggeredScanner(line)
{
    private const int CommandBytes = 9;
    private static readonly byte[] Head = [0x7E, 0x00, 0x08, 0x01, 0x00, 0x02];

    protected override int Take(ReadOnlySpan<byte> received)
    {
        if (received[0] != Head[0]) return 1;
        if (received.Length < CommandBytes) return 0;
        var command = received[..CommandBytes];
        if (!command.StartsWith(Head) || !command.EndsWith((ReadOnlySpan<byte>)[0xAB, 0xCD])) return 1;
        if (!Note(command)) return CommandBytes;
        Answer(0x02, 0x00, 0x00, 0x01, 0x00, 0x33, 0x31);
        SetTrigger(command[6] == 0x01);
        return CommandBytes;
    }

    protected override void Send(string code) => Answer(Encoding.UTF8.GetBytes(code + "\r"));
}
