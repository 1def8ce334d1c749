using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Serial;
using DeviceAgent.Drivers.Serial.DotNetIot;
using DeviceAgent.Simulator;

namespace DeviceAgent.Tests.Serial.DotNetIot;

/// <summary>Of what <see cref="SerialLineTests"/> and <see cref="SerialLineLossTests"/> demand, what the line on System.IO.Ports keeps; the rest stands in docs/optional-builds.md.</summary>
public sealed class PortsLineTests : IAsyncDisposable
{
    private readonly PseudoTerminal _device = new();
    private PortsLine? _line;

    private static CancellationToken TestEnds => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_line is not null) await _line.DisposeAsync().AsTask().WaitAsync(LineFixture.Limit);
        _device.Dispose();
    }

    private PortsLine Line(SerialLineOptions? options = null) => _line ??= PortsLine.Open(_device.DevicePath, options ?? new());

    private async Task<byte[]> ReadExactlyAsync(int count)
    {
        var bytes = new byte[count];
        await Line().ReadExactlyAsync(bytes, TestEnds).AsTask().WaitAsync(LineFixture.Limit, TestEnds);
        return bytes;
    }

    private Task<byte[]> ReceiveOnDeviceAsync(int count) => Task.Run(() =>
    {
        var bytes = new byte[count];
        for (var at = 0; at < count;) at += _device.Read(bytes.AsSpan(at)) is > 0 and var read ? read : throw new EndOfStreamException($"{at} of {count} bytes came.");
        return bytes;
    }, TestEnds).WaitAsync(LineFixture.Limit, TestEnds);

    [Fact]
    public async Task Every_byte_value_passes_in_both_directions_unchanged()
    {
        var all = Enumerable.Range(0, 256).Select(i => (byte)i).ToArray();
        Line();
        _device.Write(all);
        Assert.Equal(all, await ReadExactlyAsync(256));
        await Line().WriteAsync(all, TestEnds);
        Assert.Equal(all, await ReceiveOnDeviceAsync(256));
        Assert.Equal(256, Line().BytesWritten);
    }

    [Fact]
    public async Task A_cancelled_read_loses_nothing()
    {
        List<byte> expected = [], got = [];
        var buffer = new byte[16];
        Line();
        for (var round = 0; round < 300; round++)
        {
            using var cancel = new CancellationTokenSource();
            var read = Line().ReadAsync(buffer, cancel.Token).AsTask();
            byte[] sent = [(byte)round, (byte)(round >> 8), 0x0D];
            expected.AddRange(sent);
            var cancelling = Task.Run(cancel.Cancel, TestEnds);
            _device.Write(sent);
            await cancelling;
            try
            {
                got.AddRange(buffer.AsSpan(0, await read));
            }
            catch (OperationCanceledException)
            {
                // The bytes stay for the next read.
            }
        }
        got.AddRange(await ReadExactlyAsync(expected.Count - got.Count));
        Assert.Equal(expected, got);
    }

    [Fact]
    public async Task A_late_reader_loses_nothing()
    {
        Line(new() { ReceiveBufferBytes = 64 });
        var sent = new byte[100_000];
        new Random(1).NextBytes(sent);
        var sending = Task.Run(() => _device.Write(sent), TestEnds);
        Assert.Equal(sent, await ReadExactlyAsync(sent.Length));
        await sending;
    }

    [Fact]
    public async Task A_write_larger_than_the_line_holds_arrives_whole()
    {
        var sent = new byte[200_000];
        new Random(3).NextBytes(sent);
        Line();
        var receiving = ReceiveOnDeviceAsync(sent.Length);
        await Line().WriteAsync(sent, TestEnds).AsTask().WaitAsync(LineFixture.Limit, TestEnds);
        Assert.Equal(sent, await receiving);
        Assert.Equal(sent.Length, Line().BytesWritten);
    }

    [Fact]
    public async Task An_unplugged_cable_never_leaves_a_read_hanging()
    {
        var read = Line().ReadAsync(new byte[1], TestEnds).AsTask();
        _device.HangUp();
        Assert.Equal(DeviceLoss.Unplugged, (await Assert.ThrowsAsync<DeviceLostException>(() => read.WaitAsync(LineFixture.Limit, TestEnds))).Loss);
        Assert.Equal(DeviceLoss.Unplugged, await Line().Lost.WaitAsync(LineFixture.Limit, TestEnds));
        await Assert.ThrowsAsync<DeviceLostException>(async () => await Line().WriteAsync(new byte[1], TestEnds));
    }

    [Fact]
    public async Task Closing_during_a_pending_read_never_deadlocks()
    {
        var read = Line().ReadAsync(new byte[1], TestEnds).AsTask();
        await Line().DisposeAsync().AsTask().WaitAsync(LineFixture.Limit, TestEnds);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => read.WaitAsync(LineFixture.Limit, TestEnds));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Line().Lost);
    }

    [Fact]
    public void A_port_that_is_not_there_is_never_called_busy()
    {
        Assert.Equal(DeviceLoss.Unplugged, Assert.Throws<DeviceLostException>(() => PortsLine.Open("/dev/serial/by-id/no-such-device", new())).Loss);
        Assert.Throws<ArgumentException>(() => PortsLine.Open(_device.DevicePath, new() { BaudRate = 1 }));
    }
}
