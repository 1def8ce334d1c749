namespace DeviceAgent.Tickets;

/// <summary>Personal data as it may be seen: on a ticket, in a log, in a bundle.</summary>
public static class Masking
{
    /// <summary>The first 6 and last 4 characters of a long number, the first and last of a short one; nothing of a very short one.</summary>
    /// <remarks>The mask that railway tickets print: region and date of birth stay hidden apart from the region's code.</remarks>
    public static string Certificate(string? number)
    {
        if (string.IsNullOrEmpty(number)) return "";
        var (head, tail) = number.Length switch
        {
            >= 15 => (6, 4),
            >= 7 => (2, 2),
            >= 4 => (1, 1),
            _ => (0, 0),
        };
        return string.Concat(number.AsSpan(0, head), new string('*', number.Length - head - tail), number.AsSpan(number.Length - tail));
    }
}
