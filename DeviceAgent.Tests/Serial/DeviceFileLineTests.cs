using System.Runtime.InteropServices;
using DeviceAgent.Drivers;

namespace DeviceAgent.Tests.Serial;

/// <summary>A named pipe stands for the device file.</summary>
public sealed partial class DeviceFileLineTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("device-file-");
    private readonly string _path;

    public DeviceFileLineTests()
    {
        _path = Path.Combine(_folder.FullName, "node");
        Assert.Equal(0, MakePipe(_path, 0x180));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_short_record_is_never_joined_to_the_next_one()
    {
        await using var line = DeviceFileLine.Open(_path, new() { Access = FileAccess.Read, RecordBytes = 8 });
        await using var device = new FileStream(_path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0);
        var record = new byte[8];
        foreach (byte[] sent in new byte[][] { [1, 2, 3], [4, 5, 6, 7, 8, 9, 10, 11], [12] })
        {
            await device.WriteAsync(sent, Cancel);
            Assert.Equal(8, await line.ReadAsync(record, Cancel).AsTask().WaitAsync(Limit, Cancel));
            Assert.Equal([.. sent, .. new byte[8 - sent.Length]], record);
        }
    }

    [Fact]
    public async Task A_record_is_never_torn_or_lost_when_the_reader_is_late()
    {
        await using var line = DeviceFileLine.Open(_path, new() { Access = FileAccess.Read, RecordBytes = 24, ReceiveBufferBytes = 100 });
        await using var device = new FileStream(_path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0);
        var sent = Enumerable.Range(0, 24 * 100).Select(i => (byte)i).ToArray();
        await device.WriteAsync(sent, Cancel);
        var received = new List<byte>();
        var records = new byte[24 * 3];
        while (received.Count < sent.Length)
        {
            var count = await line.ReadAsync(records, Cancel).AsTask().WaitAsync(Limit, Cancel);
            Assert.Equal(0, count % 24);
            received.AddRange(records.AsSpan(0, count));
        }
        Assert.Equal(sent, received);
    }

    [Fact]
    public async Task A_reader_that_would_tear_a_record_is_refused()
    {
        await using var line = DeviceFileLine.Open(_path, new() { Access = FileAccess.Read, RecordBytes = 24 });
        await Assert.ThrowsAsync<ArgumentException>(() => line.ReadAsync(new byte[25], Cancel).AsTask());
    }

    [Fact]
    public async Task A_device_that_hangs_up_is_never_missed_by_who_does_not_read()
    {
        await using var line = DeviceFileLine.Open(_path, new() { Access = FileAccess.Read });
        await using (var device = new FileStream(_path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0)) await device.WriteAsync("last"u8.ToArray(), Cancel);
        Assert.Equal(DeviceLoss.Unplugged, await line.Lost.WaitAsync(Limit, Cancel));
        var buffer = new byte[16];
        Assert.Equal(4, await line.ReadAsync(buffer, Cancel));
        var lost = await Assert.ThrowsAsync<DeviceLostException>(() => line.ReadAsync(buffer, Cancel).AsTask());
        Assert.Equal(_path, lost.Path);
    }

    [Fact]
    public async Task A_line_for_reading_never_writes()
    {
        await using var line = DeviceFileLine.Open(_path, new() { Access = FileAccess.Read });
        Assert.False(line.CanWrite);
        await Assert.ThrowsAsync<NotSupportedException>(async () => await line.WriteAsync(new byte[1], Cancel));
    }

    [Fact]
    public async Task A_failed_ioctl_never_loses_the_line()
    {
        await using var line = DeviceFileLine.Open(_path, new());
        const int notTty = 25;
        Assert.Equal(-notTty, line.Control(0x8044B401, new byte[68]));
        Assert.Equal(-notTty, line.Control(0x40044590, 1));
        Assert.False(line.Lost.IsCompleted);
    }

    [Fact]
    public void A_missing_node_and_bad_options_are_named()
    {
        var missing = Assert.Throws<DeviceLostException>(() => DeviceFileLine.Open(_path + "-2", new()));
        Assert.Equal(DeviceLoss.Unplugged, missing.Loss);
        var bad = Assert.Throws<ArgumentException>(() => DeviceFileLine.Open(_path, new() { RecordBytes = 5000, ReceiveBufferBytes = 4096, StallTimeout = TimeSpan.Zero, Access = 0 }));
        Assert.Contains("RecordBytes must be a whole number from 0 to 4096", bad.Message, StringComparison.Ordinal);
        Assert.Contains("StallTimeout must be a time", bad.Message, StringComparison.Ordinal);
        Assert.Contains("Access must be one of", bad.Message, StringComparison.Ordinal);
    }

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakePipe(string path, uint mode);
}
