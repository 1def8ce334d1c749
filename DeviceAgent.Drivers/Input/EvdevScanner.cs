using System.Buffers.Binary;
using System.Globalization;
using DeviceAgent.Drivers.Interop;
using DeviceAgent.Drivers.Scanning;

namespace DeviceAgent.Drivers.Input;

/// <summary>A scanner that types like a keyboard, read below the desktop and the console through evdev.</summary>
/// <remarks>
/// Source: linux/input.h; Documentation/input/input.rst, event-codes.rst.
/// Held exclusively (EVIOCGRAB) from the moment on at which no key is held: the console never sees a code, and no key stays stuck there.
/// A device that was plugged in again is a new one: open it again, which grabs it again.
/// Owns the port: disposing closes it, which also ends the grab. One caller at a time. What is no code is a <see cref="ScanFault"/>; a pulled cable is a
/// <see cref="DeviceLostException"/>. A keyboard has no trigger: its window does nothing.
/// </remarks>
public sealed class EvdevScanner : ICodeReader
{
    private const int FirstDigit = 2, LastDigit = 11;

    private readonly LineScanner _scanner;

    private EvdevScanner(LineScanner scanner, string identity)
    {
        _scanner = scanner;
        Identity = identity;
    }

    /// <summary>Vendor and product in hexadecimal, such as "0c2e:0b61"; "0000:0000" where the kernel does not tell.</summary>
    public string Identity { get; }

    /// <summary>Opens and grabs.</summary>
    /// <param name="path">A name that does not change with the plug: /dev/input/by-id/…-event-kbd.</param>
    /// <param name="options">Validated here.</param>
    /// <param name="layout">What the scanner is set to type for.</param>
    /// <param name="time">For gaps and time stamps; null: the system's.</param>
    /// <param name="cancellationToken">Gives up the wait for held keys.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="DeviceLostException">Unplugged: no such device. Busy: another program has grabbed it. Denied: no permission.</exception>
    /// <exception cref="IOException">It is no keyboard.</exception>
    public static ValueTask<EvdevScanner> OpenAsync(string path, KeyboardScannerOptions options, KeyboardLayout layout, TimeProvider? time, CancellationToken cancellationToken)
    {
        var line = DeviceFileLine.Open(path, new() { Access = FileAccess.Read, ReceiveBufferBytes = 256 * KeyCodes.EventBytes }, time);
        return OpenAsync(path, line, new DeviceFileControl(line), options, layout, time, cancellationToken);
    }

    /// <param name="port">Owned from now on, also when this throws.</param>
    internal static async ValueTask<EvdevScanner> OpenAsync(
        string path, Stream port, IDeviceControl control, KeyboardScannerOptions options, KeyboardLayout layout, TimeProvider? time, CancellationToken cancellationToken)
    {
        try
        {
            string[] mistakes = [.. options.Validate(nameof(options))];
            if (mistakes.Length > 0) throw new ArgumentException(string.Join("; ", mistakes), nameof(options));
            RefuseWhatHasNoKeys(path, control);
            var decoder = new KeyDecoder(layout);
            decoder.SetCapsLock(IsCapsLocked(control));
            var keys = new KeyLine(port, control, decoder, options.Suffix, time ?? TimeProvider.System);
            await keys.WaitUntilReleasedAsync(options.GrabPatience, cancellationToken);
            Grab(path, control);
            // The gap ends a line without a suffix; a key that ends one has become a CR.
            var suffix = options.Suffix == KeySuffix.IdleGap ? ScanSuffix.IdleGap : ScanSuffix.CarriageReturn;
            return new(new LineScanner(keys, options.Framing with { Suffix = suffix }, time), IdentityOf(control));
        }
        catch
        {
            await port.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask<ScannedCode> ReadAsync(CancellationToken cancellationToken) => _scanner.ReadAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask<TriggerFault> OpenWindowAsync(CancellationToken cancellationToken) => new(TriggerFault.None);

    /// <inheritdoc/>
    public ValueTask<TriggerFault> CloseWindowAsync(CancellationToken cancellationToken) => new(TriggerFault.None);

    /// <summary>Closes the port.</summary>
    public ValueTask DisposeAsync() => _scanner.DisposeAsync();

    private static void RefuseWhatHasNoKeys(string path, IDeviceControl control)
    {
        var keys = new byte[KeyCodes.StateBytes];
        if (control.Control(InputRequests.KeysThereAre, keys) < 0) throw new IOException($"{path}: is no input device.");
        for (var digit = FirstDigit; digit <= LastDigit; digit++)
        {
            if (!KeyCodes.IsSet(keys, digit)) throw new IOException($"{path}: has no digit keys, so it is no scanner that types; set the path of its keyboard (…-event-kbd).");
        }
    }

    private static void Grab(string path, IDeviceControl control)
    {
        var result = control.Control(InputRequests.Grab, 1);
        if (result == -Errno.EBUSY) throw new DeviceLostException(path, DeviceLoss.Busy, Errno.EBUSY);
        if (result < 0) throw new IOException($"{path}: EVIOCGRAB failed (errno {-result}).");
    }

    private static bool IsCapsLocked(IDeviceControl control)
    {
        var lamps = new byte[InputRequests.LampBytes];
        return control.Control(InputRequests.Lamps, lamps) >= 0 && KeyCodes.IsSet(lamps, InputRequests.CapsLockLamp);
    }

    private static string IdentityOf(IDeviceControl control)
    {
        var identity = new byte[8];
        _ = control.Control(InputRequests.Identity, identity);
        return string.Create(CultureInfo.InvariantCulture, $"{BinaryPrimitives.ReadUInt16LittleEndian(identity.AsSpan(2)):x4}:{BinaryPrimitives.ReadUInt16LittleEndian(identity.AsSpan(4)):x4}");
    }
}
