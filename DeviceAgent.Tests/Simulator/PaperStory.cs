using System.Text;
using DeviceAgent.Simulator.Kiosk;
using DeviceAgent.Simulator.Printing;

namespace DeviceAgent.Tests.Simulator;

/// <summary>Paper as a judge finds it, without a printer.</summary>
internal static class PaperStory
{
    public static PaperWitness Paper(params PaperPiece[] pieces) => new(pieces, null, 0);

    public static PaperPiece Probe => Piece(true, null, "TEST");

    /// <param name="qr">Null: it carries no code.</param>
    public static PaperPiece Piece(bool cut, string? qr, params string[] lines)
    {
        IEnumerable<PaperLine> paper = lines.Select(l => new PaperLine { Runs = [new PaperRun(l, 0, 1, 1, 1, false)] });
        if (qr is not null) paper = paper.Append(new PaperLine { Qr = QrSymbol.Encode(Encoding.UTF8.GetBytes(qr), 'M', 4) });
        return new PaperPiece(1, [.. paper], cut, 48);
    }
}
