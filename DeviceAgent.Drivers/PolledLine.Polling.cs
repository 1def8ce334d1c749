using System.Runtime.InteropServices;
using DeviceAgent.Drivers.Interop;

namespace DeviceAgent.Drivers;

public abstract partial class PolledLine
{
    private const PollEvents GoneEvents = PollEvents.HangUp | PollEvents.Error | PollEvents.Invalid;

    /// <summary>The thread's life. The descriptors are closed at its end and nowhere else, so that poll never meets a closed one.</summary>
    private void PollUntilClosed()
    {
        Span<PollFd> fds =
        [
            new PollFd { Fd = (int)_port.DangerousGetHandle() },
            new PollFd { Fd = (int)_wake.DangerousGetHandle(), Events = PollEvents.In },
        ];
        while (true)
        {
            lock (_gate)
            {
                if (IsGone) break;
                _polledFor = (_isReceivingPaused ? PollEvents.None : PollEvents.In) | (_write.IsPending ? PollEvents.Out : PollEvents.None);
                fds[0].Events = _polledFor;
            }
            var ready = Libc.Poll(fds, timeoutMilliseconds: -1);
            var errno = ready < 0 ? Marshal.GetLastPInvokeError() : 0;
            Interlocked.Increment(ref _pollReturns);
            lock (_gate)
            {
                _polledFor = PollEvents.In | PollEvents.Out; // awake: nobody needs to wake it
                if (ready < 0)
                {
                    if (errno != Errno.EINTR) Lose(DeviceLoss.Unplugged, errno);
                    continue;
                }
                if (fds[1].Returned != PollEvents.None) ForgetWakes();
                if (!_isDisposed) Serve(fds[0].Returned);
            }
        }
        ClosePort();
    }

    private void Serve(PollEvents events)
    {
        var isGone = (events & GoneEvents) != 0;
        if ((events & PollEvents.In) != 0)
        {
            // After a hang-up there is no next time: take what is left.
            while (Receive() && isGone) { }
        }
        if (_received.Count > 0 && _read.IsPending)
        {
            _read.IsPending = false;
            var count = TakeReceived(_readInto.Span);
            _readInto = default;
            _read.Complete(count);
        }
        if ((events & PollEvents.Out) != 0 && _write.IsPending && SendSome())
        {
            EndWrite();
            _write.Complete(0);
        }
        if (isGone) Lose(DeviceLoss.Unplugged, errno: 0);
    }

    /// <returns>Bytes came.</returns>
    private bool Receive()
    {
        if (_received.Free < Math.Max(1, _record?.Length ?? 0)) return false;
        var count = _record is null ? Libc.Read(_port, _received.Room()) : Libc.Read(_port, _record);
        if (count > 0)
        {
            if (_record is null) _received.Added(count);
            else AddRecord(_record, count);
            _isReceivingPaused = _received.Free < Math.Max(1, _record?.Length ?? 0);
            return true;
        }
        if (count == 0) Lose(DeviceLoss.Unplugged, errno: 0);
        else if (Marshal.GetLastPInvokeError() is var errno and not (Errno.EAGAIN or Errno.EINTR)) Lose(DeviceLoss.Unplugged, errno);
        return false;
    }

    private void AddRecord(Span<byte> record, int count)
    {
        record[count..].Clear();
        _received.Add(record);
        // It may be what a card or a key told.
        record.Clear();
    }

    private int TakeReceived(Span<byte> destination)
    {
        var count = _received.Take(destination);
        // Not at the first free byte: a reader that takes single bytes would wake the thread for each.
        if (_isReceivingPaused && _received.IsHalfFree)
        {
            _isReceivingPaused = false;
            WakeFor(PollEvents.In);
        }
        return count;
    }

    /// <returns>All of <see cref="_writeFrom"/> is with the kernel.</returns>
    private bool SendSome()
    {
        while (!_writeFrom.IsEmpty)
        {
            var count = Libc.Write(_port, _writeFrom.Span[..Math.Min(_writeFrom.Length, MaxBytesPerWrite)]);
            if (count > 0)
            {
                _writeFrom = _writeFrom[count..];
                Interlocked.Add(ref _bytesWritten, count);
                _lastProgress = _time.GetTimestamp();
                return _writeFrom.IsEmpty;
            }
            if (count == 0) return false;
            var errno = Marshal.GetLastPInvokeError();
            if (errno == Errno.EINTR) continue;
            if (errno != Errno.EAGAIN) Lose(DeviceLoss.Unplugged, errno);
            return false;
        }
        return true;
    }

    private void CheckForStall()
    {
        lock (_gate)
        {
            if (!_write.IsPending) return;
            var left = _stallTimeout - _time.GetElapsedTime(_lastProgress);
            if (left <= TimeSpan.Zero) Lose(DeviceLoss.Stalled, errno: 0);
            else _stallTimer.Change(left + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        }
    }

    private void Cancel(PortOperation operation, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!operation.IsPending) return;
            if (operation == _write) EndWrite();
            else EndRead();
            operation.Complete(new OperationCanceledException(cancellationToken));
        }
    }

    private void EndRead()
    {
        _read.IsPending = false;
        _readInto = default;
    }

    private void EndWrite()
    {
        _write.IsPending = false;
        _writeFrom = default;
        _stallTimer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The first reason stands. The poll thread does the rest.</summary>
    private void Lose(DeviceLoss loss, int errno)
    {
        _loss ??= (loss, errno);
        Wake();
    }

    private void WakeFor(PollEvents events)
    {
        if ((events & ~_polledFor) != 0) Wake();
    }

    private void Wake()
    {
        if (!_isClosed) _ = Libc.Write(_wake, [1, 0, 0, 0, 0, 0, 0, 0]); // fails only when it is 2^64 - 1 already: awake
    }

    private void ForgetWakes()
    {
        Span<byte> counter = stackalloc byte[8];
        _ = Libc.Read(_wake, counter);
    }

    private void ClosePort()
    {
        DeviceLoss? loss;
        lock (_gate)
        {
            loss = _isDisposed ? null : _loss?.Loss;
            if (_read.IsPending)
            {
                EndRead();
                _read.Complete(Gone());
            }
            if (_write.IsPending)
            {
                EndWrite();
                _write.Complete(Gone());
            }
            _isClosed = true;
        }
        _stallTimer.Dispose();
        BeforeClose(_port);
        _port.Dispose();
        _wake.Dispose();
        if (loss is { } reason) _lost.SetResult(reason);
        else _lost.SetCanceled();
        _closed.SetResult();
    }
}
