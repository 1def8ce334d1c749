using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Contactless;
using DeviceAgent.Simulator.Contactless;

namespace DeviceAgent.Tests.Contactless;

/// <summary>The real driver on a pseudo-terminal against the simulated chip.</summary>
public sealed class Pn532ReaderTests
{
    private static readonly byte[] Uid = [0x04, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6];

    private static CancellationToken TestEnds => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_chip_just_powered_up_is_woken_before_it_is_asked()
    {
        await using var fixture = await Pn532Fixture.OpenAsync();
        Assert.Equal("PN532 1.6", fixture.Reader.Model);
        Assert.Equal([0x02, 0x14], fixture.Chip.Commands);
    }

    [Fact]
    public async Task Codes_of_every_kind_of_card_are_read_and_each_card_is_told_once()
    {
        await using var fixture = await Pn532Fixture.OpenAsync();
        SimulatedCard[] cards =
        [
            new Type2Card(NdefBytes.Text("8012")) { Uid = Uid },
            new Type4Card(NdefBytes.Uri(4, "example.com/8012")) { Uid = Uid },
            new Type4Card(NdefBytes.Text(new string('9', 700))) { Uid = Uid, HasRandomUid = true },
            SimulatedCard.Bare(1, 2, 3, 4),
        ];
        string?[] expected = ["8012", "https://example.com/8012", new string('9', 700), null];
        for (var i = 0; i < cards.Length; i++)
        {
            var reading = fixture.ReadCardAsync();
            await fixture.ListingAsync();
            fixture.Chip.Present(cards[i]);
            Assert.Equal(expected[i], (await reading).Text);
            var next = fixture.NextAsync();
            await SeenPresentAsync(fixture, 3);
            Assert.False(next.IsCompleted);
            fixture.Chip.TakeAway();
            Assert.Equal(CardReaderEventKind.CardGone, (await next).Kind);
        }
    }

    [Fact]
    public async Task A_card_that_lies_there_already_is_seen()
    {
        await using var fixture = await Pn532Fixture.OpenAsync(prepare: chip => chip.Present(new Type2Card(NdefBytes.Text("8012")) { Uid = Uid }));
        Assert.Equal("8012", (await fixture.ReadCardAsync()).Text);
    }

    [Fact]
    public async Task A_number_is_given_as_it_is()
    {
        await using var fixture = await Pn532Fixture.OpenAsync(prepare: chip => chip.Present(SimulatedCard.Bare(1, 2, 3, 4)));
        var card = (await fixture.NextAsync()).Card!;
        Assert.Equal("01020304", await NdefReader.ReadUidAsync(card, TestEnds));
        Assert.Equal(CardTechnology.Other, card.Technology);
    }

    [Fact]
    public async Task One_card_in_place_of_another_is_told()
    {
        await using var fixture = await Pn532Fixture.OpenAsync(prepare: chip => chip.Present(new Type2Card(NdefBytes.Text("8012")) { Uid = Uid }));
        Assert.Equal("8012", (await fixture.ReadCardAsync()).Text);
        fixture.Chip.Present(new Type2Card(NdefBytes.Text("8013")) { Uid = [4, 1, 2, 3, 4, 5, 6] });
        Assert.Equal("8013", (await fixture.ReadCardAsync()).Text);
    }

    [Fact]
    public async Task A_card_that_leaves_in_the_middle_gives_no_code_and_its_return_does()
    {
        await using var fixture = await Pn532Fixture.OpenAsync();
        var card = new Type4Card(NdefBytes.Text("8012")) { Uid = Uid, LeavesInExchange = 4 };
        fixture.Chip.Present(card);
        Assert.Equal(NdefOutcome.Left, (await fixture.ReadCardAsync()).Outcome);
        Assert.Equal(CardReaderEventKind.CardGone, (await fixture.NextAsync()).Kind);
        card.LeavesInExchange = 0;
        fixture.Chip.Present(card);
        Assert.Equal("8012", (await fixture.ReadCardAsync()).Text);
    }

    [Fact]
    public async Task A_card_that_failed_and_stayed_is_tried_again_and_not_for_ever()
    {
        await using var fixture = await Pn532Fixture.OpenAsync();
        var card = new Mute { Uid = Uid };
        fixture.Chip.Present(card);
        for (var i = 0; i <= ICardReader.MaxRetries; i++) Assert.Equal(NdefOutcome.Left, (await fixture.ReadCardAsync()).Outcome);
        var next = fixture.NextAsync();
        await SeenPresentAsync(fixture, 3);
        Assert.False(next.IsCompleted);
        fixture.Chip.TakeAway();
        Assert.Equal(CardReaderEventKind.CardGone, (await next).Kind);
        fixture.Chip.Present(new Type2Card(NdefBytes.Text("8012")) { Uid = Uid });
        Assert.Equal("8012", (await fixture.ReadCardAsync()).Text);
    }

    [Fact]
    public async Task Nothing_is_sent_while_no_card_is_there()
    {
        await using var fixture = await Pn532Fixture.OpenAsync();
        using var stop = new CancellationTokenSource();
        var read = fixture.Reader.ReadAsync(stop.Token).AsTask();
        await fixture.ListingAsync();
        var before = fixture.Chip.Commands.Count;
        // That nothing happens takes time to see: a poll every 50 ms would show ten times.
        await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System, TestEnds);
        Assert.Equal(before, fixture.Chip.Commands.Count);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.WaitAsync(Pn532Fixture.Limit, TestEnds));
    }

    [Fact]
    public async Task A_wait_that_is_cancelled_frees_the_chip_and_loses_no_card()
    {
        await using var fixture = await Pn532Fixture.OpenAsync();
        for (var i = 0; i < 20; i++)
        {
            using var stop = new CancellationTokenSource();
            var read = fixture.Reader.ReadAsync(stop.Token).AsTask();
            await fixture.ListingAsync();
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.WaitAsync(Pn532Fixture.Limit, TestEnds));
        }
        fixture.Chip.Present(new Type2Card(NdefBytes.Text("8012")) { Uid = Uid });
        Assert.Equal("8012", (await fixture.ReadCardAsync()).Text);
    }

    [Fact]
    public async Task An_earlier_program_that_died_while_it_waited_does_not_keep_the_chip()
    {
        await using var fixture = await Pn532Fixture.OpenAsync();
        var abandoned = fixture.Reader.ReadAsync(TestEnds).AsTask();
        await fixture.ListingAsync();
        await fixture.Reader.DisposeAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => abandoned.WaitAsync(Pn532Fixture.Limit, TestEnds));
        Assert.True(fixture.Chip.IsListing);
        await fixture.OpenReaderAsync();
        fixture.Chip.Present(new Type2Card(NdefBytes.Text("8012")) { Uid = Uid });
        Assert.Equal("8012", (await fixture.ReadCardAsync()).Text);
    }

    [Theory]
    [InlineData("damaged")]
    [InlineData("cut short")]
    [InlineData("noise")]
    [InlineData("unacknowledged")]
    [InlineData("extended")]
    [InlineData("in parts")]
    public async Task Trouble_on_the_line_never_changes_a_code(string trouble)
    {
        var code = new string('8', 600);
        await using var fixture = await Pn532Fixture.OpenAsync(Pn532Fixture.Brisk);
        var frames = 0;
        fixture.Chip.AlwaysExtended = trouble == "extended";
        if (trouble == "in parts") fixture.Chip.MaxData = 90;
        var isAck = (byte[] frame) => frame.Length == 6;
        fixture.Chip.Spoil = frame => (trouble, ++frames % 5) switch
        {
            ("damaged", 0) when !isAck(frame) => [.. frame[..^3], (byte)(frame[^3] ^ 0x40), .. frame[^2..]],
            ("cut short", 0) when !isAck(frame) => frame[..^4],
            ("noise", _) => [0x00, 0xFF, 0x20, 0x55, 0x00, .. frame, 0xFF, 0x00],
            ("unacknowledged", 0) when isAck(frame) => [],
            _ => frame,
        };
        fixture.Chip.Present(new Type4Card(NdefBytes.Text(code)) { Uid = Uid, MaxRead = 240 });
        Assert.Equal(code, (await fixture.ReadCardAsync()).Text);
        Assert.True(frames > 15);
    }

    [Fact]
    public async Task A_late_answer_is_never_taken_for_the_next_one()
    {
        await using var fixture = await Pn532Fixture.OpenAsync();
        var tag = new Type2Card(NdefBytes.Text("one page after another, all different")) { Uid = Uid };
        fixture.Chip.Present(tag);
        var card = (await fixture.NextAsync()).Card!;
        var late = new List<byte[]>();
        // Acknowledgement and answer of the first page stay in the adapter, until the second page is asked for.
        fixture.Chip.Spoil = frame =>
        {
            late.Add(frame);
            return [];
        };
        var answer = new byte[Apdu.MaxAnswerBytes];
        Assert.Equal(CardFault.Left, (await card.ExchangeAsync(Apdu.ReadPages(4), answer, TestEnds)).Fault);
        fixture.Chip.Spoil = frame =>
        {
            byte[] all = [.. late.SelectMany(f => f), .. frame];
            late.Clear();
            return all;
        };
        Assert.Equal(18, (await card.ExchangeAsync(Apdu.ReadPages(8), answer, TestEnds)).Count);
        Assert.Equal(tag.Memory.Slice(32, 16), answer.AsSpan(0, 16));
    }

    [Fact]
    public async Task A_chip_that_answers_nothing_is_stalled_and_not_waited_for()
    {
        await using var fixture = await Pn532Fixture.OpenAsync();
        fixture.Chip.CutPower();
        await AssertLostAsync(DeviceLoss.Stalled, fixture.NextAsync);
        await fixture.Reader.DisposeAsync();
        await AssertLostAsync(DeviceLoss.Stalled, () => fixture.OpenReaderAsync());
    }

    [Fact]
    public async Task A_chip_that_lost_its_power_while_it_was_waited_for_is_noticed_and_set_up_anew()
    {
        var options = Pn532Fixture.Brisk with { CheckInterval = TimeSpan.FromSeconds(1) };
        await using var fixture = await Pn532Fixture.OpenAsync(options);
        var read = fixture.NextAsync();
        await fixture.ListingAsync();
        fixture.Chip.CyclePower();
        await AssertLostAsync(DeviceLoss.Stalled, () => read);
        await fixture.Reader.DisposeAsync();
        await fixture.OpenReaderAsync();
        fixture.Chip.Present(new Type2Card(NdefBytes.Text("8012")) { Uid = Uid });
        Assert.Equal("8012", (await fixture.ReadCardAsync()).Text);
    }

    [Fact]
    public async Task A_living_chip_survives_the_question_whether_it_lives()
    {
        await using var fixture = await Pn532Fixture.OpenAsync(Pn532Fixture.Brisk with { CheckInterval = TimeSpan.FromSeconds(1) });
        var reading = fixture.ReadCardAsync();
        await fixture.UntilAsync(chip => chip.Commands.Count(c => c == 0x02) == 2 && chip.IsListing);
        fixture.Chip.Present(new Type2Card(NdefBytes.Text("8012")) { Uid = Uid });
        Assert.Equal("8012", (await reading).Text);
    }

    [Fact]
    public async Task Pulled_and_plugged_in_200_times_it_leaks_neither_descriptor_nor_thread_and_reads_the_next_card()
    {
        await using var fixture = await Pn532Fixture.OpenAsync();
        var random = new Random(200);
        (int Files, int Threads)? before = null;
        for (var i = 0; i < 200; i++)
        {
            var card = new Type4Card(NdefBytes.Text("8012")) { Uid = Uid };
            var reading = ReadOrLoseAsync(fixture);
            if (random.Next(2) == 0) fixture.Chip.Present(card);
            for (var yields = random.Next(50); yields > 0; yields--) await Task.Yield();
            fixture.Replug();
            Assert.Contains(await reading, (string?[])["8012", null]);
            await fixture.Reader.DisposeAsync();
            await fixture.OpenReaderAsync();
            fixture.Chip.TakeAway();
            if (i == 20) before = ProcessLoad.Now();
        }
        await ProcessLoad.ReturnsToAsync(before!.Value);
        fixture.Chip.Present(new Type2Card(NdefBytes.Text("8013")) { Uid = Uid });
        Assert.Equal("8013", (await fixture.ReadCardAsync()).Text);
    }

    private static async Task<string?> ReadOrLoseAsync(Pn532Fixture fixture)
    {
        try
        {
            while (true)
            {
                var happened = await fixture.NextAsync();
                if (happened.Card is not { } card) continue;
                if ((await NdefReader.ReadAsync(card, 1024, TestEnds)).Text is { } text) return text;
            }
        }
        catch (DeviceLostException)
        {
            return null;
        }
    }

    private static Task SeenPresentAsync(Pn532Fixture fixture, int times)
    {
        var before = fixture.Chip.Commands.Count;
        return fixture.UntilAsync(chip => chip.Commands.Skip(before).Count(c => c is 0x00 or 0x4A) >= times);
    }

    private static async Task AssertLostAsync(DeviceLoss loss, Func<Task> call) =>
        Assert.Equal(loss, (await Assert.ThrowsAsync<DeviceLostException>(() => call().WaitAsync(Pn532Fixture.Limit, TestEnds))).Loss);

    /// <summary>Is found by its number, and answers no command.</summary>
    private sealed class Mute : SimulatedCard
    {
        public override byte SelectAnswer => 0x00;

        public override byte[] Atr => [];

        protected override byte[]? Answer(ReadOnlySpan<byte> command) => null;
    }
}
