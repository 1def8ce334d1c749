using System.Threading.Channels;

namespace DeviceAgent.Drivers.Scanning;

/// <summary>Codes that came in packets and wait for their reader: at most 16, then the oldest is dropped. Any thread.</summary>
internal sealed class PacketCodes(LineScannerOptions framing)
{
    private const int MaxWaiting = 16;

    private readonly Channel<ScannedCode> _waiting = Channel.CreateBounded<ScannedCode>(new BoundedChannelOptions(MaxWaiting)
    {
        FullMode = BoundedChannelFullMode.DropOldest,
    });
    // A packet is the whole code: nothing within it is a suffix.
    private readonly ScanLineParser _judge = new(framing with { Suffix = ScanSuffix.IdleGap });

    /// <param name="data">The whole code; what a scanner was set to put behind it (CR, LF, TAB) is passed over.</param>
    /// <param name="aim">Where the packet tells it.</param>
    public void Add(ReadOnlySpan<byte> data, string? aim, long arrived)
    {
        data = data.TrimEnd("\r\n\t"u8);
        if (data.IsEmpty) return;
        _judge.TryRead(ref data, out _);
        if (!_judge.TryEndLine(out var line)) return;
        var ownAim = line.AimIdentifier.IsEmpty ? null : System.Text.Encoding.ASCII.GetString(line.AimIdentifier);
        var text = System.Text.Encoding.UTF8.GetString(line.Text);
        _waiting.Writer.TryWrite(new(text, line.Fault == ScanFault.None ? ownAim ?? aim : null, arrived, line.Fault));
    }

    public void Add(ScanFault fault, long arrived) => _waiting.Writer.TryWrite(new("", null, arrived, fault));

    /// <summary>What had come is still read, then this is thrown.</summary>
    public void End(Exception end) => _waiting.Writer.TryComplete(end);

    public async ValueTask<ScannedCode> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_waiting.Reader.TryRead(out var code)) return code;
            await _waiting.Reader.WaitToReadAsync(cancellationToken);
        }
    }
}
