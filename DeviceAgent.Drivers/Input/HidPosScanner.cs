using System.Buffers.Binary;
using DeviceAgent.Drivers.Scanning;

namespace DeviceAgent.Drivers.Input;

/// <summary>A scanner of the HID point-of-sale class, read through hidraw.</summary>
/// <remarks>
/// Sources: linux/hidraw.h; USB-IF HID Point of Sale Usage Tables 1.02, page 8Ch. Honeywell and Metrologic send nothing before feature report FEh is 1.
/// Owns the port: disposing closes it and ends a pending read. One reader. Two programs that read the same node both get every code.
/// What is no code is a <see cref="ScanFault"/>; a pulled cable is a <see cref="DeviceLostException"/>. It has no trigger: opening the window only tells
/// whether the scanner took the feature report.
/// </remarks>
public sealed class HidPosScanner : ICodeReader
{
    private const int BarCodePage = 0x8C, BarCodeScanner = 0x02;
    private const byte HostModeReport = 0xFE, HostModeOn = 0x01;
    private const ushort Honeywell = 0x0C2E, HandHeldProducts = 0x23D0;

    private readonly Stream _port;
    private readonly TimeProvider _time;
    private readonly TimeSpan _maxPause;
    private readonly TriggerFault _enabling;
    private readonly PacketCodes _codes;
    private readonly HidPosDecoder _decoder;
    private readonly byte[] _reports = new byte[4 * HidPosDecoder.ReportBytes];

    private HidPosScanner(Stream port, LineScannerOptions framing, TriggerFault enabling, TimeProvider time)
    {
        _port = port;
        _time = time;
        _enabling = enabling;
        _maxPause = framing.MaxPause;
        // The identifier has a place of its own.
        _codes = new(framing with { AimIdentifier = false });
        _decoder = new(LineScannerOptions.MaxPrefixLength + framing.MaxLengthBytes + 8);
        _ = PumpAsync();
    }

    /// <summary>Opens a scanner.</summary>
    /// <param name="path">A name that does not change with the plug: the udev rules make /dev/device-agent/scanner-….</param>
    /// <param name="framing">Prefix, longest code and longest pause; suffix and AIM identifier mean nothing here.</param>
    /// <param name="time">For time stamps; null: the system's.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="DeviceLostException">Unplugged: no such device. Denied: no permission.</exception>
    /// <exception cref="IOException">It is no HID-POS scanner.</exception>
    public static HidPosScanner Open(string path, LineScannerOptions framing, TimeProvider? time = null)
    {
        var line = DeviceFileLine.Open(path, new() { RecordBytes = HidPosDecoder.ReportBytes }, time);
        return Open(path, line, new DeviceFileControl(line), framing, time);
    }

    /// <param name="port">Gives whole reports of 64 bytes. Owned from now on, also when this throws.</param>
    internal static HidPosScanner Open(string path, Stream port, IDeviceControl control, LineScannerOptions framing, TimeProvider? time)
    {
        try
        {
            string[] mistakes = [.. framing.Validate(nameof(framing))];
            if (mistakes.Length > 0) throw new ArgumentException(string.Join("; ", mistakes), nameof(framing));
            RefuseWhatIsNoScanner(path, control);
            return new(port, framing, Enable(control), time ?? TimeProvider.System);
        }
        catch
        {
            port.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask<ScannedCode> ReadAsync(CancellationToken cancellationToken) => _codes.ReadAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask<TriggerFault> OpenWindowAsync(CancellationToken cancellationToken) => new(_enabling);

    /// <inheritdoc/>
    public ValueTask<TriggerFault> CloseWindowAsync(CancellationToken cancellationToken) => new(TriggerFault.None);

    /// <summary>Closes the port.</summary>
    public async ValueTask DisposeAsync()
    {
        await _port.DisposeAsync();
        _codes.End(new ObjectDisposedException(nameof(HidPosScanner)));
    }

    private static void RefuseWhatIsNoScanner(string path, IDeviceControl control)
    {
        var size = new byte[sizeof(int)];
        var descriptor = new byte[InputRequests.ReportDescriptorBytes];
        if (control.Control(InputRequests.ReportDescriptorSize, size) < 0) throw new IOException($"{path}: is no HID device.");
        size.CopyTo(descriptor, 0);
        if (control.Control(InputRequests.ReportDescriptor, descriptor) < 0) throw new IOException($"{path}: does not tell its report descriptor.");
        var length = Math.Clamp(BinaryPrimitives.ReadInt32LittleEndian(size), 0, descriptor.Length - sizeof(int));
        if (!HidReportDescriptor.HasApplication(descriptor.AsSpan(sizeof(int), length), BarCodePage, BarCodeScanner))
            throw new IOException($"{path}: is no HID-POS scanner (usage page 8Ch, usage 02h); set the scanner to HID-POS, or \"Kind\" to Keyboard.");
    }

    private static TriggerFault Enable(IDeviceControl control)
    {
        var identity = new byte[8];
        if (control.Control(InputRequests.HidIdentity, identity) < 0) return TriggerFault.None;
        if (BinaryPrimitives.ReadUInt16LittleEndian(identity.AsSpan(4)) is not (Honeywell or HandHeldProducts)) return TriggerFault.None;
        byte[] feature = [HostModeReport, HostModeOn];
        return control.Control(InputRequests.SetFeatureOfOneByte, feature) < 0 ? TriggerFault.Refused : TriggerFault.None;
    }

    private async Task PumpAsync()
    {
        try
        {
            while (true)
            {
                var count = await ReceiveAsync().ConfigureAwait(false);
                if (count == 0) throw new EndOfStreamException("The scanner's port has ended.");
                Take(_reports.AsSpan(0, count));
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            _codes.End(e);
        }
    }

    private async ValueTask<int> ReceiveAsync()
    {
        var read = _port.ReadAsync(_reports).AsTask();
        if (!read.IsCompleted && _decoder.IsInCode)
        {
            Task wait = read.WaitAsync(_maxPause, _time);
            await wait.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!read.IsCompleted && _decoder.TryAbandon()) _codes.Add(ScanFault.Incomplete, _time.GetTimestamp());
        }
        return await read.ConfigureAwait(false);
    }

    private void Take(ReadOnlySpan<byte> reports)
    {
        var arrived = _time.GetTimestamp();
        for (; reports.Length >= HidPosDecoder.ReportBytes; reports = reports[HidPosDecoder.ReportBytes..])
        {
            switch (_decoder.Take(reports[..HidPosDecoder.ReportBytes]))
            {
                case HidPosStep.Code:
                    _codes.Add(_decoder.Code, _decoder.AimIdentifier, arrived);
                    break;
                case HidPosStep.TooLong:
                    _codes.Add(ScanFault.TooLong, arrived);
                    break;
            }
        }
    }
}
