using DeviceAgent.Simulator.Gateway;
using DeviceAgent.Simulator.Printing;

namespace DeviceAgent.Simulator.Kiosk;

/// <summary>Keeps what a storm's judges need and nobody else keeps: every piece of paper, and what was acknowledged before a kill. Safe from any thread.</summary>
internal sealed class StormWitness
{
    private readonly Lock _lock = new();
    private readonly List<PaperPiece> _pieces = [];
    private readonly HashSet<string> _acknowledged = new(StringComparer.Ordinal), _acknowledgedBeforeKill = new(StringComparer.Ordinal);
    private int _unanswered;

    /// <summary>Call it before anything else listens to the kiosk: what a kill's own event acknowledges counts as before the kill.</summary>
    public StormWitness(VirtualKiosk kiosk)
    {
        kiosk.Printer.PieceCut += Take;
        kiosk.Printer.PieceTorn += Take;
        kiosk.Gateway.Received += SeeRequest;
        kiosk.Gateway.Finished += SeeAnswer;
    }

    public IReadOnlyList<PaperPiece> Pieces
    {
        get { lock (_lock) return [.. _pieces]; }
    }

    public IReadOnlySet<string> AcknowledgedBeforeKill
    {
        get { lock (_lock) return _acknowledgedBeforeKill.ToHashSet(StringComparer.Ordinal); }
    }

    /// <summary>Requests that got no answer of the business: lost, refused by a proxy, or answered with an error.</summary>
    public int Unanswered
    {
        get { lock (_lock) return _unanswered; }
    }

    /// <summary>The journal said that the order is issued.</summary>
    public void Acknowledge(string orderNumber)
    {
        lock (_lock) _acknowledged.Add(orderNumber);
    }

    public void BeforeKill()
    {
        lock (_lock) _acknowledgedBeforeKill.UnionWith(_acknowledged);
    }

    private void Take(PaperPiece piece)
    {
        lock (_lock) _pieces.Add(piece);
    }

    // A report is the agent's word, too. It sends no other here than that of an order that was issued.
    private void SeeRequest(string? method, string? orderNumber)
    {
        if (method == TopApi.BookOrder.Name && orderNumber is not null) Acknowledge(orderNumber);
    }

    private void SeeAnswer(GatewayRequest request)
    {
        if (request.Answered && request.ResultCode is not null) return;
        lock (_lock) _unanswered++;
    }
}
