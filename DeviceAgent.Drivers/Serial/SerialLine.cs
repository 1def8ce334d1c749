using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using DeviceAgent.Drivers.Interop;
using Microsoft.Win32.SafeHandles;

namespace DeviceAgent.Drivers.Serial;

/// <summary>An open serial port (UART, USB-serial, CDC-ACM, pseudo-terminal) in raw mode, held exclusively.</summary>
/// <remarks>
/// Source: man 2 ioctl_tty, man 3 termios, asm-generic/termbits.h (termios2).
/// Owns the port and one thread that sleeps in poll without a tick; disposing closes both, drops what the kernel still holds
/// (TCIOFLUSH), completes a pending read and write with <see cref="ObjectDisposedException"/>, and never waits for the device.
/// One reader and one writer at a time; they may be different callers.
/// A cancelled read takes nothing: the bytes stay for the next one. A cancelled or failed write may have sent a part: see <see cref="BytesWritten"/>.
/// A line that went away (hang-up, EIO, end of file, a stalled write) stays lost: reads first give what had arrived,
/// then throw <see cref="DeviceLostException"/>; writes throw it at once; <see cref="Lost"/> completes even when nobody reads.
/// </remarks>
[SuppressMessage("Naming", "CA1710", Justification = "The field calls it a line; that it is a stream is how it is used.")]
public sealed partial class SerialLine : Stream, ICountsBytesWritten
{
    /// <summary>Bounds the time that one system call is made with the lock held.</summary>
    private const int MaxBytesPerWrite = 4096;

    private readonly SafeFileHandle _port, _wake;
    // Start bit, eight data bits, stop bit: close enough for how long a queue takes.
    private const double BitsPerByte = 10;
    private readonly TimeProvider _time;
    private readonly TimeSpan _stallTimeout;
    private readonly int _baudRate;
    private readonly ITimer _stallTimer;
    private readonly ByteRing _received;
    private readonly PortOperation _read = new(), _write = new();
    private readonly TaskCompletionSource<DeviceLoss> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _poller;

    // Guards everything below, the ring and the operations. Held over non-blocking system calls only.
    private readonly Lock _gate = new();
    private Memory<byte> _readInto;
    private ReadOnlyMemory<byte> _writeFrom;
    private long _lastProgress, _bytesWritten, _pollReturns;
    private PollEvents _polledFor;
    private bool _isReceivingPaused, _isDisposed, _isClosed;
    private (DeviceLoss Loss, int Errno)? _loss;

    private SerialLine(string path, SafeFileHandle port, SafeFileHandle wake, SerialLineOptions options, TimeProvider time)
    {
        Path = path;
        _port = port;
        _wake = wake;
        _time = time;
        _stallTimeout = options.StallTimeout;
        _baudRate = options.BaudRate;
        _stallTimer = time.CreateTimer(static line => ((SerialLine)line!).CheckForStall(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _received = new ByteRing(options.ReceiveBufferBytes);
        _poller = new Thread(PollUntilClosed, maxStackSize: 256 * 1024) { IsBackground = true, Name = "serial " + System.IO.Path.GetFileName(path) };
        _poller.UnsafeStart();
    }

    /// <summary>The path that the line was opened by.</summary>
    public string Path { get; }

    /// <summary>Completes when the device is gone, with the reason, also when nobody reads or writes; cancelled when the line is disposed first.</summary>
    /// <remarks>The port is closed by then: it can be opened again at once.</remarks>
    public Task<DeviceLoss> Lost => _lost.Task;

    /// <inheritdoc/>
    public long BytesWritten => Interlocked.Read(ref _bytesWritten);

    /// <summary>Bytes that the kernel has taken and not yet put on the wire (TIOCOUTQ). 0 on a pseudo-terminal and where a driver does not count.</summary>
    /// <exception cref="DeviceLostException">The device is gone.</exception>
    public int OutputQueueBytes
    {
        get
        {
            lock (_gate)
            {
                ThrowIfGone();
                var bytes = 0;
                if (Libc.Ioctl(_port, Libc.TIOCOUTQ, ref bytes) >= 0) return bytes;
                Lose(DeviceLoss.Unplugged, Marshal.GetLastPInvokeError());
                throw Gone();
            }
        }
    }

    /// <summary>How often the poll thread woke up. An idle line does not.</summary>
    internal long PollReturns => Interlocked.Read(ref _pollReturns);

    /// <summary>Bytes that wait for a reader.</summary>
    internal int ReceivedBytes
    {
        get
        {
            lock (_gate) return _received.Count;
        }
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <summary>Waits for at least one byte and gives what is there; an empty buffer waits until there is something. Never 0 otherwise.</summary>
    /// <exception cref="DeviceLostException">The device is gone, and everything that it had sent was read.</exception>
    /// <exception cref="ObjectDisposedException">The line was closed, before or meanwhile.</exception>
    /// <exception cref="InvalidOperationException">Another read is pending.</exception>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<int>(cancellationToken);
        lock (_gate)
        {
            if (_read.IsInUse) throw new InvalidOperationException("One reader at a time.");
            if (_received.Count > 0 && !_isDisposed) return new(TakeReceived(buffer.Span));
            if (IsGone) return ValueTask.FromException<int>(Gone());
            _readInto = buffer;
            _read.Begin();
        }
        _read.CancelWith(static (line, token) => ((SerialLine)line!).Cancel(((SerialLine)line)._read, token), this, cancellationToken);
        return _read.AsValueTaskOfCount();
    }

    /// <summary>Completes when the port has taken all bytes; that is not yet the wire, see <see cref="OutputQueueBytes"/>.</summary>
    /// <exception cref="DeviceLostException">The device is gone; <see cref="DeviceLoss.Stalled"/>: it took no byte for the configured time.</exception>
    /// <exception cref="ObjectDisposedException">The line was closed, before or meanwhile.</exception>
    /// <exception cref="InvalidOperationException">Another write is pending.</exception>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
        lock (_gate)
        {
            if (_write.IsInUse) throw new InvalidOperationException("One writer at a time.");
            if (IsGone) return ValueTask.FromException(Gone());
            _writeFrom = buffer;
            var isDone = SendSome();
            if (isDone || IsGone) _writeFrom = default;
            if (IsGone) return ValueTask.FromException(Gone());
            if (isDone) return default;
            _write.Begin();
            _lastProgress = _time.GetTimestamp();
            _stallTimer.Change(_stallTimeout, Timeout.InfiniteTimeSpan);
            WakeFor(PollEvents.Out);
        }
        _write.CancelWith(static (line, token) => ((SerialLine)line!).Cancel(((SerialLine)line)._write, token), this, cancellationToken);
        return _write.AsValueTask();
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc cref="ReadAsync(Memory{byte}, CancellationToken)"/>
    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    /// <inheritdoc cref="WriteAsync(ReadOnlyMemory{byte}, CancellationToken)"/>
    public override void Write(byte[] buffer, int offset, int count) =>
        WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    /// <summary>Does nothing: a completed write is with the kernel already. See <see cref="FlushAsync"/>.</summary>
    public override void Flush() { }

    /// <summary>Waits until the kernel has put everything on the wire, for as long as that takes at this baud rate; at most the stall time-out.</summary>
    /// <remarks>No driver tells when its queue is empty but by blocking a thread (tcdrain); the queue's length and the rate tell when to look again.</remarks>
    /// <exception cref="DeviceLostException">The device is gone, or its queue does not empty (<see cref="DeviceLoss.Stalled"/>).</exception>
    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        var begun = _time.GetTimestamp();
        while (OutputQueueBytes is > 0 and var waiting)
        {
            if (_time.GetElapsedTime(begun) > _stallTimeout) throw new DeviceLostException(Path, DeviceLoss.Stalled, 0);
            await Task.Delay(TimeSpan.FromSeconds(Math.Max(waiting * BitsPerByte / _baudRate, 0.001)), _time, cancellationToken);
        }
    }

    /// <summary>Not supported: a line has no length.</summary>
    public override long Length => throw new NotSupportedException();

    /// <summary>Not supported: a line has no position.</summary>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Not supported: a line has no position.</summary>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <summary>Not supported: a line has no length.</summary>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Closes the line without blocking the caller; the port can be opened again when the task has completed.</summary>
    public override async ValueTask DisposeAsync()
    {
        RequestClose();
        await _closed.Task;
        await base.DisposeAsync();
    }

    /// <summary>Closes the line; the port can be opened again when the call returns.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            RequestClose();
            _poller.Join();
        }
        base.Dispose(disposing);
    }

    private void RequestClose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            Wake();
        }
    }

    private bool IsGone => _isDisposed || _loss is not null;

    private void ThrowIfGone()
    {
        if (IsGone) throw Gone();
    }

    private Exception Gone() => _isDisposed || _loss is not var (loss, errno)
        ? new ObjectDisposedException(nameof(SerialLine))
        : new DeviceLostException(Path, loss, errno);
}
