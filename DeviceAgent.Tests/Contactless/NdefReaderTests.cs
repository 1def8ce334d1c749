using DeviceAgent.Drivers.Contactless;
using DeviceAgent.Simulator.Contactless;

namespace DeviceAgent.Tests.Contactless;

public sealed class NdefReaderTests
{
    private static readonly byte[] Uid = [0x04, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6];

    private static CancellationToken TestEnds => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(4)]
    [InlineData(200)]
    [InlineData(253)]
    [InlineData(254)] // with its header beyond what a length of one byte tells
    [InlineData(900)]
    public async Task A_message_of_any_length_is_read_from_either_kind_of_tag(int characters)
    {
        var code = new string('8', characters);
        Assert.Equal(new NdefReading(NdefOutcome.Text, code), await ReadAsync(new Type2Card(NdefBytes.Text(code), dataBytes: 984) { Uid = Uid }));
        Assert.Equal(new NdefReading(NdefOutcome.Text, code), await ReadAsync(new Type4Card(NdefBytes.Text(code)) { Uid = Uid }));
        Assert.Equal(new NdefReading(NdefOutcome.Text, code), await ReadAsync(new Type4Card(NdefBytes.Text(code)) { Uid = Uid, MaxRead = 15 }));
        Assert.Equal(new NdefReading(NdefOutcome.Text, code), await ReadAsync(new Type4Card(NdefBytes.Text(code)) { Uid = Uid, MaxAnswer = 32, CorrectsLength = true }));
    }

    [Fact]
    public async Task A_telephone_number_of_a_card_is_no_code()
    {
        Assert.Equal(NdefOutcome.NoText, (await ReadAsync(SimulatedCard.Bare(1, 2, 3, 4))).Outcome);
        Assert.Equal(NdefOutcome.NoText, (await ReadAsync(new Type2Card(null) { Uid = Uid })).Outcome);
        Assert.Equal(NdefOutcome.NoText, (await ReadAsync(new Type4Card(null) { Uid = Uid })).Outcome);
        // A bank card has other applications.
        Assert.Equal(NdefOutcome.NoText, (await NdefReader.ReadAsync(new ScriptedCard("6A82"), 100, TestEnds)).Outcome);
        Assert.Equal(NdefOutcome.NoText, (await NdefReader.ReadAsync(new ScriptedCard("6E00"), 100, TestEnds)).Outcome);
    }

    [Fact]
    public async Task A_card_that_leaves_in_the_middle_never_gives_half_a_code()
    {
        foreach (var card in (SimulatedCard[])[new Type4Card(NdefBytes.Text(new string('8', 300))) { Uid = Uid }, new Type2Card(NdefBytes.Text("80128012801280128012")) { Uid = Uid }])
        {
            var whole = CardOnTheDesk.Of(card);
            Assert.Equal(NdefOutcome.Text, (await NdefReader.ReadAsync(whole, 1024, TestEnds)).Outcome);
            for (var leaves = 1; leaves <= whole.Exchanges; leaves++)
            {
                card.LeavesInExchange = card.Exchanges + leaves;
                Assert.Equal(new NdefReading(NdefOutcome.Left, null), await ReadAsync(card));
                card.LeavesInExchange = 0;
                card.Reset();
            }
        }
    }

    [Fact]
    public async Task A_length_that_lies_is_refused()
    {
        Assert.Equal(NdefOutcome.Malformed, (await ReadAsync(new Type4Card(NdefBytes.Text("8012")) { Uid = Uid, Length = 0x1FFF })).Outcome); // more than the file holds
        Assert.Equal(NdefOutcome.TooLong, (await ReadAsync(new Type4Card(NdefBytes.Text("8012")) { Uid = Uid, Length = 1025 })).Outcome);
        Assert.Equal(NdefOutcome.Malformed, (await ReadAsync(new Type4Card(NdefBytes.Text("8012")) { Uid = Uid, Length = 20 })).Outcome); // the file ends before
        Assert.Equal(NdefOutcome.Malformed, (await ReadAsync(new Type4Card(NdefBytes.Text("8012")) { Uid = Uid, Length = 5 })).Outcome); // a record cut short
        var tag = new Type2Card(NdefBytes.Text("8012")) { Uid = Uid };
        tag.Memory[17] = 0xFE;
        Assert.Equal(NdefOutcome.Malformed, (await ReadAsync(tag)).Outcome);
        tag.Memory[14] = 0xFF; // says that it is larger than it is: it rolls over
        Assert.Equal(NdefOutcome.Malformed, (await ReadAsync(tag)).Outcome);
        Assert.Equal(NdefOutcome.TooLong, (await NdefReader.ReadAsync(CardOnTheDesk.Of(new Type2Card(NdefBytes.Text("80128012")) { Uid = Uid }), 14, TestEnds)).Outcome);
        Assert.Equal(NdefOutcome.Text, (await NdefReader.ReadAsync(CardOnTheDesk.Of(new Type2Card(NdefBytes.Text("80128012")) { Uid = Uid }), 15, TestEnds)).Outcome);
    }

    [Fact]
    public async Task A_card_that_wants_a_key_is_told_as_locked()
    {
        Assert.Equal(NdefOutcome.Locked, (await ReadAsync(new Type4Card(NdefBytes.Text("8012")) { Uid = Uid, NeedsKey = true })).Outcome);
        Assert.Equal(NdefOutcome.Locked, (await NdefReader.ReadAsync(new ScriptedCard("9000", "6982"), 100, TestEnds)).Outcome);
        var tag = new Type2Card(NdefBytes.Text("8012")) { Uid = Uid };
        tag.Memory[15] = 0xF0;
        Assert.Equal(NdefOutcome.Locked, (await ReadAsync(tag)).Outcome);
    }

    [Fact]
    public async Task A_card_that_gives_a_byte_at_a_time_is_given_up()
    {
        // Container and a message of 200 bytes; then one byte for each READ BINARY.
        var slow = new ScriptedCard("9000", "9000", "000F20007F00340406E104200000 00 9000", "9000", "00C8 9000", "D1 9000");
        Assert.Equal(NdefOutcome.Malformed, (await NdefReader.ReadAsync(slow, 1024, TestEnds)).Outcome);
        Assert.InRange(slow.Commands.Count, 6, 12);
    }

    [Fact]
    public async Task A_card_that_gives_more_than_was_asked_for_is_refused()
    {
        var large = new ScriptedCard("9000", "9000", "000F20007F00340406E104200000 00 9000", "9000", "0002 9000", "D10100 9000");
        Assert.Equal(NdefOutcome.Malformed, (await NdefReader.ReadAsync(large, 1024, TestEnds)).Outcome);
    }

    [Theory]
    [InlineData("04A1B2C3D4E5F6 9000", "04A1B2C3D4E5F6")]
    [InlineData("01020304 9000", "01020304")]
    [InlineData("08020304 9000", null)] // made up anew each time
    [InlineData("6A81", null)] // a contact card has none
    [InlineData("9000", null)]
    [InlineData("0102 9000", null)]
    public async Task A_number_that_means_nothing_is_no_number(string answer, string? expected) =>
        Assert.Equal(expected, await NdefReader.ReadUidAsync(new ScriptedCard(answer), TestEnds));

    [Fact]
    public void A_code_never_shows_itself() => Assert.Equal("Text, 4 characters", new NdefReading(NdefOutcome.Text, "8012").ToString());

    private static async Task<NdefReading> ReadAsync(SimulatedCard card) => await NdefReader.ReadAsync(CardOnTheDesk.Of(card), 1024, TestEnds);
}
