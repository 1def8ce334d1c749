using DeviceAgent.Drivers;

namespace DeviceAgent.Devices;

/// <summary>Waits for GPIO chips, whose labels no node bears: each node that comes to /dev may be one.</summary>
/// <param name="time">For the pauses.</param>
/// <param name="arrivals">Disposed by its owner.</param>
internal sealed class ChipArrivals(TimeProvider time, DeviceArrivals arrivals) : IDeviceNodes
{
    /// <summary>Lines that another program held become free without a word, and a configuration that is wrong stays so.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(1);

    private readonly PatientNodes _patience = new(time);

    /// <returns>Completes with the next change in /dev; null where the kernel has no watch left.</returns>
    public Task? Next() => arrivals.Next("/dev/gpiochip0");

    public async ValueTask WaitAsync(string path, DeviceLoss loss, TimeSpan pause, CancellationToken stop)
    {
        // Before the pause: what comes during it is not missed.
        var change = loss is DeviceLoss.Unplugged or DeviceLoss.Denied ? Next() : null;
        await _patience.WaitAsync(path, loss, pause, stop);
        if (change is null || stop.IsCancellationRequested) return;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await Task.WhenAny(change, Task.Delay(LongestSilence, time, limit.Token));
        limit.Cancel();
    }
}
