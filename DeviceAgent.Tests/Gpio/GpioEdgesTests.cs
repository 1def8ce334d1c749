using System.Buffers.Binary;
using DeviceAgent.Drivers.Gpio;

namespace DeviceAgent.Tests.Gpio;

public sealed class GpioEdgesTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly FakeGpioKernel _kernel = new();

    public GpioEdgesTests() => _kernel.Chips.Add(FakeChip.Pi());

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_edge_is_never_given_to_the_wrong_line_or_direction()
    {
        using var inputs = Request();
        _kernel.Feed([.. Event(1_500_000_000, 1, 5, 1), .. Event(1_500_000_100, 2, 4, 2)]);
        Assert.Equal(new GpioEdge(1, true, TimeSpan.FromSeconds(1.5), 1, 1), await NextAsync(inputs));
        Assert.Equal(new GpioEdge(0, false, TimeSpan.FromTicks(15_000_001), 2, 2), await NextAsync(inputs));
    }

    [Fact]
    public async Task Sixteen_edges_in_one_read_are_never_cut_short()
    {
        using var inputs = Request();
        _kernel.Feed([.. Enumerable.Range(1, 16).SelectMany(i => Event(0, 1, 4, (uint)i))]);
        for (var i = 1U; i <= 16; i++) Assert.Equal(i, (await NextAsync(inputs)).Sequence);
    }

    [Fact]
    public async Task An_unread_edge_never_makes_the_queue_grow_without_end()
    {
        using var inputs = Request();
        for (var i = 0; i < 100; i++) _kernel.Feed([.. Enumerable.Range(1 + i * 10, 10).SelectMany(n => Event(0, 1, 4, (uint)n))]);
        _kernel.Feed(FakeGpioKernel.ReadError(19));
        await _kernel.ErrorRead.WaitAsync(Limit, Cancelled);
        var left = new List<uint>();
        while (inputs.Edges.TryRead(out var edge)) left.Add(edge.Sequence);
        Assert.Equal(Enumerable.Range(745, 256).Select(n => (uint)n), left); // the newest 256 of 1,000
    }

    [Theory]
    [InlineData(3u, 4u)]
    [InlineData(0u, 4u)]
    [InlineData(1u, 6u)]
    public async Task An_event_of_unknown_kind_or_line_is_never_an_edge(uint id, uint offset)
    {
        using var inputs = Request();
        _kernel.Feed([.. Event(0, id, offset, 1), .. Event(0, 1, 4, 2)]);
        Assert.Equal(2u, (await NextAsync(inputs)).Sequence);
    }

    [Theory]
    [InlineData(19, GpioFault.NoSuchChip)]
    [InlineData(5, GpioFault.Failed)]
    public async Task A_chip_that_goes_away_never_leaves_its_reader_waiting(byte errno, GpioFault fault)
    {
        using var inputs = Request();
        _kernel.Feed(FakeGpioKernel.ReadError(errno));
        var lost = await Assert.ThrowsAsync<GpioException>(() => Ended(inputs));
        Assert.Equal((fault, "pinctrl-rp1", "4, 5", errno), (lost.Fault, lost.Chip, lost.Line, lost.Errno));
    }

    /// <summary>Kernels before 6.6 leave the sleeper alone when the chip goes.</summary>
    [Fact]
    public async Task A_chip_that_is_unplugged_in_silence_never_leaves_its_reader_waiting()
    {
        using var inputs = Request();
        _kernel.TouchNode(unplug: false);
        _kernel.AwaitNodeLook();
        _kernel.Feed(Event(0, 1, 4, 1));
        Assert.Equal(1u, (await NextAsync(inputs)).Sequence); // other permissions are no loss
        _kernel.TouchNode(unplug: true);
        var lost = await Assert.ThrowsAsync<GpioException>(() => Ended(inputs));
        Assert.Equal((GpioFault.NoSuchChip, 19), (lost.Fault, lost.Errno));
    }

    [Fact]
    public async Task Inputs_whose_node_cannot_be_watched_are_never_done_without()
    {
        _kernel.WatchErrno = 28; // no inotify watches left
        using var inputs = Request();
        _kernel.Feed(Event(0, 1, 4, 1));
        Assert.Equal(1u, (await NextAsync(inputs)).Sequence);
    }

    [Fact]
    public async Task A_failing_wait_never_spins()
    {
        using var inputs = Request();
        _kernel.FailWait(12);
        Assert.Equal(12, (await Assert.ThrowsAsync<GpioException>(() => Ended(inputs))).Errno);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(47)]
    [InlineData(49)]
    public async Task A_short_read_is_never_taken_for_an_edge(int length)
    {
        using var inputs = Request();
        _kernel.Feed(new byte[length]);
        Assert.Equal(GpioFault.Failed, (await Assert.ThrowsAsync<GpioException>(() => Ended(inputs))).Fault);
        Assert.False(inputs.Edges.TryRead(out _));
    }

    [Fact]
    public async Task Dispose_never_leaves_the_thread_the_reader_or_a_handle_behind()
    {
        var inputs = Request();
        inputs.Dispose();
        inputs.Dispose();
        await Ended(inputs);
        Assert.All(_kernel.Handles, h => Assert.True(h.IsClosed));
    }

    [Fact]
    public async Task Dispose_after_the_chip_went_away_never_hangs()
    {
        var inputs = Request();
        _kernel.Feed(FakeGpioKernel.ReadError(19));
        await Assert.ThrowsAsync<GpioException>(() => Ended(inputs));
        inputs.Dispose();
        Assert.All(_kernel.Handles, h => Assert.True(h.IsClosed));
    }

    [Fact]
    public void Inputs_that_cannot_be_waited_for_never_keep_their_lines()
    {
        _kernel.WakeErrno = 24;
        var failed = Assert.Throws<GpioException>(Request);
        Assert.Equal((GpioFault.Failed, 24), (failed.Fault, failed.Errno));
        Assert.All(_kernel.Handles, h => Assert.True(h.IsClosed));
    }

    [Fact]
    public async Task Inputs_without_edges_never_keep_a_reader_waiting()
    {
        using var inputs = new GpioLines(_kernel).RequestInputs("pinctrl-rp1", [new(GpioLine.At(4))], "test");
        await Ended(inputs);
    }

    [Fact]
    public async Task No_bytes_of_the_kernel_crash_the_reader()
    {
        var random = new Random(20260301);
        for (var round = 0; round < 200; round++)
        {
            using var inputs = Request();
            for (var i = 0; i < 100; i++)
            {
                var read = new byte[48 * random.Next(1, 17)];
                random.NextBytes(read);
                if (random.Next(2) == 0) BinaryPrimitives.WriteUInt32LittleEndian(read.AsSpan(8), (uint)random.Next(4));
                if (random.Next(2) == 0) BinaryPrimitives.WriteUInt32LittleEndian(read.AsSpan(12), (uint)random.Next(4, 7));
                _kernel.Feed(read);
            }
            _kernel.Feed([]);
            await Assert.ThrowsAsync<GpioException>(async () =>
            {
                await foreach (var edge in inputs.Edges.ReadAllAsync(Cancelled)) Assert.InRange(edge.Index, 0, 1);
            });
        }
    }

    private static byte[] Event(ulong ns, uint id, uint offset, uint sequence)
    {
        var bytes = new byte[48];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, ns);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), id);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), offset);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(16), sequence);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(20), sequence);
        return bytes;
    }

    private static async Task<GpioEdge> NextAsync(IGpioInputs inputs) => await inputs.Edges.ReadAsync(Cancelled).AsTask().WaitAsync(Limit, Cancelled);

    private static async Task Ended(IGpioInputs inputs)
    {
        await foreach (var _ in inputs.Edges.ReadAllAsync(Cancelled)) { }
        await inputs.Edges.Completion.WaitAsync(Limit, Cancelled);
    }

    private IGpioInputs Request() => new GpioLines(_kernel).RequestInputs(
        "pinctrl-rp1", [new(GpioLine.At(4), GpioEdges.Both, GpioBias.PullUp, TimeSpan.FromMilliseconds(5)), new(GpioLine.At(5), GpioEdges.Both)], "test");
}
