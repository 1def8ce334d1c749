namespace DeviceAgent.Tests.Contactless;

/// <summary>Descriptors and threads of this process. The runtime makes and ends threads of its own, so a leak is what grows with the number of rounds.</summary>
internal static class ProcessLoad
{
    private const int RoomForTheRuntime = 30;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    public static (int Files, int Threads) Now() => (Directory.GetFileSystemEntries("/proc/self/fd").Length, Directory.GetDirectories("/proc/self/task").Length);

    /// <summary>Waits until no more is held than before, give or take what tests beside this one hold.</summary>
    public static async Task ReturnsToAsync((int Files, int Threads) before)
    {
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        while (true)
        {
            var now = Now();
            if (now.Files <= before.Files + RoomForTheRuntime && now.Threads <= before.Threads + RoomForTheRuntime) return;
            Assert.False(limit.IsCancellationRequested, $"{before} before, {now} now");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
