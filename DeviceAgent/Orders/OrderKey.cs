namespace DeviceAgent.Orders;

/// <summary>What the journal keeps one row of: an order of one product line and direction.</summary>
/// <param name="Number">The platform's order number; of a return the ticket code's text "order/ticket", or "order" for the whole order.</param>
public readonly record struct OrderKey(Journey Journey, string Number)
{
    /// <summary>The order number as the platform knows it: of a return the part before '/'.</summary>
    public string PlatformNumber => Journey == Journey.BusReturn && Number.IndexOf('/', StringComparison.Ordinal) is >= 0 and var end ? Number[..end] : Number;

    /// <summary>For the log and the technician.</summary>
    public override string ToString() => Journey switch
    {
        Journey.Bus => Number,
        Journey.BusReturn => $"return {Number}",
        Journey.Ship => $"ship {Number}",
        Journey.Train => $"train {Number}",
        _ => $"{Journey} {Number}",
    };
}
