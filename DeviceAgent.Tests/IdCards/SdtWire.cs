using DeviceAgent.Drivers;
using DeviceAgent.Simulator.IdCards;

namespace DeviceAgent.Tests.IdCards;

/// <summary>A cable to a simulated reader that takes no time and needs no thread: for virtual time.</summary>
internal sealed class SdtWire : Stream
{
    private readonly SimulatedSdtReader _reader;
    private readonly Queue<byte> _said = new();
    private TaskCompletionSource? _heard;
    private bool _isCut, _isClosed;

    public SdtWire(SimulatedSdtReader reader)
    {
        _reader = reader;
        reader.Attach(Say);
    }

    public bool IsClosed => _isClosed;

    /// <summary>The cable is pulled.</summary>
    public void Cut()
    {
        _isCut = true;
        _heard?.TrySetResult();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_said.Count == 0)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            if (_isCut) throw Lost();
            await (_heard = new()).Task;
        }
        var count = 0;
        while (count < buffer.Length && _said.TryDequeue(out var b)) buffer.Span[count++] = b;
        return count;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_isCut) return ValueTask.FromException(Lost());
        _reader.Take(buffer.Span);
        return default;
    }

    protected override void Dispose(bool disposing)
    {
        _isClosed = true;
        _heard?.TrySetResult();
        base.Dispose(disposing);
    }

    private static DeviceLostException Lost() => new("wire", DeviceLoss.Unplugged, 5);

    /// <summary>The reader says this.</summary>
    public void Say(byte[] bytes)
    {
        foreach (var b in bytes) _said.Enqueue(b);
        _heard?.TrySetResult();
    }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Flush() { }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
