using DeviceAgent.Drivers.Contactless;

namespace DeviceAgent.Tests.Contactless;

public sealed class ApduExchangeTests
{
    private static CancellationToken TestEnds => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_card_holds_back_is_never_lost()
    {
        var card = new ScriptedCard("0102 6103", "0304 05 6101", "06 9000");
        var (answer, data) = await SendAsync(card, "00B000000A");
        Assert.Equal(new ApduAnswer(CardFault.None, 6, 0x9000), answer);
        Assert.Equal("010203040506", Convert.ToHexString(data));
        Assert.Equal(["00B000000A", "00C0000003", "00C0000001"], card.Commands);
    }

    [Fact]
    public async Task The_rest_of_an_answer_is_asked_for_on_the_channel_of_the_command()
    {
        var card = new ScriptedCard("6102", "0102 9000");
        await SendAsync(card, "82B0000002");
        Assert.Equal(["82B0000002", "02C0000002"], card.Commands);
    }

    [Theory]
    [InlineData("00B0000010", "00B0000003")] // Le alone
    [InlineData("00A4040002AABB00", "00A4040002AABB03")] // data and Le
    [InlineData("00A4040002AABB", "00A4040002AABB03")] // data alone
    public async Task A_wrong_length_is_corrected_once(string command, string corrected)
    {
        var card = new ScriptedCard("6C03", "010203 9000");
        var (answer, _) = await SendAsync(card, command);
        Assert.True(answer.IsSuccess);
        Assert.Equal([command, corrected], card.Commands);
        var stubborn = new ScriptedCard("6C03");
        (answer, _) = await SendAsync(stubborn, command);
        Assert.Equal(new ApduAnswer(CardFault.None, 0, 0x6C03), answer);
        Assert.Equal(2, stubborn.Commands.Count);
    }

    [Fact]
    public async Task A_card_without_end_is_given_up()
    {
        var endless = new ScriptedCard("6100");
        Assert.Equal(CardFault.TooLong, (await SendAsync(endless, "00B0000000")).Answer.Fault);
        Assert.Equal(ApduExchange.MaxRounds, endless.Commands.Count);
        var large = new ScriptedCard("01020304050607080910 6108");
        Assert.Equal(CardFault.TooLong, (await SendAsync(large, "00B0000000")).Answer.Fault);
        Assert.Equal(4, large.Commands.Count); // 32 bytes of room
    }

    [Theory]
    [InlineData("")]
    [InlineData("90")]
    public async Task What_is_too_short_to_be_an_answer_is_none(string answer) =>
        Assert.Equal(new ApduAnswer(CardFault.Left, 0, 0), (await SendAsync(new ScriptedCard(answer), "00B0000000")).Answer);

    [Theory]
    [InlineData("00B0000010", "00B0000010")]
    [InlineData("00A4040002AABB00", "00A4040002AABB")]
    [InlineData("00A4040002AABB", "00A4040002AABB")]
    [InlineData("00A40400", "00A40400")]
    public void A_contact_card_of_the_old_kind_gets_no_length_behind_data(string command, string sent) =>
        Assert.Equal(sent, Convert.ToHexString(Apdu.ForT0(Convert.FromHexString(command)).Span));

    [Fact]
    public void Commands_are_the_bytes_of_the_standard()
    {
        Assert.Equal("00A4040007D276000085010100", Convert.ToHexString(Apdu.SelectName(Convert.FromHexString("D2760000850101"))));
        Assert.Equal("00A4000C02E103", Convert.ToHexString(Apdu.SelectFile(0xE103)));
        Assert.Equal("00B0012300", Convert.ToHexString(Apdu.ReadBinary(0x123, 256)));
        Assert.Equal("FFCA000000", Convert.ToHexString(Apdu.GetUid));
        Assert.Equal("FFB0000410", Convert.ToHexString(Apdu.ReadPages(4)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Apdu.ReadBinary(0x8000, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Apdu.ReadBinary(0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Apdu.ReadBinary(0, 257));
    }

    private static async Task<(ApduAnswer Answer, byte[] Data)> SendAsync(ScriptedCard card, string command)
    {
        var data = new byte[32];
        var answer = await ApduExchange.SendAsync(card, Convert.FromHexString(command), data, TestEnds);
        return (answer, data[..answer.Count]);
    }
}
