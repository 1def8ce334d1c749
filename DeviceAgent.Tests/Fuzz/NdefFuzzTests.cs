using DeviceAgent.Drivers.Contactless;
using DeviceAgent.Simulator.Contactless;

namespace DeviceAgent.Tests.Fuzz;

public sealed class NdefFuzzTests
{
    private static readonly byte[][] Messages =
    [
        NdefBytes.Text("8012"),
        NdefBytes.Text("订单 8012", utf16: true),
        NdefBytes.Uri(4, "example.com/8012"),
        NdefBytes.Text(new string('8', 300)),
        NdefBytes.Message(NdefBytes.Record(1, "Sp"u8, NdefBytes.Uri(0, "8012"))),
        NdefBytes.Message(NdefBytes.Record(2, "text/plain"u8, "8012"u8, "id"u8), NdefBytes.Record(3, "http://x/8012"u8, default), NdefBytes.Record(0, default, default)),
    ];

    [Fact]
    public void No_message_breaks_the_reader_and_what_is_read_is_one_line()
    {
        var read = 0;
        Fuzzer.Run(1, Messages, input =>
        {
            if (!NdefText.TryRead(input.Span, out var text) || text is null) return;
            read++;
            Assert.InRange(text.Length, 1, input.Length + 32);
            Assert.DoesNotContain(text, char.IsControl);
        });
        Assert.True(read > 10_000);
    }

    [Fact]
    public void No_memory_breaks_the_search()
    {
        byte[] head = [0x04, 0x01, 0x02, 0x8F, 0x03, 0x04, 0x05, 0x80, 0x82, 0x48, 0x00, 0x00, 0xE1, 0x10, 0x12, 0x00];
        byte[][] corpus = [[.. head, 0x03, 0x05, 1, 2, 3, 4, 5, 0xFE], [.. head, 0x01, 0x03, 0xA0, 0x0C, 0x34, 0x03, 0xFF, 0x00, 0x10, .. new byte[16], 0xFE], [.. head, 0xFD, 0x08, .. new byte[8]]];
        var found = 0;
        Fuzzer.Run(2, corpus, input =>
        {
            var memory = TagMemory.Find(input.Span);
            if (memory.Kind == TagMemoryKind.NeedsMore) Assert.InRange(memory.Start, input.Length + 1, TagMemory.MaxBytes);
            if (memory.Kind != TagMemoryKind.Message) return;
            found++;
            Assert.InRange(memory.Start + memory.Length, TagMemory.DataStart, TagMemory.MaxBytes);
        });
        Assert.True(found > 10_000);
    }

    [Fact]
    public void No_container_is_believed_beyond_its_limits()
    {
        byte[][] corpus = [Convert.FromHexString("000F20007F00340406E10420000000"), Convert.FromHexString("0017200100003404060001000500000506000200640000")];
        var believed = 0;
        Fuzzer.Run(3, corpus, input =>
        {
            if (!CapabilityContainer.TryParse(input.Span, out var container)) return;
            believed++;
            Assert.InRange(container.MaxReadBytes, 15, 0xFFFF);
            Assert.InRange(container.MaxFileBytes, 5, 0xFFFE);
        });
        Assert.True(believed > 10_000);
    }
}
