namespace DeviceAgent.Simulator.Station;

internal enum StationOperation { Allocate, Confirm, Release, Return }

internal enum StationFaultKind
{
    /// <summary>The request is worked off at once, its answer comes late.</summary>
    Slow,
    /// <summary>The connection closes before anything is applied.</summary>
    LoseRequest,
    /// <summary>The request is applied, then the connection closes without an answer.</summary>
    LoseAnswer,
    /// <summary>503; nothing is applied.</summary>
    Unavailable,
    /// <summary>409 with a reason; nothing is applied.</summary>
    Refuse,
    /// <summary>The request is applied, and its answer is cut off in the middle: 200, and no JSON.</summary>
    Garbage,
}

/// <param name="Operation">Null: any.</param>
/// <param name="Times">Requests that it still meets.</param>
/// <param name="Length">Of <see cref="StationFaultKind.Slow"/>.</param>
internal sealed record StationFault(StationFaultKind Kind, StationOperation? Operation, int Times, TimeSpan Length);

/// <summary>What goes wrong at the station's system, switched while it runs. Safe from any thread.</summary>
internal sealed class StationFaults
{
    private readonly Lock _lock = new();
    private readonly List<StationFault> _faults = [];

    /// <summary>For the next <paramref name="times"/> requests of an operation (null: of any).</summary>
    public void Script(StationFaultKind kind, StationOperation? operation = null, int times = 1, TimeSpan length = default)
    {
        lock (_lock) _faults.Add(new StationFault(kind, operation, times, length));
    }

    /// <summary>Until <see cref="Clear"/>.</summary>
    public void SwitchOn(StationFaultKind kind, StationOperation? operation = null, TimeSpan length = default) => Script(kind, operation, int.MaxValue, length);

    public void Clear()
    {
        lock (_lock) _faults.Clear();
    }

    /// <summary>The faults that meet this request; each one is used up by it.</summary>
    public IReadOnlyList<StationFault> Take(StationOperation operation)
    {
        lock (_lock)
        {
            StationFault[] met = [.. _faults.Where(f => f.Operation is null || f.Operation == operation)];
            foreach (var fault in met.Where(f => f.Times != int.MaxValue))
            {
                _faults.Remove(fault);
                if (fault.Times > 1) _faults.Add(fault with { Times = fault.Times - 1 });
            }
            return met;
        }
    }
}
