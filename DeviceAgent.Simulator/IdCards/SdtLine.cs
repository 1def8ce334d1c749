namespace DeviceAgent.Simulator.IdCards;

/// <summary>The frames of an ID-card reader, from the reader's side.</summary>
/// <remarks>
/// Source: GA 450. AA AA AA 96 69, two bytes of length (high first) that count all that follows, the content, and the exclusive or
/// of all bytes from the length to the one before it.
/// </remarks>
internal static class SdtLine
{
    private static readonly byte[] Mark = [0xAA, 0xAA, 0xAA, 0x96, 0x69];

    /// <summary>Longest request: a command, a parameter and a few bytes of data.</summary>
    private const int LongestRequest = 32;

    public static byte[] Answer(byte status, ReadOnlySpan<byte> data)
    {
        var length = 3 + data.Length + 1;
        byte[] frame = [.. Mark, (byte)(length >> 8), (byte)length, 0, 0, status, .. data, 0];
        frame[^1] = Check(frame.AsSpan(Mark.Length, frame.Length - Mark.Length - 1));
        return frame;
    }

    /// <summary>Takes the first request out of what came; bytes before it are dropped.</summary>
    /// <returns>Null: no request is whole.</returns>
    public static SdtRequest? Take(List<byte> came)
    {
        while (true)
        {
            var start = Find(came);
            if (start < 0)
            {
                if (came.Count > Mark.Length) came.RemoveRange(0, came.Count - Mark.Length);
                return null;
            }
            came.RemoveRange(0, start);
            if (came.Count < Mark.Length + 2) return null;
            var length = came[Mark.Length] << 8 | came[Mark.Length + 1];
            if (length is < 3 or > LongestRequest)
            {
                came.RemoveAt(0);
                continue;
            }
            var whole = Mark.Length + 2 + length;
            if (came.Count < whole) return null;
            byte[] bytes = [.. came.Take(whole)];
            came.RemoveRange(0, whole);
            var isRight = Check(bytes.AsSpan(Mark.Length, whole - Mark.Length - 1)) == bytes[^1];
            return new(bytes[Mark.Length + 2], bytes[Mark.Length + 3], bytes[(Mark.Length + 4)..^1], isRight);
        }
    }

    private static int Find(List<byte> came)
    {
        for (var at = 0; at + Mark.Length <= came.Count; at++)
        {
            var i = 0;
            while (i < Mark.Length && came[at + i] == Mark[i]) i++;
            if (i == Mark.Length) return at;
        }
        return -1;
    }

    private static byte Check(ReadOnlySpan<byte> bytes)
    {
        byte check = 0;
        foreach (var b in bytes) check ^= b;
        return check;
    }
}

/// <param name="IsRight">Its checksum is.</param>
internal sealed record SdtRequest(byte Command, byte Parameter, byte[] Data, bool IsRight);
