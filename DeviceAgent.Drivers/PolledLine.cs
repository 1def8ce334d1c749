using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using DeviceAgent.Drivers.Interop;
using Microsoft.Win32.SafeHandles;

namespace DeviceAgent.Drivers;

/// <summary>An open device that is read and written through one file descriptor: a serial line, a device file.</summary>
/// <remarks>
/// Source: man 2 poll, man 2 read, man 2 write.
/// Owns the descriptor and one thread that sleeps in poll without a tick; disposing ends both, completes a pending read and write with
/// <see cref="ObjectDisposedException"/>, and never waits for the device.
/// One reader and one writer at a time; they may be different callers.
/// A cancelled read takes nothing: the bytes stay for the next one. A cancelled or failed write may have sent a part: see <see cref="BytesWritten"/>.
/// A line that went away (hang-up, EIO, end of file, a stalled write) stays lost: reads first give what had arrived,
/// then throw <see cref="DeviceLostException"/>; writes throw it at once; <see cref="Lost"/> completes even when nobody reads.
/// </remarks>
[SuppressMessage("Naming", "CA1710", Justification = "The field calls it a line; that it is a stream is how it is used.")]
public abstract partial class PolledLine : SequentialStream, ICountsBytesWritten
{
    /// <summary>Bounds the time that one system call is made with the lock held.</summary>
    private const int MaxBytesPerWrite = 4096;

    private readonly SafeFileHandle _port, _wake;
    private readonly TimeProvider _time;
    private readonly TimeSpan _stallTimeout;
    private readonly ITimer _stallTimer;
    private readonly ByteRing _received;
    /// <summary>Null where bytes come as a stream.</summary>
    private readonly byte[]? _record;
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

    /// <param name="path">For errors.</param>
    /// <param name="port">Non-blocking; owned from now on.</param>
    /// <param name="wake">An eventfd; owned from now on.</param>
    /// <param name="limits">What is kept and for how long is waited.</param>
    /// <param name="time">For the stall time-out.</param>
    private protected PolledLine(string path, SafeFileHandle port, SafeFileHandle wake, PolledLineLimits limits, TimeProvider time)
    {
        Path = path;
        _port = port;
        _wake = wake;
        _time = time;
        _stallTimeout = limits.StallTimeout;
        _record = limits.RecordBytes > 0 ? new byte[limits.RecordBytes] : null;
        CanWrite = limits.CanWrite;
        _stallTimer = time.CreateTimer(static line => ((PolledLine)line!).CheckForStall(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _received = new ByteRing(limits.ReceiveBufferBytes);
        _poller = new Thread(PollUntilClosed, maxStackSize: 256 * 1024) { IsBackground = true, Name = limits.ThreadName + " " + System.IO.Path.GetFileName(path) };
    }

    /// <summary>The path that the line was opened by.</summary>
    public string Path { get; }

    /// <summary>Completes when the device is gone, with the reason, also when nobody reads or writes; cancelled when the line is disposed first.</summary>
    /// <remarks>The port is closed by then: it can be opened again at once.</remarks>
    public Task<DeviceLoss> Lost => _lost.Task;

    /// <inheritdoc/>
    public long BytesWritten => Interlocked.Read(ref _bytesWritten);

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
    public override bool CanWrite { get; }

    /// <summary>Waits for at least one byte and gives what is there; an empty buffer waits until there is something. Never 0 otherwise.</summary>
    /// <exception cref="DeviceLostException">The device is gone, and everything that it had sent was read.</exception>
    /// <exception cref="ObjectDisposedException">The line was closed, before or meanwhile.</exception>
    /// <exception cref="InvalidOperationException">Another read is pending.</exception>
    /// <exception cref="ArgumentException">The line has records, and the buffer holds no whole number of them.</exception>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<int>(cancellationToken);
        if (_record is not null && buffer.Length % _record.Length != 0) throw new ArgumentException($"The buffer must hold whole records of {_record.Length} bytes.", nameof(buffer));
        lock (_gate)
        {
            if (_read.IsInUse) throw new InvalidOperationException("One reader at a time.");
            if (_received.Count > 0 && !_isDisposed) return new(TakeReceived(buffer.Span));
            if (IsGone) return ValueTask.FromException<int>(Gone());
            _readInto = buffer;
            _read.Begin();
        }
        _read.CancelWith(static (line, token) => ((PolledLine)line!).Cancel(((PolledLine)line)._read, token), this, cancellationToken);
        return _read.AsValueTaskOfCount();
    }

    /// <summary>Completes when the port has taken all bytes; that is not yet the wire.</summary>
    /// <exception cref="DeviceLostException">The device is gone; <see cref="DeviceLoss.Stalled"/>: it took no byte for the configured time.</exception>
    /// <exception cref="ObjectDisposedException">The line was closed, before or meanwhile.</exception>
    /// <exception cref="InvalidOperationException">Another write is pending.</exception>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
        if (!CanWrite) throw new NotSupportedException("Opened for reading alone.");
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
        _write.CancelWith(static (line, token) => ((PolledLine)line!).Cancel(((PolledLine)line)._write, token), this, cancellationToken);
        return _write.AsValueTask();
    }

    /// <summary>Closes the line without blocking the caller; the port can be opened again when the task has completed.</summary>
    public override async ValueTask DisposeAsync()
    {
        RequestClose();
        await _closed.Task;
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
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

    private protected static IOException CannotOpen(string path, string call)
    {
        var errno = Marshal.GetLastPInvokeError();
        return errno switch
        {
            Errno.EBUSY => new DeviceLostException(path, DeviceLoss.Busy, errno),
            Errno.EACCES or Errno.EPERM => new DeviceLostException(path, DeviceLoss.Denied, errno),
            Errno.ENOENT or Errno.ENODEV or Errno.ENXIO or Errno.EIO => new DeviceLostException(path, DeviceLoss.Unplugged, errno),
            _ => new IOException($"{path}: {call} failed: {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})."),
        };
    }

    /// <summary>To be called once, when everything is set.</summary>
    private protected void Start() => _poller.UnsafeStart();

    /// <summary>The last that is done to the port, on the poll thread, before it is closed.</summary>
    private protected virtual void BeforeClose(SafeFileHandle port) { }

    /// <summary>One system call on the open port; its failure does not lose the line.</summary>
    /// <returns>What the call gave, or -errno.</returns>
    /// <exception cref="DeviceLostException">The device is gone.</exception>
    private protected int Call<T>(T argument, Func<SafeFileHandle, T, int> call)
    {
        lock (_gate)
        {
            ThrowIfGone();
            var result = call(_port, argument);
            return result < 0 ? -Marshal.GetLastPInvokeError() : result;
        }
    }

    /// <summary>A call on the port has told that the device is gone.</summary>
    private protected DeviceLostException LoseBy(int errno)
    {
        lock (_gate)
        {
            Lose(DeviceLoss.Unplugged, errno);
            return new(Path, DeviceLoss.Unplugged, errno);
        }
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
        ? new ObjectDisposedException(nameof(PolledLine))
        : new DeviceLostException(Path, loss, errno);
}

/// <summary>Bounds of a <see cref="PolledLine"/>.</summary>
/// <param name="ReceiveBufferBytes">Kept for a reader that is late.</param>
/// <param name="StallTimeout">A write of which nothing is taken for so long is given up.</param>
/// <param name="ThreadName">What the thread's name begins with.</param>
/// <param name="RecordBytes">0: bytes are a stream. Otherwise each read(2) gives one record, which is filled up with NUL to this size.</param>
/// <param name="CanWrite">False where it was opened for reading alone.</param>
internal sealed record PolledLineLimits(int ReceiveBufferBytes, TimeSpan StallTimeout, string ThreadName, int RecordBytes = 0, bool CanWrite = true);
