using System.Text;
using System.Text.RegularExpressions;

namespace DeviceAgent.Tests.Simulation;

internal enum PaperKind { Ticket, ReturnSlip, VoidStrip, Slip, Probe }

internal enum MarkKind { Line, Code, Cut }

/// <summary>A place in a document at which something happens to the paper.</summary>
/// <param name="Offset">The first byte behind it.</param>
internal readonly record struct PrintMark(int Offset, MarkKind Kind);

/// <summary>A document as the printer understands it.</summary>
internal sealed partial class PrintDocument
{
    private PrintDocument(PaperKind kind, string text, int length, IReadOnlyList<PrintMark> marks) => (Kind, Text, Length, Marks) = (kind, text, length, marks);

    public PaperKind Kind { get; }

    /// <summary>A ticket, or what a passenger gets for one: issued once.</summary>
    public bool IsWorthSomething => Kind is PaperKind.Ticket or PaperKind.ReturnSlip;

    /// <summary>What a ticket's code holds, or which return a slip is of; empty otherwise.</summary>
    public string Text { get; }

    public int Length { get; }

    public IReadOnlyList<PrintMark> Marks { get; }

    /// <remarks>Epson ESC/POS reference: LF, GS ( k fn 180 (store) and 181 (print), GS V.</remarks>
    public static PrintDocument Read(ReadOnlySpan<byte> bytes)
    {
        var marks = new List<PrintMark>();
        var text = "";
        for (var i = 0; i < bytes.Length;)
        {
            if (bytes[i..] is [0x1D, 0x28, 0x6B, var low, var high, _, var function, ..])
            {
                var end = i + 5 + low + high * 256;
                if (function == 0x50) text = Encoding.ASCII.GetString(bytes[(i + 8)..end]);
                if (function == 0x51) marks.Add(new(end, MarkKind.Code));
                i = end;
                continue;
            }
            var isCut = bytes[i..] is [0x1D, 0x56, ..];
            i += isCut ? 4 : 1;
            if (isCut) marks.Add(new(i, MarkKind.Cut));
            else if (bytes[i - 1] == 0x0A) marks.Add(new(i, MarkKind.Line));
        }
        var isSlip = bytes.IndexOf("RETURN SLIP"u8) >= 0;
        if (isSlip) text = ReturnOf(bytes);
        var copy = bytes.IndexOf("COPY "u8);
        if (text.Length > 0 && copy >= 0) text += $" COPY {(char)bytes[copy + 5]}";
        var kind = isSlip ? PaperKind.ReturnSlip : text.Length > 0 ? PaperKind.Ticket
            : bytes.IndexOf("VOID"u8) >= 0 ? PaperKind.VoidStrip
            : bytes.IndexOf("PLEASE SEE STAFF"u8) >= 0 ? PaperKind.Slip : PaperKind.Probe;
        return new(kind, text, bytes.Length, marks);
    }

    // Behind the words for order number and ticket number, in whatever code page.
    private static string ReturnOf(ReadOnlySpan<byte> bytes)
    {
        var printed = Encoding.Latin1.GetString(bytes);
        var (order, ticket) = (OrderOnPaper().Match(printed).Groups[1].Value, TicketOnPaper().Match(printed).Groups[1].Value);
        return ticket.Length > 0 ? $"return {order}/{ticket}" : $"return {order}";
    }

    [GeneratedRegex(" ([0-9]{8})\n")]
    private static partial Regex OrderOnPaper();

    [GeneratedRegex(" (T[0-9]{2})\n")]
    private static partial Regex TicketOnPaper();
}

/// <summary>What one document, or the part of it that was sent, has put on paper.</summary>
internal sealed class Printout(PrintDocument document)
{
    public PrintDocument Document => document;

    /// <summary>Everything up to its cut.</summary>
    public bool IsWhole { get; set; }

    /// <summary>Its code can be read.</summary>
    public bool HasCode { get; set; }

    public bool IsOnPaper { get; set; }

    /// <summary>Somebody has heard that it is out: what becomes of it afterwards is the passenger's business.</summary>
    public bool WasHeard { get; set; }
}

/// <summary>A piece of paper, from cut to cut.</summary>
internal sealed class CutPiece
{
    /// <summary>Top to bottom. One printout may stand on two pieces.</summary>
    public List<Printout> Printouts { get; } = [];

    /// <summary>Printouts whose code stands on this very piece.</summary>
    public List<Printout> Codes { get; } = [];

    public bool IsOut { get; set; }
}

/// <summary>All paper that ever came out of the kiosk's slot.</summary>
internal sealed class WorldPaper(World world)
{
    private readonly Dictionary<string, List<Printout>> _tickets = new(StringComparer.Ordinal);
    private readonly List<CutPiece> _pieces = [];

    public int TicketsOut => _tickets.Values.Sum(all => all.Count(p => p is { IsWhole: true, Document.Kind: PaperKind.Ticket }));

    /// <summary>The codes of all tickets and copies that were begun.</summary>
    public IEnumerable<string> Tickets => _tickets.Keys;

    public CutPiece NewPiece()
    {
        var piece = new CutPiece();
        _pieces.Add(piece);
        return piece;
    }

    public void Ink(CutPiece piece, Printout printout, bool isCode)
    {
        if (piece.Printouts.Count == 0 || piece.Printouts[^1] != printout) piece.Printouts.Add(printout);
        if (isCode)
        {
            printout.HasCode = true;
            piece.Codes.Add(printout);
        }
        if (printout.IsOnPaper) return;
        printout.IsOnPaper = true;
        if (!printout.Document.IsWorthSomething) return;
        if (!_tickets.TryGetValue(printout.Document.Text, out var all)) _tickets[printout.Document.Text] = all = [];
        all.Add(printout);
    }

    public void Out(CutPiece piece)
    {
        piece.IsOut = true;
        world.Note($"paper: {string.Join(" + ", piece.Printouts.Select(p => $"{p.Document.Kind} {p.Document.Text}{(p.IsWhole ? "" : " (part)")}"))}");
    }

    /// <summary>How many times a ticket came out whole.</summary>
    public int Whole(string ticket) => _tickets.TryGetValue(ticket, out var all) ? all.Count(p => p.IsWhole) : 0;

    /// <summary>Whole, as the original or as a copy that a person asked for.</summary>
    public bool IsOut(string ticket) => Whole(ticket) > 0 || _tickets.Any(t => t.Key.StartsWith(ticket + " COPY", StringComparison.Ordinal) && t.Value.Exists(p => p.IsWhole));

    /// <summary>Parts of a ticket that carry its code, are out, and nothing on the same piece says that they are worthless.</summary>
    public int UnmarkedParts(string ticket)
    {
        if (!_tickets.TryGetValue(ticket, out var all) || all.All(p => p.IsWhole || !p.HasCode)) return 0;
        return _pieces.Count(piece => piece.IsOut
            && piece.Codes.Exists(p => !p.IsWhole && p.Document.Text == ticket)
            && !piece.Printouts.Exists(p => p.Document.Kind is PaperKind.VoidStrip or PaperKind.Slip));
    }

    /// <summary>Tickets that came out on one piece with a part of another, and no strip between them.</summary>
    public IEnumerable<string> HangingTogether()
    {
        foreach (var piece in _pieces)
        {
            for (var i = 1; i < piece.Printouts.Count; i++)
            {
                var (above, below) = (piece.Printouts[i - 1], piece.Printouts[i]);
                if (above is { IsWhole: false, Document.IsWorthSomething: true } && below is { IsWhole: true, Document.IsWorthSomething: true })
                    yield return $"{below.Document.Text} on a part of {above.Document.Text}";
            }
        }
    }
}
