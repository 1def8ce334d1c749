using System.Diagnostics.CodeAnalysis;
using System.IO.Ports;

namespace DeviceAgent.Drivers.Serial.DotNetIot;

/// <summary>An open serial port through System.IO.Ports, used as a <see cref="SerialLine"/>; only in a build with -p:WithDotNetIot=true.</summary>
/// <remarks>
/// Source: github.com/dotnet/runtime, src/libraries/System.IO.Ports. Owns the port. One reader and one writer at a time.
/// One read is always under way in the package, and its bytes are kept here: so a cancelled read takes nothing, and a port that is gone is noticed
/// as soon as the package's read says so. What it cannot do, where <see cref="SerialLine"/> can: docs/optional-builds.md.
/// </remarks>
[SuppressMessage("Naming", "CA1710", Justification = "The field calls it a line; that it is a stream is how it is used.")]
public sealed class PortsLine : SequentialStream, ICountsBytesWritten
{
    private readonly SerialPort _port;
    private readonly TimeProvider _time;
    private readonly TimeSpan _stallTimeout;
    private readonly ByteRing _received;
    private readonly CancellationTokenSource _ends = new();
    private readonly TaskCompletionSource<DeviceLoss> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _arrived = new(0, 1), _room = new(0, 1);
    private readonly Lock _gate = new();
    private readonly Task _reading;
    private DeviceLoss? _loss;
    private long _bytesWritten;
    private int _disposed;

    private PortsLine(string path, SerialPort port, SerialLineOptions options, TimeProvider time)
    {
        (Path, _port, _time, _stallTimeout) = (path, port, time, options.StallTimeout);
        _received = new(options.ReceiveBufferBytes);
        _reading = Task.Run(ReadUntilLostAsync);
    }

    /// <summary>The path that the line was opened by.</summary>
    public string Path { get; }

    /// <summary>Completes when the package says that the device is gone; cancelled when the line is disposed first.</summary>
    public Task<DeviceLoss> Lost => _lost.Task;

    /// <inheritdoc/>
    public long BytesWritten => Interlocked.Read(ref _bytesWritten);

    /// <summary>Opens a port in raw mode.</summary>
    /// <exception cref="DeviceLostException">It is not there, is in use, or may not be used.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static PortsLine Open(string path, SerialLineOptions options, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        string[] mistakes = [.. options.Validate(nameof(options))];
        if (mistakes.Length > 0) throw new ArgumentException(string.Join("; ", mistakes), nameof(options));
        var parity = options.Parity switch { Parity.Odd => System.IO.Ports.Parity.Odd, Parity.Even => System.IO.Ports.Parity.Even, _ => System.IO.Ports.Parity.None };
        var port = new SerialPort(path, options.BaudRate, parity, options.DataBits, options.StopBits == 2 ? StopBits.Two : StopBits.One);
        try
        {
            port.Open();
            return new(path, port, options, time ?? TimeProvider.System);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            port.Dispose();
            throw new DeviceLostException(path, !File.Exists(path) ? DeviceLoss.Unplugged : e is UnauthorizedAccessException ? DeviceLoss.Denied : DeviceLoss.Busy, 0);
        }
    }

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <summary>Waits for at least one byte and gives what is there. Never 0, but for an empty buffer.</summary>
    /// <exception cref="DeviceLostException">The device is gone, and everything that it had sent was read.</exception>
    /// <exception cref="ObjectDisposedException">The line was closed, before or meanwhile.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_disposed != 0, this);
                if (_received.Count > 0)
                {
                    var taken = _received.Take(buffer.Span);
                    Signal(_room);
                    return taken;
                }
                if (_loss is { } loss) throw new DeviceLostException(Path, loss, 0);
            }
            await _arrived.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Completes when the package has written all bytes.</summary>
    /// <exception cref="DeviceLostException">The device is gone; <see cref="DeviceLoss.Stalled"/>: it did not take them for the configured time.</exception>
    /// <exception cref="ObjectDisposedException">The line was closed, before or meanwhile.</exception>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        if (_loss is { } loss) throw new DeviceLostException(Path, loss, 0);
        using var late = new CancellationTokenSource(_stallTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _ends.Token, cancellationToken);
        try
        {
            await _port.BaseStream.WriteAsync(buffer, either.Token).AsTask().WaitAsync(either.Token);
            Interlocked.Add(ref _bytesWritten, buffer.Length);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            ObjectDisposedException.ThrowIf(_disposed != 0, this);
            Lose(DeviceLoss.Stalled);
            throw new DeviceLostException(Path, DeviceLoss.Stalled, 0);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            Lose(DeviceLoss.Unplugged);
            throw new DeviceLostException(Path, DeviceLoss.Unplugged, 0);
        }
    }

    /// <summary>Closes the line without blocking the caller: the package's close may wait for the device.</summary>
    public override async ValueTask DisposeAsync()
    {
        if (Begin())
        {
            await Task.Run(_port.Dispose);
            await _reading;
        }
        await base.DisposeAsync();
    }

    /// <summary>Closes the line.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing && Begin()) _port.Dispose();
        base.Dispose(disposing);
    }

    private bool Begin()
    {
        lock (_gate)
        {
            if (_disposed != 0) return false;
            _disposed = 1;
            Signal(_arrived);
            Signal(_room);
        }
        _ends.Cancel();
        _lost.TrySetCanceled();
        return true;
    }

    private async Task ReadUntilLostAsync()
    {
        var block = new byte[1024];
        try
        {
            while (!_ends.IsCancellationRequested)
            {
                var read = await _port.BaseStream.ReadAsync(block, _ends.Token);
                if (read == 0) break;
                for (var kept = 0; kept < read;)
                {
                    lock (_gate)
                    {
                        var room = _received.Room();
                        var part = Math.Min(room.Length, read - kept);
                        block.AsSpan(kept, part).CopyTo(room);
                        _received.Added(part);
                        kept += part;
                        Signal(_arrived);
                    }
                    if (kept < read) await _room.WaitAsync(_ends.Token);
                }
            }
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or OperationCanceledException or UnauthorizedAccessException)
        {
            // Gone, or closed by us.
        }
        if (_disposed == 0) Lose(DeviceLoss.Unplugged);
    }

    private void Lose(DeviceLoss loss)
    {
        lock (_gate)
        {
            _loss ??= loss;
            Signal(_arrived);
        }
        _lost.TrySetResult(loss);
    }

    private static void Signal(SemaphoreSlim one)
    {
        if (one.CurrentCount == 0) one.Release();
    }
}
