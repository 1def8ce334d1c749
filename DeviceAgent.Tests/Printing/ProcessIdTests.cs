using DeviceAgent.Drivers.Printing;

namespace DeviceAgent.Tests.Printing;

public sealed class ProcessIdTests
{
    [Theory]
    [InlineData(0, "    ")]
    [InlineData(1, "   !")]
    [InlineData(94, "   ~")]
    [InlineData(95, "  ! ")]
    [InlineData(ProcessId.Count - 1, "~~~~")]
    [InlineData((long)ProcessId.Count, "    ")]
    [InlineData(-1, "~~~~")]
    public void A_number_never_maps_outside_the_printable_range(long number, string expected)
    {
        var id = ProcessId.FromNumber(number);
        Assert.Equal(expected, id.ToString());
        Assert.Equal(id, ProcessId.Parse(expected));
    }

    [Fact]
    public void What_is_no_process_id_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => ProcessId.FromBytes([0x20, 0x20, 0x20]));
        Assert.Throws<ArgumentOutOfRangeException>(() => ProcessId.FromBytes([0x20, 0x1F, 0x20, 0x20]));
        Assert.Throws<ArgumentOutOfRangeException>(() => ProcessId.FromBytes([0x20, 0x20, 0x20, 0x7F]));
        Assert.Throws<FormatException>(() => ProcessId.Parse("abc"));
        Assert.Throws<FormatException>(() => ProcessId.Parse("ab\u001fc"));
        Assert.Throws<FormatException>(() => ProcessId.Parse("abc\u007f"));
    }
}
