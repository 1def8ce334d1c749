using System.Text;

namespace DeviceAgent.Simulator.Scanning;

/// <summary>A Honeywell scanner in serial trigger mode.</summary>
/// <remarks>Source: Honeywell user's guides. SYN T CR pulls the trigger, SYN U CR lets it go; neither is answered.</remarks>
public sealed class HoneywellScanner(PseudoTerminal line) : TriggeredScanner(line)
{
    private const int CommandBytes = 3;

    protected override int Take(ReadOnlySpan<byte> received)
    {
        if (received[0] != 0x16) return 1;
        if (received.Length < CommandBytes) return 0;
        if (received[2] != 0x0D || received[1] is not (0x54 or 0x55)) return 1;
        if (Note(received[..CommandBytes]) && !Refuses) SetTrigger(received[1] == 0x54);
        return CommandBytes;
    }

    protected override void Send(string code) => Answer(Encoding.UTF8.GetBytes(code + "\r"));
}
