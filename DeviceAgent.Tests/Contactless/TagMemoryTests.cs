using DeviceAgent.Drivers.Contactless;

namespace DeviceAgent.Tests.Contactless;

public sealed class TagMemoryTests
{
    // Pages 0 to 2 are the number and the lock bits.
    private const string Head = "04 01 02 8F 03 04 05 80 82 48 00 00";

    [Theory]
    [InlineData("E1 10 06 00  03 05 AA BB CC DD EE FE", TagMemoryKind.Message, 18, 5)]
    [InlineData("E1 11 06 00  00 00 03 01 AA FE", TagMemoryKind.Message, 20, 1)] // NULL blocks
    [InlineData("E1 10 06 00  01 03 A0 0C 34 03 01 AA FE", TagMemoryKind.Message, 23, 1)] // lock control in front, as on an NTAG
    [InlineData("E1 10 06 00  FD 02 11 22 03 01 AA FE", TagMemoryKind.Message, 22, 1)] // a proprietary block
    [InlineData("E1 10 06 00  03 FF 00 03 AA BB CC FE", TagMemoryKind.Message, 20, 3)] // a length of three bytes
    [InlineData("E1 10 01 00  03 06 AA BB CC DD EE FF", TagMemoryKind.Message, 18, 6)] // to the last byte
    [InlineData("E1 10 06 00  03 00 FE", TagMemoryKind.NoMessage, 0, 0)]
    [InlineData("E1 10 06 00  FE", TagMemoryKind.NoMessage, 0, 0)]
    [InlineData("E1 10 00 00", TagMemoryKind.NoMessage, 0, 0)]
    [InlineData("00 00 00 00  03 05 AA BB CC DD EE FE", TagMemoryKind.NoTag, 0, 0)]
    [InlineData("E1 20 06 00  03 05 AA BB CC DD EE FE", TagMemoryKind.NoTag, 0, 0)] // a version to come
    [InlineData("E1 10 06 F0  03 05 AA BB CC DD EE FE", TagMemoryKind.Locked, 0, 0)]
    [InlineData("E1 10 01 00  03 07 AA BB CC DD EE FF", TagMemoryKind.Malformed, 0, 0)] // one byte past the end
    [InlineData("E1 10 01 00  FD FF FF FF", TagMemoryKind.Malformed, 0, 0)]
    [InlineData("E1 10 01 00  00 00 00 00 00 00 00 03", TagMemoryKind.Malformed, 0, 0)] // no room for a length
    [InlineData("E1 10 01 00  00 00 00 00 00 03 FF 00", TagMemoryKind.Malformed, 0, 0)]
    public void A_message_is_found_only_where_it_is(string memory, TagMemoryKind kind, int start, int length) =>
        Assert.Equal(new TagMemory(kind, start, length), TagMemory.Find(Hex(Head + memory)));

    [Fact]
    public void It_asks_for_more_until_it_can_tell_and_never_for_what_is_not_there()
    {
        var memory = Hex(Head + "E1 10 02 00  01 03 A0 0C 34 03 FF 00 03 AA BB CC FE 00 00 00");
        for (var known = 0; known < memory.Length; known++)
        {
            var found = TagMemory.Find(memory.AsSpan(0, known));
            if (found.Kind == TagMemoryKind.NeedsMore) Assert.InRange(found.Start, known + 1, memory.Length);
            else Assert.Equal(new TagMemory(TagMemoryKind.Message, 25, 3), found);
        }
    }

    [Fact]
    public void Any_memory_ends_the_search()
    {
        var random = new Random(5);
        for (var i = 0; i < 20_000; i++)
        {
            var memory = new byte[random.Next(TagMemory.MaxBytes + 1)];
            random.NextBytes(memory);
            if (memory.Length >= 16) (memory[12], memory[13], memory[15]) = (0xE1, 0x10, 0x00);
            var found = TagMemory.Find(memory);
            if (found.Kind == TagMemoryKind.NeedsMore) Assert.InRange(found.Start, memory.Length + 1, TagMemory.MaxBytes);
            if (found.Kind == TagMemoryKind.Message) Assert.InRange(found.Start + found.Length, TagMemory.DataStart, TagMemory.MaxBytes);
        }
    }

    [Theory]
    [InlineData("000F 20 007F 0034 04 06 E104 2000 00 00", true, 127, 0xE104, 0x2000, true)]
    [InlineData("0017 20 0100 0034 04 06 0001 0005 00 00 05 06 0002 0064 00 00", true, 256, 0x0001, 5, true)]
    [InlineData("000F 20 007F 0034 04 06 E104 2000 80 00", true, 127, 0xE104, 0x2000, false)]
    [InlineData("000E 20 007F 0034 04 06 E104 2000 00 00", false, 0, 0, 0, false)]
    [InlineData("000F 40 007F 0034 04 06 E104 2000 00 00", false, 0, 0, 0, false)] // a version to come
    [InlineData("000F 20 000E 0034 04 06 E104 2000 00 00", false, 0, 0, 0, false)] // MLe below the least
    [InlineData("000F 20 007F 0034 05 06 E104 2000 00 00", false, 0, 0, 0, false)] // a proprietary file in front
    [InlineData("000F 20 007F 0034 04 06 E104 0004 00 00", false, 0, 0, 0, false)] // no room for a message
    [InlineData("000F 20 007F 0034 04 06 E104 FFFF 00 00", false, 0, 0, 0, false)]
    [InlineData("000F 20 007F 0034 04 06 E104 2000 00", false, 0, 0, 0, false)]
    [InlineData("", false, 0, 0, 0, false)]
    public void A_container_is_believed_only_as_far_as_the_standard_goes(string bytes, bool isOne, int maxRead, int file, int maxFile, bool isReadable)
    {
        Assert.Equal(isOne, CapabilityContainer.TryParse(Hex(bytes), out var container));
        Assert.Equal((maxRead, file, maxFile, isReadable), (container.MaxReadBytes, container.File, container.MaxFileBytes, container.IsReadable));
    }

    private static byte[] Hex(string text) => Convert.FromHexString(text.Replace(" ", "", StringComparison.Ordinal));
}
