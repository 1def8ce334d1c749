using DeviceAgent.Platform.Gateway;

namespace DeviceAgent.Tests.Gateway;

public sealed class TopClientOptionsTests
{
    [Fact]
    public void The_defaults_are_not_refused() => Assert.Empty(new TopClientOptions().Validate("Gateway"));

    [Theory]
    [InlineData("http://127.0.0.1:8080/router/rest")]
    [InlineData("http://localhost/router/rest")]
    [InlineData("https://eco.taobao.com/router/rest")]
    public void A_usable_address_is_not_refused(string url) => Assert.Empty(new TopClientOptions { Url = new Uri(url) }.Validate("Gateway"));

    [Theory]
    [InlineData("http://gw.api.taobao.com/router/rest")]
    [InlineData("https://user:pass@gw.api.taobao.com/router/rest")]
    [InlineData("https://gw.api.taobao.com/router/rest?a=b")]
    [InlineData("https://gw.api.taobao.com/router/rest#a")]
    [InlineData("ftp://gw.api.taobao.com/")]
    [InlineData("/router/rest")]
    public void An_address_that_would_leak_the_session_is_refused(string url) =>
        Assert.StartsWith("Gateway:Url ", Assert.Single(new TopClientOptions { Url = new Uri(url, UriKind.RelativeOrAbsolute) }.Validate("Gateway")), StringComparison.Ordinal);

    [Fact]
    public void Every_mistake_is_named_at_once()
    {
        var wrong = new TopClientOptions
        {
            Url = new Uri("http://example.com"),
            SignMethod = (TopSignMethod)9,
            Timeout = TimeSpan.Zero,
            ConnectTimeout = TimeSpan.FromHours(1),
            MaxAnswerBytes = 1,
            PartnerId = "",
        };
        Assert.Equal(
            ["Url", "SignMethod", "Timeout", "ConnectTimeout", "MaxAnswerBytes", "PartnerId"],
            wrong.Validate("Gateway").Select(sentence => sentence.Split(' ')[0].Split(':')[1]));
        var wrongToo = new TopClientOptions
        {
            Timeout = TimeSpan.FromMinutes(3),
            ConnectTimeout = TimeSpan.Zero,
            MaxAnswerBytes = int.MaxValue,
            PartnerId = new string('x', 65),
        };
        Assert.Equal(4, wrongToo.Validate("Gateway").Count());
        Assert.Single(new TopClientOptions { PartnerId = "a\0" }.Validate("Gateway"));
        Assert.Single(new TopClientOptions { Url = new($"https://gw.example/{new string('a', 500)}") }.Validate("Gateway"));
    }

    [Fact]
    public void A_short_limit_alone_is_not_refused()
    {
        // The whole's limit ends the connecting too: nobody need shorten both.
        Assert.Empty(new TopClientOptions { Timeout = TimeSpan.FromSeconds(3) }.Validate("Gateway"));
    }
}
