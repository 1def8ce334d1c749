using System.Text;
using System.Threading.Channels;
using DeviceAgent.Drivers;
using DeviceAgent.Tests.Simulation;

namespace DeviceAgent.Tests.Printing;

/// <summary>The other end of the line, in memory: obeys what the driver's tests need, and breaks when it is told to.</summary>
internal class FakePrinter(VirtualTime time) : Stream
{
    private readonly Channel<byte[]> _replies = Channel.CreateUnbounded<byte[]>();
    private readonly List<byte> _buffer = [];
    private ReadOnlyMemory<byte> _unread;
    private bool _printing, _tells;

    /// <summary>Answers to DLE EOT 1-4; null is silence.</summary>
    public byte?[] Status { get; } = [0x12, 0x12, 0x12, 0x12];
    public bool Echoes { get; set; } = true;
    /// <summary>Stands still: what is in the buffer waits.</summary>
    public bool Holds { get; set; }
    /// <summary>From the process-id request to its echo.</summary>
    public TimeSpan PrintTime { get; set; }
    public Dictionary<int, string> Texts { get; } = new() { [65] = "1.07", [66] = "ACME", [67] = "K80", [68] = "SN0001", [69] = "CHINA GB18030" };
    public Dictionary<int, string> Counters { get; } = new() { [178] = "1200", [50] = "7" };
    /// <summary>Answers GS a, and from then on tells what <see cref="Tell"/> changes.</summary>
    public bool TellsChanges { get; set; }

    /// <summary>DLE ENQ 1 came so often.</summary>
    public int Resumed { get; private set; }

    /// <summary>Sent before every reply.</summary>
    public byte[] JunkBeforeReplies { get; set; } = [];
    /// <summary>The cable is pulled when so many bytes were taken.</summary>
    public long FailsAfter { get; set; } = long.MaxValue;
    /// <summary>The port blocks when so many bytes were taken.</summary>
    public long BlocksAfter { get; set; } = long.MaxValue;
    public Action<FakePrinter>? AfterWrite { get; set; }
    public List<byte> Taken { get; } = [];
    public List<int> WriteSizes { get; } = [];
    public int QuestionsAsked { get; private set; }

    public void Say(params byte[] bytes) => _replies.Writer.TryWrite(bytes);

    public void SayEcho(string id) => Say([0x37, 0x22, .. Encoding.ASCII.GetBytes(id), 0]);

    /// <summary>Changes one answer of DLE EOT, and says so.</summary>
    public void Tell(int question, byte answer)
    {
        Status[question] = answer;
        if (_tells) SayAutomatic();
    }

    public void PullTheCable() => _replies.Writer.TryComplete();

    public void PullTheCable(IOException how) => _replies.Writer.TryComplete(how);

    /// <summary>Paper is in again, the cover shut: what waits is printed.</summary>
    public void Resume()
    {
        Holds = false;
        Work();
    }

    public void In(TimeSpan delay, Action action)
    {
        ITimer? timer = null;
        timer = time.CreateTimer(_ =>
        {
            timer?.Dispose();
            action();
        }, null, delay, Timeout.InfiniteTimeSpan);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_unread.IsEmpty)
        {
            if (!await _replies.Reader.WaitToReadAsync(cancellationToken)) return 0;
            Assert.True(_replies.Reader.TryRead(out var next));
            _unread = next;
        }
        var count = Math.Min(buffer.Length, _unread.Length);
        _unread[..count].CopyTo(buffer);
        _unread = _unread[count..];
        return count;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        var room = Math.Min(FailsAfter, BlocksAfter) - Taken.Count;
        var taken = buffer[..(int)Math.Clamp(room, 0, buffer.Length)].ToArray();
        Taken.AddRange(taken);
        WriteSizes.Add(buffer.Length);
        if (taken is [0x10, 0x04, >= 1 and <= 4])
        {
            QuestionsAsked++;
            if (Status[taken[2] - 1] is { } answer) Say([.. JunkBeforeReplies, answer]);
        }
        else if (taken is [0x10, 0x05, 1])
        {
            Resumed++;
        }
        else
        {
            _buffer.AddRange(taken);
            Work();
        }
        AfterWrite?.Invoke(this);
        if (taken.Length == buffer.Length) return;
        if (BlocksAfter <= FailsAfter) await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken);
        throw new IOException("The cable was pulled.");
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Work()
    {
        while (!Holds && !_printing && _buffer.Count > 0)
        {
            var bytes = _buffer.ToArray();
            var length = EscPosTokens.LengthOfFirst(bytes);
            if (length == 0 || length > bytes.Length) return;
            _buffer.RemoveRange(0, length);
            Obey(bytes.AsSpan(0, length));
        }
    }

    // GS a: cover, errors and paper of DLE EOT 2-4 in their places.
    private void SayAutomatic()
    {
        int cause = Status[1] ?? 0x12, error = Status[2] ?? 0x12, paper = Status[3] ?? 0x12;
        var offline = (cause & 0x24) != 0 || (error & 0x6C) != 0 || (paper & 0x60) != 0;
        Say((byte)(0x10 | (offline ? 0x08 : 0) | ((cause & 0x04) != 0 ? 0x20 : 0)), (byte)(error & 0x6C),
            (byte)(((paper & 0x0C) != 0 ? 0x03 : 0) | ((paper & 0x60) != 0 ? 0x0C : 0)), 0);
    }

    private void Obey(ReadOnlySpan<byte> command)
    {
        switch (command)
        {
            case [0x1D, 0x61, not 0] when TellsChanges:
                _tells = true;
                SayAutomatic();
                break;
            case [0x1D, 0x49, var n] when Texts.TryGetValue(n, out var text):
                Say([.. JunkBeforeReplies, 0x5F, .. Encoding.ASCII.GetBytes(text), 0]);
                break;
            case [0x1D, 0x67, 0x32, 0, var n, 0] when Counters.TryGetValue(n, out var count):
                Say([.. JunkBeforeReplies, 0x5F, .. Encoding.ASCII.GetBytes(count), 0]);
                break;
            case [0x1D, 0x28, 0x48, 6, 0, 0x30, 0x30, _, _, _, _] when Echoes:
                Echo(Encoding.ASCII.GetString(command[7..]));
                break;
        }
    }

    private void Echo(string id)
    {
        if (PrintTime == TimeSpan.Zero)
        {
            Say([.. JunkBeforeReplies, 0x37, 0x22, .. Encoding.ASCII.GetBytes(id), 0]);
            return;
        }
        _printing = true;
        In(PrintTime, () =>
        {
            _printing = false;
            if (!Holds) SayEcho(id);
            Work();
        });
    }

    protected override void Dispose(bool disposing)
    {
        _replies.Writer.TryComplete(new ObjectDisposedException("port"));
        base.Dispose(disposing);
    }

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
    public override void Flush() { }
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
}

/// <summary>The same on a port that counts.</summary>
internal sealed class CountingFakePrinter(VirtualTime time) : FakePrinter(time), ICountsBytesWritten
{
    public long BytesWritten => Taken.Count;
}
