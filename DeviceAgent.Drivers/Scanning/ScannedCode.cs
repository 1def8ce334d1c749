namespace DeviceAgent.Drivers.Scanning;

/// <summary>Why what came from a scanner is no code. A value, not an exception: passengers hold up anything.</summary>
public enum ScanFault
{
    /// <summary>It is a code.</summary>
    None,
    /// <summary>Longer than <see cref="LineScannerOptions.MaxLengthBytes"/>.</summary>
    TooLong,
    /// <summary>The configured prefix is missing.</summary>
    WrongPrefix,
    /// <summary>The configured AIM symbology identifier is missing.</summary>
    NoAimIdentifier,
    /// <summary>Not UTF-8, or it holds control characters.</summary>
    NotText,
    /// <summary>Broken off for longer than <see cref="LineScannerOptions.MaxPause"/>.</summary>
    Incomplete,
}

/// <summary>What a scanner read. May be personal data: it never tells its text by itself, and is not to be logged.</summary>
/// <param name="Text">The code without prefix, identifier and suffix; empty with a fault.</param>
/// <param name="AimIdentifier">ISO/IEC 15424, such as "]Q1"; null where the scanner is not set to send one, and with a fault.</param>
/// <param name="ReceivedTimestamp">When its last byte came: <see cref="TimeProvider.GetTimestamp"/>.</param>
/// <param name="Fault">None for a code.</param>
public readonly record struct ScannedCode(string Text, string? AimIdentifier, long ReceivedTimestamp, ScanFault Fault = ScanFault.None)
{
    /// <summary>Length and fault, never the text.</summary>
    public override string ToString() => Fault == ScanFault.None ? $"code of {Text.Length} characters" : $"no code: {Fault}";
}
