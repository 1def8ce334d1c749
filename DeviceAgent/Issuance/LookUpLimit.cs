namespace DeviceAgent.Issuance;

/// <summary>At most so many look-ups in any minute. Monotonic time, so that a clock that jumps opens no gate.</summary>
internal sealed class LookUpLimit(int perMinute, TimeProvider time)
{
    private readonly Queue<long> _taken = new(perMinute);

    public bool TryTake()
    {
        while (_taken.TryPeek(out var oldest) && time.GetElapsedTime(oldest) >= TimeSpan.FromMinutes(1)) _taken.Dequeue();
        if (_taken.Count >= perMinute) return false;
        _taken.Enqueue(time.GetTimestamp());
        return true;
    }
}
