using System.Globalization;
using System.Text;

namespace DeviceAgent.Simulator.Printing;

/// <summary>Everything that a strict printer takes exception to, with where it stood in the stream. Bounded.</summary>
internal sealed class AnomalyLog
{
    public const int Kept = 1_000;
    private const int ContextBytes = 12;
    private readonly List<string> _anomalies = [], _expected = [];
    private readonly byte[] _context = new byte[ContextBytes];
    private long _tornAt;

    /// <summary>A sender was cut off: what follows is its wreckage until the stream is in step again.</summary>
    public bool Torn { get; private set; }

    /// <summary>Bytes that came out of the receive buffer.</summary>
    public long Offset { get; private set; }

    public long UnknownBytes { get; private set; }

    public long TornUnknownBytes { get; private set; }

    public IReadOnlyList<string> Anomalies => _anomalies;

    public IReadOnlyList<string> Expected => _expected;

    private List<string> List => Torn ? _expected : _anomalies;

    private bool IsFull => List.Count == Kept;

    /// <param name="waiting">Bytes of the sender that was cut off which still wait in the receive buffer: whole commands among them end nothing.</param>
    public void Tear(int waiting) => (Torn, _tornAt) = (true, Offset + waiting);

    /// <summary>A command was understood that none but a sender in step sends.</summary>
    public void InStep() => Torn &= Offset <= _tornAt;

    public void Follow(byte taken) => _context[Offset++ % ContextBytes] = taken;

    public void Unknown(ReadOnlySpan<byte> bytes)
    {
        if (Torn) TornUnknownBytes += bytes.Length;
        else UnknownBytes += bytes.Length;
        Add(IsFull ? "" : $"unknown {Convert.ToHexString(bytes)}");
    }

    public void Add(string what)
    {
        if (!IsFull) List.Add(string.Create(CultureInfo.InvariantCulture, $"byte {Offset}: {what} (after {Context()})"));
    }

    private string Context()
    {
        var text = new StringBuilder();
        for (var i = Math.Max(0, Offset - ContextBytes); i < Offset; i++) text.Append(CultureInfo.InvariantCulture, $"{_context[i % ContextBytes]:X2} ");
        return text.ToString().TrimEnd();
    }
}
