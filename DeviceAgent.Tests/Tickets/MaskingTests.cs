using DeviceAgent.Tickets;

namespace DeviceAgent.Tests.Tickets;

public sealed class MaskingTests
{
    [Theory]
    [InlineData("110101199003077758", "110101********7758")] // an ID card: region and check digits stay
    [InlineData("123456789012345", "123456*****2345")] // 15 characters, the old ID card
    [InlineData("12345678901234", "12**********34")]
    [InlineData("E12345678", "E1*****78")] // a passport
    [InlineData("1234567", "12***67")]
    [InlineData("123456", "1****6")]
    [InlineData("1234", "1**4")]
    [InlineData("123", "***")]
    [InlineData("1", "*")]
    [InlineData("", "")]
    [InlineData(null, "")]
    public void A_certificate_never_shows_more_than_its_ends(string? number, string masked) => Assert.Equal(masked, Masking.Certificate(number));
}
