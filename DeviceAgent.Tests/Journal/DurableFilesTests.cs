#pragma warning disable CA1416 // The agent runs on Linux alone.
using DeviceAgent.Journal;

namespace DeviceAgent.Tests.Journal;

public sealed class DurableFilesTests
{
    /// <summary>fsync answers EINVAL for a device that has nothing to sync (man 2 fsync); .NET's own flush to disk keeps every such answer to itself.</summary>
    [Fact]
    public void A_sync_that_failed_is_never_taken_for_one_that_was_done()
    {
        using var file = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(file);
        foreach (var sync in new[] { DurableFiles.Sync, DurableFiles.SyncData })
            Assert.Equal("/dev/null cannot be synced.", Assert.Throws<IOException>(() => sync(file, "/dev/null")).Message);
    }
}
