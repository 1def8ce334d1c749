using DeviceAgent.Drivers.Interop;
using Microsoft.Win32.SafeHandles;

namespace DeviceAgent.Drivers;

/// <summary>Tells when something changes about device nodes that are waited for: made, moved there, or given other permissions.</summary>
/// <remarks>
/// Source: man 7 inotify. One descriptor and one thread asleep in poll for all paths, made with the first wait.
/// A path whose folder is not there (/dev/serial/by-id without any serial device) is waited for at the nearest folder that is.
/// What is told is only that it may be worth to look: the waiter looks at the node itself. Thread-safe.
/// </remarks>
public sealed class DeviceArrivals : IDisposable
{
    private const uint Interesting = Libc.IN_CREATE | Libc.IN_MOVED_TO | Libc.IN_ATTRIB | Libc.IN_DELETE_SELF | Libc.IN_MOVE_SELF;

    // One event of the longest name, and many of short ones: sizeof(struct inotify_event) + NAME_MAX + 1 is 272.
    private const int ReadBytes = 4096;

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private Watch? _watch;
    private TaskCompletionSource _changed = New();
    private bool _isDisposed;

    public DeviceArrivals(TimeProvider? time = null) => _time = time ?? TimeProvider.System;

    /// <summary>Begins to watch, and gives what completes with the next change near <paramref name="path"/> or another path that is waited for.</summary>
    /// <remarks>Look at the node after this call and before the wait: what changed before is not told.</remarks>
    /// <param name="path">Absolute.</param>
    /// <returns>Null where the kernel has no watch left: then only time can tell.</returns>
    public Task? Next(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_watch is null)
            {
                if (Watch.TryOpen(_time) is not { } watch) return null;
                _watch = watch;
                _ = TellAsync(watch);
            }
            return _watch.Add(NearestFolder(path)) ? _changed.Task : null;
        }
    }

    /// <summary>Ends the thread. Waits that are pending stay so.</summary>
    public void Dispose()
    {
        Watch? watch;
        lock (_gate)
        {
            _isDisposed = true;
            watch = _watch;
        }
        watch?.Dispose();
    }

    private static string NearestFolder(string path)
    {
        var folder = Path.GetDirectoryName(path);
        while (folder is not null && !Directory.Exists(folder)) folder = Path.GetDirectoryName(folder);
        return folder ?? "/";
    }

    private async Task TellAsync(Watch watch)
    {
        var events = new byte[ReadBytes];
        try
        {
            while (true)
            {
                await watch.ReadAsync(events).ConfigureAwait(false);
                Interlocked.Exchange(ref _changed, New()).SetResult();
            }
        }
        catch (Exception e) when (e is ObjectDisposedException or DeviceLostException)
        {
            // Closed.
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The inotify descriptor. Each read gives whole events, and how many does not matter.</summary>
    private sealed class Watch : PolledLine
    {
        private Watch(SafeFileHandle port, SafeFileHandle wake, TimeProvider time)
            : base("inotify", port, wake, new(2 * ReadBytes, TimeSpan.FromSeconds(10), "arrivals", ReadBytes, CanWrite: false), time) => Start();

        public static Watch? TryOpen(TimeProvider time)
        {
            var port = Libc.InotifyInit(Libc.IN_NONBLOCK | Libc.IN_CLOEXEC);
            var wake = Libc.EventFd(0, Libc.EFD_NONBLOCK | Libc.EFD_CLOEXEC);
            if (!port.IsInvalid && !wake.IsInvalid) return new(port, wake, time);
            port.Dispose();
            wake.Dispose();
            return null;
        }

        /// <summary>Watching twice changes nothing.</summary>
        public bool Add(string folder) => Call(folder, static (port, path) => Libc.InotifyAddWatch(port, path, Interesting | Libc.IN_ONLYDIR)) >= 0;
    }
}
