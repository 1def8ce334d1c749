using System.Text;

namespace DeviceAgent.Drivers.Scanning;

/// <summary>A barcode scanner that sends each code as a line: serial, USB-CDC, or anything else that is a stream.</summary>
/// <remarks>
/// Source: the set-up manuals of the field's scanners (Honeywell, Newland, Zebra, GM65 class): code, optional prefix and AIM identifier, suffix.
/// Owns the port: disposing the scanner closes it and ends a pending read. One caller at a time.
/// What is no code is a <see cref="ScanFault"/>; a pulled cable is the port's <see cref="DeviceLostException"/>.
/// Cancelling loses nothing: what has come stays for the next read, with the time when it came.
/// A scan may be personal data: this type logs nothing.
/// Over a <see cref="ScannerTrigger"/> it has a window; over any other stream the window's calls do nothing.
/// </remarks>
public sealed class LineScanner : ICodeReader
{
    private readonly Stream _port;
    private readonly TimeProvider _time;
    private readonly LineScannerOptions _options;
    private readonly TimeSpan _longestSilence;
    private readonly ScanLineParser _parser;
    private readonly byte[] _buffer = new byte[1024];
    private ReadOnlyMemory<byte> _input;
    private long _inputArrived;
    private Task<(int Count, long Arrived)>? _reading;

    /// <param name="port">Owned from now on.</param>
    /// <param name="options">Validated here.</param>
    /// <param name="time">For the gaps and time stamps; null: the system's.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public LineScanner(Stream port, LineScannerOptions options, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(port);
        ArgumentNullException.ThrowIfNull(options);
        string[] mistakes = [.. options.Validate(nameof(options))];
        if (mistakes.Length > 0) throw new ArgumentException(string.Join("; ", mistakes), nameof(options));
        _port = port;
        _options = options;
        _time = time ?? TimeProvider.System;
        _longestSilence = options.Suffix == ScanSuffix.IdleGap ? options.IdleGap : options.MaxPause;
        _parser = new ScanLineParser(options);
    }

    /// <summary>Waits for the next code, or for something that is none.</summary>
    /// <exception cref="DeviceLostException">The port is gone.</exception>
    /// <exception cref="EndOfStreamException">The port is a stream that has ended.</exception>
    public async ValueTask<ScannedCode> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryParse(out var code)) return code;
            var hasCome = await ReceiveAsync(_parser.IsInLine ? _longestSilence : Timeout.InfiniteTimeSpan, cancellationToken);
            if (!hasCome && TryEndBySilence(out code)) return code;
        }
    }

    /// <inheritdoc/>
    public TimeSpan WindowLimit => (_port as ScannerTrigger)?.WindowLimit ?? Timeout.InfiniteTimeSpan;

    /// <inheritdoc/>
    public ValueTask<TriggerFault> OpenWindowAsync(CancellationToken cancellationToken) =>
        _port is ScannerTrigger trigger ? trigger.StartAsync(cancellationToken) : new(TriggerFault.None);

    /// <inheritdoc/>
    public ValueTask<TriggerFault> CloseWindowAsync(CancellationToken cancellationToken) =>
        _port is ScannerTrigger trigger ? trigger.StopAsync(cancellationToken) : new(TriggerFault.None);

    /// <summary>Closes the port.</summary>
    public async ValueTask DisposeAsync()
    {
        await _port.DisposeAsync();
        // A line ends its read when it is closed, other streams may not: its error is looked at whenever it comes, and not waited for.
        _ = _reading?.ContinueWith(static read => _ = read.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }

    private bool TryParse(out ScannedCode code)
    {
        var rest = _input.Span;
        var isLine = _parser.TryRead(ref rest, out var line);
        _input = _input[^rest.Length..];
        code = isLine ? ToCode(line) : default;
        return isLine;
    }

    private bool TryEndBySilence(out ScannedCode code)
    {
        if (_options.Suffix == ScanSuffix.IdleGap)
        {
            var isLine = _parser.TryEndLine(out var line);
            code = isLine ? ToCode(line) : default;
            return isLine;
        }
        code = new("", null, _inputArrived, ScanFault.Incomplete);
        return _parser.TryAbandonLine();
    }

    private ScannedCode ToCode(ScanLine line) => new(
        Encoding.UTF8.GetString(line.Text),
        line.AimIdentifier.IsEmpty ? null : Encoding.ASCII.GetString(line.AimIdentifier),
        _inputArrived,
        line.Fault);

    /// <returns>False: nothing came for so long.</returns>
    private async ValueTask<bool> ReceiveAsync(TimeSpan silence, CancellationToken cancellationToken)
    {
        var reading = _reading ??= ReadPortAsync();
        // The wait is cancelled, not the read: not every stream keeps what a cancelled read had taken.
        Task wait = reading.WaitAsync(silence, _time, cancellationToken);
        await wait.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        cancellationToken.ThrowIfCancellationRequested();
        if (!reading.IsCompleted) return false;
        var (count, arrived) = await reading;
        // An end is kept for the next read to tell again.
        if (count == 0) throw new EndOfStreamException("The scanner's port has ended.");
        (_reading, _input, _inputArrived) = (null, _buffer.AsMemory(0, count), arrived);
        return true;
    }

    private async Task<(int Count, long Arrived)> ReadPortAsync()
    {
        // Not on the caller's scheduler: the time stamp must not wait until it is free.
        var count = await _port.ReadAsync(_buffer).ConfigureAwait(false);
        return (count, _time.GetTimestamp());
    }
}
