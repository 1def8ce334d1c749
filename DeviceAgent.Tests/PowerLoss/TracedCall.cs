namespace DeviceAgent.Tests.PowerLoss;

/// <summary>One system call that has ended.</summary>
/// <param name="Begun">Its place among all beginnings and ends of calls; a later number began or ended later.</param>
/// <param name="Arguments">As strace prints them, without what stands in quotes and angle brackets.</param>
/// <param name="Paths">What the descriptors stand for, in order: a path, "socket:[n]", "pipe:[n]".</param>
/// <param name="Strings">What stands in quotes, in order: the data of writes, the names of files.</param>
/// <param name="Error">The errno's name; null when it did not fail.</param>
internal sealed record TracedCall(
    int Begun, int Ended, string Name, string Arguments, IReadOnlyList<string> Paths, IReadOnlyList<byte[]> Strings, long Result, string? Error)
{
    /// <summary>What the first descriptor stands for; "" when there is none.</summary>
    public string Path => Paths.Count == 0 ? "" : Paths[0];

    /// <summary>The file has no name any more.</summary>
    public bool IsOfDeleted => Arguments.Contains("(deleted)", StringComparison.Ordinal);

    /// <summary>The data of a write, all parts in one.</summary>
    public byte[] Data => Strings.Count == 1 ? Strings[0] : [.. Strings.SelectMany(s => s)];

    public long Number(int argument) => long.Parse(Arguments.Split(", ")[argument], System.Globalization.CultureInfo.InvariantCulture);
}
