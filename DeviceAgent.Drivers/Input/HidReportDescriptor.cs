namespace DeviceAgent.Drivers.Input;

/// <summary>What a HID device says of itself.</summary>
/// <remarks>Source: Device Class Definition for HID 1.11, 6.2.2 (report descriptor: items of 1 to 5 bytes, long items).</remarks>
internal static class HidReportDescriptor
{
    private const byte LongItem = 0xFE, Application = 0x01;
    private const int UsagePage = 0x04, Usage = 0x08, Collection = 0xA0, End = 0xC0;

    /// <summary>Whether there is an application collection of this usage. A descriptor that is cut off has what came before the cut.</summary>
    public static bool HasApplication(ReadOnlySpan<byte> descriptor, int page, int usage)
    {
        int currentPage = 0, depth = 0;
        uint lastUsage = 0;
        for (var at = 0; at < descriptor.Length;)
        {
            var prefix = descriptor[at];
            if (prefix == LongItem)
            {
                if (at + 1 >= descriptor.Length) return false;
                at += 3 + descriptor[at + 1];
                continue;
            }
            var size = (prefix & 0x03) == 3 ? 4 : prefix & 0x03;
            if (at + 1 + size > descriptor.Length) return false;
            uint value = 0;
            for (var i = 0; i < size; i++) value |= (uint)descriptor[at + 1 + i] << (8 * i);
            at += 1 + size;
            switch (prefix & 0xFC)
            {
                case UsagePage:
                    currentPage = (int)(value & 0xFFFF);
                    break;
                case Usage:
                    lastUsage = size == 4 ? value : (uint)currentPage << 16 | value;
                    break;
                case Collection:
                    if (depth++ == 0 && value == Application && lastUsage == ((uint)page << 16 | (uint)usage)) return true;
                    break;
                case End:
                    depth--;
                    break;
            }
        }
        return false;
    }
}
