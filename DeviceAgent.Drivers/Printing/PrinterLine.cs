using System.Text;
using System.Threading.Channels;

namespace DeviceAgent.Drivers.Printing;

/// <summary>A reply as it waits to be taken; the text is set for replies of kind Text.</summary>
internal readonly record struct IncomingReply(PrinterReply Reply, string? Text);

/// <summary>The port of one printer: a single reader that parses replies into a bounded queue, and counted writes with a time limit.</summary>
/// <remarks>
/// Owns the port. The reader knows XOFF at once, also while nobody takes replies. When the queue is full the oldest reply goes:
/// a lost echo means Unknown, never a wrong outcome.
/// A line that is lost stays lost: replies that came before can still be taken, then every call throws <see cref="DeviceLostException"/>.
/// </remarks>
internal sealed class PrinterLine : IAsyncDisposable
{
    private const int MaxWaitingReplies = 256;

    // A reply that stands half read for so long was cut short: it must not swallow the next one.
    private static readonly TimeSpan MidReplySilence = TimeSpan.FromSeconds(1);

    private readonly Stream _port;
    private readonly ICountsBytesWritten? _counter;
    private readonly string _path;
    private readonly bool _xonXoff;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _closed = new();
    private readonly TaskCompletionSource<DeviceLostException> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<IncomingReply> _replies = Channel.CreateBounded<IncomingReply>(
        new BoundedChannelOptions(MaxWaitingReplies) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true, SingleWriter = true });
    private readonly Task _reading;
    private readonly Action<uint> _onAutomaticStatus;
    private readonly bool _kioskForms;
    private volatile bool _stopped, _queuesAutomaticStatus;
    private long _assumedTaken;

    /// <param name="onAutomaticStatus">Called by the reader, where the line was made, for each automatic status.</param>
    public PrinterLine(Stream port, EscPosPrinterOptions options, TimeProvider time, Action<uint> onAutomaticStatus)
    {
        _onAutomaticStatus = onAutomaticStatus;
        _kioskForms = options.StatusForm == PrinterStatusForm.Kiosk;
        _port = port;
        _counter = port as ICountsBytesWritten;
        _path = options.Path;
        _xonXoff = options.FlowControl == PrinterFlowControl.XonXoff;
        _time = time;
        _reading = ReadAsync();
    }

    /// <summary>The printer has said XOFF and not yet XON.</summary>
    public bool IsStopped => _xonXoff && _stopped;

    /// <summary>Bytes that the port has taken; where it cannot tell, all bytes of every write that was begun.</summary>
    public long BytesTaken => _counter?.BytesWritten ?? _assumedTaken;

    /// <summary>Completes when the device is gone; cancelled when the line was closed instead.</summary>
    public Task<DeviceLostException> Lost => _lost.Task;

    /// <summary>Automatic statuses wait among the replies, too; else they are only told, so that they never push out an echo that nobody has taken yet.</summary>
    public bool QueuesAutomaticStatus
    {
        get => _queuesAutomaticStatus;
        set => _queuesAutomaticStatus = value;
    }

    /// <summary>The printer has forgotten its XOFF: it was off, or its buffer was cleared.</summary>
    public void ForgetStop() => _stopped = false;

    public bool TryTake(out IncomingReply reply) => _replies.Reader.TryRead(out reply);

    /// <returns>The next reply; null when none came in time.</returns>
    public async ValueTask<IncomingReply?> NextAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (TryTake(out var reply)) return reply;
        if (timeout <= TimeSpan.Zero) return null;
        using var limit = new CancellationTokenSource(timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            if (await _replies.Reader.WaitToReadAsync(either.Token) && TryTake(out reply)) return reply;
            throw new ObjectDisposedException(nameof(EscPosPrinter));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <returns>False when the port did not take everything in time; how much it took is counted all the same.</returns>
    public async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> bytes, TimeSpan timeout, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfLost();
        if (timeout <= TimeSpan.Zero) return false;
        using var limit = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _closed.Token, cancellationToken);
        // Counted before: what a write that fails has sent is not known.
        _assumedTaken += bytes.Length;
        try
        {
            var writing = _port.WriteAsync(bytes, either.Token);
            // A timer wakes a thread even when it never fires, and most writes are done at once.
            if (!writing.IsCompleted || _xonXoff) limit.CancelAfter(timeout);
            await writing;
            // With XON/XOFF a byte counts as gone only when it has left: the reserve of the printer's buffer is that small.
            if (_xonXoff) await _port.FlushAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ThrowIfLost();
            return false;
        }
        catch (IOException e)
        {
            throw Lose(e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _lost.TrySetCanceled();
        _closed.Cancel();
        await _port.DisposeAsync();
        await _reading;
        _closed.Dispose();
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[256];
        var parser = new PrinterReplyParser(_kioskForms);
        var lastRead = _time.GetTimestamp();
        try
        {
            while (await _port.ReadAsync(buffer, _closed.Token) is > 0 and var read)
            {
                var now = _time.GetTimestamp();
                if (_time.GetElapsedTime(lastRead, now) >= MidReplySilence) parser.Reset();
                lastRead = now;
                for (var i = 0; i < read; i++)
                    if (parser.Push(buffer[i], out var reply)) Publish(reply, parser);
            }
            Lose(new DeviceLostException(_path, DeviceLoss.Unplugged, 0));
        }
        catch (IOException e)
        {
            Lose(e);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            _replies.Writer.TryComplete();
        }
    }

    private void Publish(in PrinterReply reply, PrinterReplyParser parser)
    {
        if (reply.Kind is PrinterReplyKind.Xon or PrinterReplyKind.Xoff) _stopped = reply.Kind == PrinterReplyKind.Xoff;
        if (reply.Kind == PrinterReplyKind.AutomaticStatus)
        {
            _onAutomaticStatus(reply.Status);
            if (!_queuesAutomaticStatus) return;
        }
        _replies.Writer.TryWrite(new(reply, reply.Kind == PrinterReplyKind.Text ? Encoding.ASCII.GetString(parser.Text) : null));
    }

    private DeviceLostException Lose(IOException cause)
    {
        var loss = cause as DeviceLostException ?? new DeviceLostException(_path, DeviceLoss.Unplugged, 0);
        _lost.TrySetResult(loss);
        _replies.Writer.TryComplete(loss);
        _closed.Cancel();
        return loss;
    }

    private void ThrowIfLost()
    {
        ObjectDisposedException.ThrowIf(_lost.Task.IsCanceled, typeof(EscPosPrinter));
        if (_lost.Task.IsCompleted) throw _lost.Task.Result;
    }
}
