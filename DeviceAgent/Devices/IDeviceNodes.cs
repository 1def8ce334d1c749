using DeviceAgent.Drivers;

namespace DeviceAgent.Devices;

/// <summary>How a device that is not there is waited for. The seeded world replaces it.</summary>
public interface IDeviceNodes
{
    /// <summary>Returns when it may be worth to open <paramref name="path"/> again: its node has come or changed, or the pause is over where no node can tell.</summary>
    /// <param name="path">A path that does not begin with '/' has no node.</param>
    /// <param name="loss">Why it could not be had.</param>
    /// <param name="pause">At least so long.</param>
    ValueTask WaitAsync(string path, DeviceLoss loss, TimeSpan pause, CancellationToken stop);
}

/// <summary>Only time passes.</summary>
internal sealed class PatientNodes(TimeProvider time) : IDeviceNodes
{
    public async ValueTask WaitAsync(string path, DeviceLoss loss, TimeSpan pause, CancellationToken stop)
    {
        try
        {
            await Task.Delay(pause, time, stop);
        }
        catch (OperationCanceledException)
        {
            // The caller looks at the token.
        }
    }
}

/// <summary>The kernel tells when a node comes: nothing is asked again and again.</summary>
/// <param name="time">For the pauses.</param>
/// <param name="arrivals">Disposed by its owner.</param>
internal sealed class KernelNodes(TimeProvider time, DeviceArrivals arrivals) : IDeviceNodes
{
    /// <summary>A node that is there and cannot be opened may become free without a word.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(1);

    private readonly PatientNodes _patience = new(time);

    public async ValueTask WaitAsync(string path, DeviceLoss loss, TimeSpan pause, CancellationToken stop)
    {
        await _patience.WaitAsync(path, loss, pause, stop);
        if (!path.StartsWith('/') || loss != DeviceLoss.Unplugged) return;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var silence = Task.Delay(LongestSilence, time, limit.Token);
        while (!stop.IsCancellationRequested && !silence.IsCompleted)
        {
            var change = arrivals.Next(path);
            // After the watch and before the wait: what came in between is seen here.
            if (change is null || DeviceNode.Identity(path) is not null) break;
            await Task.WhenAny(change, silence);
        }
        limit.Cancel();
    }
}
