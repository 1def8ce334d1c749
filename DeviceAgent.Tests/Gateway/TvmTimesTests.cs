using System.Globalization;
using System.Text;
using DeviceAgent.Platform.Gateway;

namespace DeviceAgent.Tests.Gateway;

public sealed class TvmTimesTests
{
    [Theory]
    [InlineData("2017-03-03 11:22:33", "2017-03-03T11:22:33+08:00")]
    [InlineData("2017-03-03 11:22", "2017-03-03T11:22:00+08:00")]
    [InlineData("2017-03-03", "2017-03-03T00:00:00+08:00")]
    [InlineData("2017-03-03T11:22:33", "2017-03-03T11:22:33+08:00")]
    [InlineData("2017-03-03 11:22:33.0", "2017-03-03T11:22:33+08:00")]
    [InlineData("2017/03/03 11:22", "2017-03-03T11:22:00+08:00")]
    [InlineData("20170303112233", "2017-03-03T11:22:33+08:00")]
    [InlineData(" 2017-03-03 ", "2017-03-03T00:00:00+08:00")]
    public void A_time_of_the_platform_is_not_read_in_another_zone(string text, string expected)
    {
        var time = TvmTimes.Parse(text);
        Assert.Equal(DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture), time);
        Assert.Equal(TimeSpan.FromHours(8), time!.Value.Offset);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("2017-02-30")]
    [InlineData("2017-03-03 24:00:00")]
    [InlineData("03-03-2017")]
    [InlineData("0001-01-01 00:00:00")]
    [InlineData("1969-12-31")]
    [InlineData("2017-03-03 11:22:33 and a long tail of something else")]
    public void What_is_no_time_is_not_guessed(string? text) => Assert.Null(TvmTimes.Parse(text));

    [Fact]
    public void A_written_time_is_never_local_time()
    {
        var time = new DateTimeOffset(2026, 12, 31, 20, 0, 1, 900, TimeSpan.FromHours(-3));
        Assert.Equal("2027-01-01 07:00:01", TvmTimes.Format(time));
        var utf8 = new byte[TvmTimes.FormattedLength];
        TvmTimes.Format(time, utf8);
        Assert.Equal("2027-01-01 07:00:01", Encoding.ASCII.GetString(utf8));
    }
}
