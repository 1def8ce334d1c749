using DeviceAgent.Drivers.Contactless;
using DeviceAgent.Drivers.Interop;

namespace DeviceAgent.Tests.Contactless;

/// <summary>What is told of what pcscd says, without pcscd.</summary>
public sealed class PcscNewsTests
{
    [Fact]
    public void A_card_is_told_once_and_its_going_too()
    {
        var news = new PcscNews();
        Assert.Equal(["ReaderAttached A"], Tell(news, Slot("A", 0)));
        Assert.Empty(Tell(news, Slot("A", 0)));
        Assert.Equal(["CardPresented A"], Tell(news, Slot("A", 1)));
        Assert.Empty(Tell(news, Slot("A", 1)));
        Assert.Equal(["CardGone A"], Tell(news, Slot("A", 2)));
        Assert.Empty(Tell(news, Slot("A", 2)));
    }

    [Fact]
    public void A_card_in_place_of_another_is_never_taken_for_the_same()
    {
        var news = new PcscNews();
        Tell(news, Slot("A", 1));
        Assert.Equal(["CardGone A", "CardPresented A"], Tell(news, Slot("A", 3)));
    }

    [Fact]
    public void A_card_that_came_and_went_unseen_is_passed_over()
    {
        var news = new PcscNews();
        Tell(news, Slot("A", 0));
        Assert.Empty(Tell(news, Slot("A", 2)));
    }

    [Fact]
    public void A_reader_that_goes_takes_its_card_with_it()
    {
        var news = new PcscNews();
        Assert.Equal(["ReaderAttached A", "CardPresented A", "ReaderAttached B"], Tell(news, Slot("A", 1), Slot("B", 0)));
        Assert.Equal(["CardGone A", "ReaderGone A"], Tell(news, Slot("B", 0)));
        Assert.Equal(["ReaderAttached A", "CardPresented A"], Tell(news, Slot("A", 1), Slot("B", 0)));
        Assert.Equal(["CardGone A", "ReaderGone A", "ReaderGone B"], Tell(news).Order());
    }

    [Fact]
    public void Whatever_happens_a_card_is_told_before_it_goes_and_never_twice()
    {
        var random = new Random(9);
        for (var run = 0; run < 500; run++)
        {
            var news = new PcscNews();
            var attached = new HashSet<string>();
            var present = new HashSet<string>();
            var counts = new uint[3];
            for (var step = 0; step < 50; step++)
            {
                // Several things happen between two looks.
                for (var n = random.Next(4); n > 0; n--) counts[random.Next(3)]++;
                PcscSlot[] slots = [.. Enumerable.Range(0, 3).Where(_ => random.Next(5) > 0).Select(i => Slot($"{(char)('A' + i)}", counts[i]))];
                foreach (var told in Tell(news, slots))
                {
                    var (kind, name) = (told[..^2], told[^1..]);
                    Assert.True(kind switch
                    {
                        "ReaderAttached" => attached.Add(name),
                        "CardPresented" => attached.Contains(name) && present.Add(name),
                        "CardGone" => present.Remove(name),
                        _ => !present.Contains(name) && attached.Remove(name),
                    }, told);
                }
                Assert.Equal(slots.Select(s => s.Name), attached.Order());
                Assert.Equal(slots.Where(s => s.HasCard).Select(s => s.Name), present.Order());
            }
        }
    }

    [Theory]
    [InlineData("3B8F8001804F0CA000000306030003000000006A", CardTechnology.Pages)] // Ultralight and NTAG
    [InlineData("3B8F8001804F0CA00000030603003A0000000051", CardTechnology.Pages)] // Ultralight C
    [InlineData("3B8F8001804F0CA0000003060300010000000068", CardTechnology.Other)] // MIFARE Classic 1K
    [InlineData("3B8F8001804F0CA0000003060300020000000069", CardTechnology.Other)] // 4K
    [InlineData("3B8F8001804F0CA000000306", CardTechnology.Other)] // cut short
    [InlineData("3B8180018080", CardTechnology.Apdu)] // DESFire
    [InlineData("3B65000020638301", CardTechnology.Apdu)] // a contact card
    [InlineData("", CardTechnology.Other)]
    [InlineData("3B", CardTechnology.Other)]
    public void An_answer_to_reset_tells_what_a_card_takes(string atr, CardTechnology expected) =>
        Assert.Equal(expected, CardAtr.TechnologyOf(Convert.FromHexString(atr)));

    [Fact]
    public void A_card_that_does_not_respond_has_no_answer_to_reset()
    {
        var mute = PcscSlot.From("A", (PcscReaderFlags)0x00030000 | PcscReaderFlags.Present | PcscReaderFlags.Mute, [0x3B, 0x00]);
        Assert.Equal((true, 3u, 0), (mute.HasCard, mute.Count, mute.Atr.Length));
        var empty = PcscSlot.From("A", PcscReaderFlags.Empty, [0x3B, 0x00]);
        Assert.Equal((false, 0u, 0), (empty.HasCard, empty.Count, empty.Atr.Length));
    }

    private static PcscSlot Slot(string name, uint count) => new(name, count % 2 == 1, count, default);

    private static List<string> Tell(PcscNews news, params PcscSlot[] slots)
    {
        var told = new List<string>();
        while (news.Next(slots) is var (kind, reader, slot))
        {
            Assert.Equal(kind == CardReaderEventKind.CardPresented, slot is not null);
            told.Add($"{kind} {reader}");
        }
        return told;
    }
}
