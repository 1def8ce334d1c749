using System.Text;
using DeviceAgent.Devices;
using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Scanning;

namespace DeviceAgent.Tests.Simulation;

/// <summary>The scanner's cable: bytes that are put in from outside of the agent's loop.</summary>
internal sealed class WorldScanner(AgentRun run) : IScannerPort
{
    private Action<byte[]>? _put;
    private Action<Exception>? _end;

    public string Path => "/dev/serial/by-id/scanner";

    public bool IsPlugged { get; set; } = true;

    /// <summary>What the scanner was told last; null while it is not attached.</summary>
    public bool? IsWindowOpen { get; private set; }

    public ValueTask<ICodeReader> OpenAsync(CancellationToken cancellationToken)
    {
        if (!IsPlugged) throw new DeviceLostException(Path, DeviceLoss.Unplugged, 2);
        var stream = new ByteStream();
        (_put, _end) = (stream.Put, stream.End);
        IsWindowOpen = false;
        return new(new Reader(new LineScanner(stream, new(), run.Clock), this));
    }

    public void Read(string code) => _put?.Invoke(Encoding.UTF8.GetBytes(code + "\r"));

    public void Unplug()
    {
        IsPlugged = false;
        _end?.Invoke(new DeviceLostException(Path, DeviceLoss.Unplugged, 5));
    }

    /// <summary>A scanner with a trigger that obeys at once.</summary>
    private sealed class Reader(LineScanner scanner, WorldScanner world) : ICodeReader
    {
        public ValueTask<ScannedCode> ReadAsync(CancellationToken cancellationToken) => scanner.ReadAsync(cancellationToken);

        public ValueTask<TriggerFault> OpenWindowAsync(CancellationToken cancellationToken) => Set(true);

        public ValueTask<TriggerFault> CloseWindowAsync(CancellationToken cancellationToken) => Set(false);

        public ValueTask DisposeAsync()
        {
            world.IsWindowOpen = null;
            return scanner.DisposeAsync();
        }

        private ValueTask<TriggerFault> Set(bool isOpen)
        {
            world.IsWindowOpen = isOpen;
            return new(TriggerFault.None);
        }
    }

    private sealed class ByteStream : Stream
    {
        private readonly Queue<byte> _bytes = new();
        private (TaskCompletionSource<int> Read, Memory<byte> Into)? _waiting;
        private Exception? _end;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public void Put(byte[] bytes)
        {
            foreach (var b in bytes) _bytes.Enqueue(b);
            if (_waiting is not { } waiting) return;
            _waiting = null;
            waiting.Read.SetResult(Take(waiting.Into));
        }

        public void End(Exception end)
        {
            _end ??= end;
            var waiting = _waiting;
            _waiting = null;
            waiting?.Read.SetException(end);
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_end is { } end) return ValueTask.FromException<int>(end);
            if (_bytes.Count > 0) return new(Take(buffer));
            var read = new TaskCompletionSource<int>();
            _waiting = (read, buffer);
            return new(read.Task);
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() { }

        protected override void Dispose(bool disposing)
        {
            if (disposing) End(new ObjectDisposedException(nameof(ByteStream)));
            base.Dispose(disposing);
        }

        private int Take(Memory<byte> into)
        {
            var count = Math.Min(into.Length, _bytes.Count);
            for (var i = 0; i < count; i++) into.Span[i] = _bytes.Dequeue();
            return count;
        }
    }
}
