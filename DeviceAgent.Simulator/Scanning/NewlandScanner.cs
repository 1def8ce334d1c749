using System.Text;

namespace DeviceAgent.Simulator.Scanning;

/// <summary>A Newland scanner that takes serial commands.</summary>
/// <remarks>
/// Source: Newland serial programming command manuals. 7E 01 30 30 30 30, '@' (kept for good) or '#' (until power-off), tag, sub-tag and data, 3B 03;
/// the answer repeats the command behind 02 01 30 30 30 30, with 06, 15 or 05 before its end.
/// </remarks>
public sealed class NewlandScanner(PseudoTerminal line) : TriggeredScanner(line)
{
    private const int HeadBytes = 6;
    private static readonly byte[] Head = [0x7E, 0x01, 0x30, 0x30, 0x30, 0x30];
    private static readonly byte[] AnswerHead = [0x02, 0x01, 0x30, 0x30, 0x30, 0x30];
    private static readonly byte[] End = [0x3B, 0x03];

    /// <summary>Commands that were written to flash memory, which wears out.</summary>
    public int FlashWrites { get; private set; }

    protected override int Take(ReadOnlySpan<byte> received)
    {
        if (received[0] != Head[0]) return 1;
        var end = received.IndexOf(End);
        if (end < 0) return received.Length > 64 ? 1 : 0;
        var command = received[..(end + End.Length)];
        if (!command.StartsWith(Head)) return 1;
        var body = Encoding.ASCII.GetString(command[HeadBytes..end]);
        if (!Note(command)) return command.Length;
        if (body.StartsWith('@')) FlashWrites++;
        var isTrigger = body is "#SCNTRG0" or "#SCNTRG1" or "@SCNTRG0" or "@SCNTRG1";
        byte verdict = Refuses ? (byte)0x15 : isTrigger ? (byte)0x06 : (byte)0x05;
        Answer([.. AnswerHead, .. Encoding.ASCII.GetBytes(body), verdict, .. End]);
        if (verdict == 0x06) SetTrigger(body.EndsWith('1'));
        return command.Length;
    }

    protected override void Send(string code) => Answer(Encoding.UTF8.GetBytes(code + "\r\n"));
}
