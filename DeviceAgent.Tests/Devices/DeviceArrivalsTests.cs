using DeviceAgent.Devices;
using DeviceAgent.Drivers;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Tests.Devices;

public sealed class DeviceArrivalsTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("arrivals-");
    private readonly DeviceArrivals _arrivals = new();

    public void Dispose()
    {
        _arrivals.Dispose();
        if (_folder.Exists) _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_node_whose_folders_come_with_it_is_never_missed()
    {
        var path = Path.Combine(_folder.FullName, "serial", "by-id", "usb-printer");
        var first = _arrivals.Next(path)!;
        Assert.False(first.IsCompleted);
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "serial"));
        await first.WaitAsync(Limit, TestContext.Current.CancellationToken);
        var second = _arrivals.Next(path)!;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await second.WaitAsync(Limit, TestContext.Current.CancellationToken);
        var third = _arrivals.Next(path)!;
        File.CreateSymbolicLink(path, "/dev/null");
        await third.WaitAsync(Limit, TestContext.Current.CancellationToken);
    }

    [Fact]
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    public async Task A_node_that_becomes_readable_is_never_missed()
    {
        var path = Path.Combine(_folder.FullName, "node");
        await File.WriteAllTextAsync(path, "", TestContext.Current.CancellationToken);
        var next = _arrivals.Next(path)!;
        File.SetUnixFileMode(path, UnixFileMode.UserRead);
        await next.WaitAsync(Limit, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_folder_that_goes_with_its_last_device_is_never_waited_at_for_ever()
    {
        var folder = _folder.CreateSubdirectory("by-id");
        var path = Path.Combine(folder.FullName, "node");
        var next = _arrivals.Next(path)!;
        folder.Delete();
        await next.WaitAsync(Limit, TestContext.Current.CancellationToken);
        var again = _arrivals.Next(path)!;
        folder.Create();
        await again.WaitAsync(Limit, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_node_that_came_between_the_look_and_the_watch_is_never_waited_for()
    {
        var path = Path.Combine(_folder.FullName, "node");
        await File.WriteAllTextAsync(path, "", TestContext.Current.CancellationToken);
        var nodes = new KernelNodes(TimeProvider.System, _arrivals);
        await nodes.WaitAsync(path, DeviceLoss.Unplugged, TimeSpan.FromMilliseconds(1), CancellationToken.None).AsTask().WaitAsync(Limit, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_device_that_is_plugged_in_is_never_found_by_asking_again_and_again()
    {
        var path = Path.Combine(_folder.FullName, "node");
        var tries = 0;
        var found = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var secondTry = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var loop = new DeviceLoop("thing", path, new()
        {
            Time = TimeProvider.System,
            Logger = NullLogger.Instance,
            Nodes = new Told(new KernelNodes(TimeProvider.System, _arrivals), secondTry),
            Options = new() { FirstRetryDelay = TimeSpan.FromMilliseconds(50), MaxRetryDelay = TimeSpan.FromMilliseconds(50) },
        });
        using var stop = new CancellationTokenSource();
        var run = loop.RunAsync<DeviceFileLine>(
            _ =>
            {
                tries++;
                return new(DeviceFileLine.Open(path, new()));
            },
            async (_, end) =>
            {
                found.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            },
            stop.Token);
        await secondTry.Task.WaitAsync(Limit, TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(path, "/dev/ptmx");
        await found.Task.WaitAsync(Limit, TestContext.Current.CancellationToken);
        Assert.Equal(2, tries);
        await stop.CancelAsync();
        await run;
    }

    /// <summary>Tells when the loop has begun to wait.</summary>
    private sealed class Told(IDeviceNodes nodes, TaskCompletionSource begun) : IDeviceNodes
    {
        public ValueTask WaitAsync(string path, DeviceLoss loss, TimeSpan pause, CancellationToken stop)
        {
            var wait = nodes.WaitAsync(path, loss, pause, stop);
            begun.TrySetResult();
            return wait;
        }
    }
}
