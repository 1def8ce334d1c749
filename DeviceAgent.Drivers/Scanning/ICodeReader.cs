namespace DeviceAgent.Drivers.Scanning;

/// <summary>What became of a command to the scanner. A value: a scanner that is set up wrongly must not stop a kiosk.</summary>
public enum TriggerFault
{
    /// <summary>Done, or there was nothing to do.</summary>
    None,
    /// <summary>No acknowledgement came within the time-out, at no try: another model, another baud rate, or no serial trigger mode.</summary>
    NoAnswer,
    /// <summary>The scanner has answered that it does not do that.</summary>
    Refused,
}

/// <summary>A scanner of any kind: serial line, keyboard, HID-POS.</summary>
/// <remarks>
/// Owns its port: disposing closes it and ends a pending read. One reader at a time; the window may be opened and closed while a read is pending.
/// A pulled cable is a <see cref="DeviceLostException"/> of whatever is called next.
/// </remarks>
public interface ICodeReader : IAsyncDisposable
{
    /// <summary>After this time, and after each code, the scanner's window ends by itself: it is to be opened again. Infinite where it stays open.</summary>
    TimeSpan WindowLimit => Timeout.InfiniteTimeSpan;

    /// <summary>Waits for the next code, or for something that is none.</summary>
    /// <exception cref="DeviceLostException">The port is gone.</exception>
    ValueTask<ScannedCode> ReadAsync(CancellationToken cancellationToken);

    /// <summary>The scanner may read from now on; opening it again is harmless. Where it has no trigger, nothing is sent.</summary>
    /// <exception cref="DeviceLostException">The port is gone.</exception>
    ValueTask<TriggerFault> OpenWindowAsync(CancellationToken cancellationToken);

    /// <summary>The scanner reads no more. Where it has no trigger, nothing is sent.</summary>
    /// <exception cref="DeviceLostException">The port is gone.</exception>
    ValueTask<TriggerFault> CloseWindowAsync(CancellationToken cancellationToken);
}
