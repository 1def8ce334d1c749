using System.Globalization;

namespace DeviceAgent.Platform.Gateway;

/// <summary>The platform's way of writing times: no zone, always GMT+8.</summary>
public static class TvmTimes
{
    internal const int FormattedLength = 19;

    private const string Written = "yyyy-MM-dd HH:mm:ss";

    /// <summary>GMT+8, which has no summer time.</summary>
    public static TimeSpan Offset { get; } = TimeSpan.FromHours(8);

    // ".f" is how a Java Timestamp prints itself.
    private static readonly string[] Formats =
    [
        Written, "yyyy-MM-dd HH:mm", "yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd HH:mm:ss.FFF",
        "yyyy/MM/dd HH:mm:ss", "yyyy/MM/dd HH:mm", "yyyy/MM/dd", "yyyyMMddHHmmss", "yyyyMMddHHmm", "yyyyMMdd",
    ];

    /// <returns>Null when it is no time that could be meant: also before 1970, which is an unset field.</returns>
    public static DateTimeOffset? Parse(string? text)
    {
        if (text is null || text.Length > 32) return null;
        return DateTime.TryParseExact(text.AsSpan().Trim(), Formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) && time.Year >= 1970
            ? new DateTimeOffset(time, Offset)
            : null;
    }

    public static string Format(DateTimeOffset time) => time.ToOffset(Offset).ToString(Written, CultureInfo.InvariantCulture);

    internal static void Format(DateTimeOffset time, Span<byte> utf8) =>
        time.ToOffset(Offset).TryFormat(utf8, out _, Written, CultureInfo.InvariantCulture);
}
