using System.Globalization;
using System.Text;

namespace DeviceAgent.Simulator.Station;

/// <summary>The seats of all trips and the ticket numbers. Drawn from the order's number, so that a run that is repeated draws the same. Its owner holds the lock.</summary>
internal sealed class StationSeats
{
    private const int SeatsOfABus = 50;
    private const int Gates = 12;
    private readonly Dictionary<(string Trip, string Seat), string> _holders = [];
    private readonly Dictionary<string, string> _ticketNumbers = new(StringComparer.Ordinal);

    public static string GateOf(string trip) => string.Create(CultureInfo.InvariantCulture, $"{1 + (Draw(trip) % Gates)}");

    /// <returns>The order that holds the seat; null when it is free.</returns>
    public string? HolderOf(string trip, string seat) => _holders.GetValueOrDefault((trip, seat));

    /// <summary>The seat is this order's by what happened elsewhere.</summary>
    /// <returns>The other order that holds it; null when there is none.</returns>
    public string? Keep(string trip, string seat, string orderNumber) =>
        _holders.TryAdd((trip, seat), orderNumber) || HolderOf(trip, seat) == orderNumber ? null : HolderOf(trip, seat);

    /// <param name="wanted">The seat of the order's own fields: given when it is free.</param>
    public string Take(string trip, string orderNumber, int passenger, string? wanted)
    {
        if (wanted is { Length: > 0 } && _holders.TryAdd((trip, wanted), orderNumber)) return wanted;
        var first = (int)(Draw(string.Create(CultureInfo.InvariantCulture, $"{orderNumber}/{passenger}")) % SeatsOfABus);
        for (var i = 0; ; i++)
        {
            // A full bus gets a second one, numbered on.
            var seat = i < SeatsOfABus ? 1 + ((first + i) % SeatsOfABus) : 1 + i;
            var text = seat.ToString(CultureInfo.InvariantCulture);
            if (_holders.TryAdd((trip, text), orderNumber)) return text;
        }
    }

    public void Free(string trip, string seat, string orderNumber)
    {
        if (HolderOf(trip, seat) == orderNumber) _holders.Remove((trip, seat));
    }

    /// <summary>The number of the order's own fields where it has one; otherwise one of the station's, which nobody else gets.</summary>
    public string Number(string orderNumber, int passenger, string? own)
    {
        if (own is { Length: > 0 }) return own;
        var place = string.Create(CultureInfo.InvariantCulture, $"{orderNumber}/{passenger}");
        for (var i = 0u; ; i++)
        {
            var number = string.Create(CultureInfo.InvariantCulture, $"T{(Draw(place) + i) % 10_000_000_000:D10}");
            if (_ticketNumbers.TryAdd(number, place) || _ticketNumbers[number] == place) return number;
        }
    }

    // FNV-1a, 64 bits: the same in every process, which string.GetHashCode is not.
    private static ulong Draw(string text)
    {
        var hash = 14695981039346656037;
        foreach (var b in Encoding.UTF8.GetBytes(text)) hash = (hash ^ b) * 1099511628211;
        return hash >> 8;
    }
}
