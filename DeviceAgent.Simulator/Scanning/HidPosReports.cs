using System.Text;

namespace DeviceAgent.Simulator.Scanning;

/// <summary>What a HID-POS scanner sends through /dev/hidraw*.</summary>
/// <remarks>
/// Source: USB-IF HID Point of Sale Usage Tables 1.02, page 8Ch. Report 2 and 63 bytes: number of data bytes, AIM identifier at 1 (or at 2, behind a byte of
/// the vendor's own), data, and at 62 whether the code goes on.
/// </remarks>
public static class HidPosReports
{
    private const int ReportBytes = 64, DataBytes = 56;

    /// <summary>The beginning of a bar code scanner's report descriptor: page 8Ch, usage 02h, application collection, report 2.</summary>
    public static byte[] Descriptor { get; } = [0x05, 0x8C, 0x09, 0x02, 0xA1, 0x01, 0x09, 0x12, 0xA1, 0x02, 0x85, 0x02, 0x15, 0x00, 0x26, 0xFF, 0x00, 0x75, 0x08, 0x95, 0x3F, 0x09, 0xFE, 0x81, 0x02, 0xC0, 0xC0];

    /// <summary>A code as one or several reports.</summary>
    /// <param name="code">In UTF-8.</param>
    /// <param name="aim">Three characters; null: zeros stand in their place.</param>
    /// <param name="aimAt">1 or 2.</param>
    public static byte[][] Of(string code, string? aim = "]Q1", int aimAt = 1)
    {
        var data = Encoding.UTF8.GetBytes(code).AsSpan();
        var reports = new List<byte[]>();
        do
        {
            var part = data[..Math.Min(data.Length, DataBytes)];
            data = data[part.Length..];
            var report = new byte[ReportBytes];
            report[0] = 0x02;
            report[1] = (byte)part.Length;
            if (aimAt == 2) report[2] = 0x51;
            Encoding.ASCII.GetBytes(aim ?? "", report.AsSpan(1 + aimAt));
            part.CopyTo(report.AsSpan(1 + aimAt + 3));
            report[63] = data.Length > 0 ? (byte)1 : (byte)0;
            reports.Add(report);
        }
        while (data.Length > 0);
        return [.. reports];
    }
}
