using DeviceAgent.Drivers.Serial;
using DeviceAgent.Simulator;

namespace DeviceAgent.Tests.Serial;

/// <summary>A line and the device at its other end. Nothing that a test waits for takes longer than <see cref="Limit"/>.</summary>
internal sealed class LineFixture : IAsyncDisposable
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    public LineFixture(SerialLineOptions? options = null, TimeProvider? time = null)
    {
        Line = SerialLine.Open(Device.DevicePath, options ?? new SerialLineOptions(), time);
    }

    public PseudoTerminal Device { get; } = new();

    public SerialLine Line { get; }

    public static CancellationToken TestEnds => TestContext.Current.CancellationToken;

    public async Task<byte[]> ReadExactlyAsync(int count)
    {
        var bytes = new byte[count];
        await Line.ReadExactlyAsync(bytes, TestEnds).AsTask().WaitAsync(Limit, TestEnds);
        return bytes;
    }

    /// <summary>What the device gets, on a thread of its own: the pseudo-terminal's reads block.</summary>
    public Task<byte[]> ReceiveOnDeviceAsync(int count) => Task.Run(() =>
    {
        var bytes = new byte[count];
        for (var at = 0; at < count;)
        {
            var read = Device.Read(bytes.AsSpan(at));
            if (read == 0) throw new EndOfStreamException($"{at} of {count} bytes came.");
            at += read;
        }
        return bytes;
    }, TestEnds).WaitAsync(Limit, TestEnds);

    /// <summary>A round of the poll thread: when it is over, the round before has wholly ended.</summary>
    public async Task GoRoundAsync()
    {
        Device.Write([0]);
        await ReadExactlyAsync(1);
    }

    /// <summary>Fills the line until the kernel takes no more, and leaves the write pending.</summary>
    public async Task<Task> StartWriteThatBlocksAsync(CancellationToken cancellationToken)
    {
        var write = Line.WriteAsync(new byte[1 << 20], cancellationToken).AsTask();
        for (var quietRounds = 0; quietRounds < 2;)
        {
            var before = Line.BytesWritten;
            await GoRoundAsync();
            quietRounds = Line.BytesWritten == before ? quietRounds + 1 : 0;
        }
        Assert.False(write.IsCompleted);
        return write;
    }

    public async ValueTask DisposeAsync()
    {
        await Line.DisposeAsync();
        Device.Dispose();
    }
}
