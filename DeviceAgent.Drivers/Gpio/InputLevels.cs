namespace DeviceAgent.Drivers.Gpio;

/// <summary>What an edge told about the levels of a request.</summary>
public enum EdgeNews
{
    /// <summary>The level was known already: a bounce whose other half was dropped.</summary>
    Nothing,
    /// <summary>One level is another one now.</summary>
    Changed,
    /// <summary>Edges before this one were dropped: read the levels, then <see cref="InputLevels.Set"/>.</summary>
    ReadAgain,
}

/// <summary>The levels of a request's inputs, kept from its edges. No I/O, no clock.</summary>
/// <remarks>
/// Source: linux/gpio.h, struct gpio_v2_line_event: seqno counts the events of the whole request, line_seqno those of one line, both from 1.
/// A full buffer drops its oldest events, so that the newest edge of a line that still has one always tells its level; a line whose
/// edges are all gone is why the levels must be read. One caller at a time.
/// </remarks>
public sealed class InputLevels
{
    private readonly uint[] _lineSequences;
    private uint _sequence;

    /// <param name="count">Inputs of the request, 1 to 64; every edge must be asked for (<see cref="GpioEdges.Both"/>).</param>
    public InputLevels(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, GpioUapi.MaxLines);
        _lineSequences = new uint[count];
    }

    /// <summary>Bit n is the n-th input.</summary>
    public ulong Levels { get; private set; }

    /// <summary>Edges that were dropped unseen, all in all.</summary>
    public long Missed { get; private set; }

    /// <summary>What was read.</summary>
    public void Set(ulong levels) => Levels = levels & LineRequests.AllOf(_lineSequences.Length);

    /// <summary>Takes one edge, in the order in which they were told.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An edge of another request.</exception>
    public EdgeNews Take(in GpioEdge edge)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(edge.Index, nameof(edge));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(edge.Index, _lineSequences.Length, nameof(edge));
        // Unsigned differences: the counters begin anew after 4 294 967 295.
        var missed = edge.Sequence - _sequence - 1;
        var missedHere = edge.LineSequence - _lineSequences[edge.Index] - 1;
        (_sequence, _lineSequences[edge.Index]) = (edge.Sequence, edge.LineSequence);
        var bit = 1UL << edge.Index;
        var levels = edge.Rising ? Levels | bit : Levels & ~bit;
        var news = levels == Levels ? EdgeNews.Nothing : EdgeNews.Changed;
        Levels = levels;
        if (missed == 0 && missedHere == 0) return news;
        Missed += Math.Max(missed, missedHere);
        return EdgeNews.ReadAgain;
    }
}
