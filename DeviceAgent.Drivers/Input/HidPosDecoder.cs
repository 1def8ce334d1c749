using System.Text;
using DeviceAgent.Drivers.Scanning;

namespace DeviceAgent.Drivers.Input;

/// <summary>What one report came to.</summary>
internal enum HidPosStep
{
    /// <summary>Another report, or a part of a code that goes on.</summary>
    Nothing,
    /// <summary>A code is complete.</summary>
    Code,
    /// <summary>A code is complete that was too long to be kept.</summary>
    TooLong,
}

/// <summary>Reports of a HID-POS scanner in, codes out: no clock, no I/O.</summary>
/// <remarks>
/// Source: USB-IF HID Point of Sale Usage Tables 1.02, bar code scanner page (8Ch), scanned data report. Report 2; of its 63 bytes the first is the
/// number of data bytes in this report, three are the AIM identifier, the data follow, and byte 62 tells whether the code goes on in the next report.
/// The identifier stands at byte 1 or, where a vendor puts a byte of its own before it, at 2; a scanner that sends none leaves zeros at 1.
/// </remarks>
internal sealed class HidPosDecoder(int maxCodeBytes)
{
    /// <summary>Report number and 63 bytes.</summary>
    public const int ReportBytes = 64;
    private const byte ScannedData = 2;
    private const int AimLength = 3, ContinuesAt = 62;

    private readonly CodeParts _code = new(maxCodeBytes);
    private readonly byte[] _aim = new byte[AimLength];

    /// <summary>A code has begun and not ended.</summary>
    public bool IsInCode => _code.IsOpen;

    /// <summary>Stands until the next call.</summary>
    public ReadOnlySpan<byte> Code => _code.Bytes;

    /// <summary>Null where the scanner sends none.</summary>
    public string? AimIdentifier => _aim[0] == ']' ? Encoding.ASCII.GetString(_aim) : null;

    /// <param name="report">64 bytes, the report's number first.</param>
    public HidPosStep Take(ReadOnlySpan<byte> report)
    {
        if (report.Length < ReportBytes || report[0] != ScannedData) return HidPosStep.Nothing;
        var payload = report[1..];
        var aimAt = !IsAim(payload[1..]) && IsAim(payload[2..]) ? 2 : 1;
        var aim = payload.Slice(aimAt, AimLength);
        var dataAt = aimAt + AimLength;
        var data = payload.Slice(dataAt, Math.Min(payload[0], ContinuesAt - dataAt));
        // Reports of one code carry one identifier: with another one a new code has begun, and the rest of the old one is lost.
        if (!IsInCode || !aim.SequenceEqual(_aim))
        {
            aim.CopyTo(_aim);
            _code.Begin();
        }
        _code.Append(data);
        if (payload[ContinuesAt] != 0) return HidPosStep.Nothing;
        _code.End();
        return _code.IsTooLong ? HidPosStep.TooLong : HidPosStep.Code;
    }

    /// <inheritdoc cref="CodeParts.TryAbandon"/>
    public bool TryAbandon() => _code.TryAbandon();

    private static bool IsAim(ReadOnlySpan<byte> bytes) => bytes is [(byte)']', var symbology, var modifier, ..] && char.IsAsciiLetter((char)symbology) && char.IsAsciiLetterOrDigit((char)modifier);
}
