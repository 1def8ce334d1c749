using DeviceAgent.Drivers.IdCards;
using DeviceAgent.Issuance;
using DeviceAgent.Orders;
using DeviceAgent.Simulator.IdCards;
using DeviceAgent.Tests.IdCards;

namespace DeviceAgent.Tests.Issuance;

public sealed class IdCardRulesTests
{
    private const string Adult = "11010519491231002X", OtherAdult = "330106197001101009", Child = "110105201501010017", Foreigner = "USA110081082719", Passport = "E12345678";

    private static readonly DateOnly Today = new(2026, 3, 1);

    internal static Order OrderOf(params ReadOnlySpan<string?> certificates) => new()
    {
        Journey = Journey.Bus,
        OrderNumber = "10000241",
        Trip = new() { Number = "PT122", FromStation = "六里桥", ToStation = "天津站", DepartsAt = new(2026, 3, 1, 13, 30, 0, TimeSpan.FromHours(8)) },
        Passengers = [.. certificates.ToArray().Select(c => new Passenger { CertificateNumber = c })],
    };

    [Theory]
    [InlineData(Adult, "Adult")]
    [InlineData("11010519491231002x", "Adult")]
    [InlineData(" １１０１０５ 19491231-002Ｘ ", "Adult")]
    [InlineData(Foreigner, "Adult")]
    [InlineData("usa110081082719", "Adult")]
    [InlineData("911124198108030024", "Adult")]
    [InlineData(Child, "Child")]
    [InlineData("330106202001010012", "Child")]
    [InlineData(Passport, "None")]
    [InlineData("110105194912310021", "None")]
    [InlineData("111213199010105678", "None")]
    [InlineData("H12345678", "None")]
    // The 31st of the 13th month.
    [InlineData("110105194913310021", "None")]
    [InlineData("", "None")]
    [InlineData(null, "None")]
    [InlineData("11010519491231002X11010519491231002X", "None")]
    public void A_number_tells_who_carries_a_card(string? number, string holder) => Assert.Equal(holder, IdCardRules.HolderOf(number, Today).ToString());

    [Fact]
    public void Nobody_has_a_card_of_their_own_before_their_sixteenth_birthday()
    {
        Assert.Equal(CardHolder.Child, IdCardRules.HolderOf(Child, new(2030, 12, 31)));
        Assert.Equal(CardHolder.Adult, IdCardRules.HolderOf(Child, new(2031, 1, 1)));
    }

    public static TheoryData<IdCardRequirement, IdCardFallback> AllOptions
    {
        get
        {
            var all = new TheoryData<IdCardRequirement, IdCardFallback>();
            foreach (var require in Enum.GetValues<IdCardRequirement>())
            {
                foreach (var fallback in Enum.GetValues<IdCardFallback>()) all.Add(require, fallback);
            }
            return all;
        }
    }

    /// <summary>Every order of up to three passengers of each kind, under every configuration, beside a table that a person can read.</summary>
    [Theory, MemberData(nameof(AllOptions))]
    public void No_order_is_asked_for_a_card_that_it_need_not_show_nor_given_without_one_that_it_must(IdCardRequirement require, IdCardFallback fallback)
    {
        var options = new IdCardOptions { Require = require, Fallback = fallback };
        string?[] kinds = [Adult, Foreigner, Child, Passport, "", null];
        foreach (var a in kinds)
        {
            foreach (var b in kinds)
            {
                foreach (var c in kinds)
                {
                    bool hasAdult = new[] { a, b, c }.Any(x => x is Adult or Foreigner), hasChild = new[] { a, b, c }.Contains(Child);
                    var expected = "None";
                    if (require != IdCardRequirement.Never && hasAdult) expected = "Card";
                    else if (require != IdCardRequirement.Never && hasChild && fallback == IdCardFallback.Refuse) expected = "Card";
                    else if (require == IdCardRequirement.Always && !hasChild && fallback == IdCardFallback.Refuse) expected = "Impossible";
                    Assert.Equal(expected, IdCardRules.Judge(OrderOf(a, b, c), options, Today).ToString());
                }
            }
        }
    }

    [Fact]
    public void An_order_without_passengers_needs_what_one_without_certificates_needs()
    {
        Assert.Equal(CardDemand.None, IdCardRules.Judge(OrderOf(), new() { Require = IdCardRequirement.WhenCertificate }, Today));
        Assert.Equal(CardDemand.Impossible, IdCardRules.Judge(OrderOf(), new() { Require = IdCardRequirement.Always }, Today));
    }

    [Fact]
    public void A_card_matches_its_own_passenger_and_no_other()
    {
        string?[] others = [OtherAdult, Child, Foreigner, Passport, "", null, "1", "11010519491231002", "11010519491231002XX", "110105194912310020"];
        var card = SimulatedIdCard.WithNumber(Adult);
        for (var place = 0; place < 3; place++)
        {
            foreach (var other in others)
            {
                string?[] numbers = [other, other, other];
                Assert.Null(Match(card, OrderOf(numbers)));
                foreach (var written in new[] { Adult, "11010519491231002x", "１１０１０５１９４９１２３１００２Ｘ", "110105 19491231 002X", "110105-19491231-002x" })
                {
                    numbers[place] = written;
                    Assert.Equal(place, Match(card, OrderOf(numbers)));
                }
            }
        }
        Assert.Equal(0, Match(card, OrderOf(Adult, Adult)));
    }

    [Fact]
    public void Every_kind_of_card_matches_by_its_number_and_a_residents_by_the_permit_too()
    {
        Assert.Equal(0, Match(IdCardTextTests.Foreigner2017, OrderOf(Foreigner)));
        Assert.Equal(0, Match(IdCardTextTests.Foreigner2023, OrderOf("911124198108030024")));
        Assert.Equal(1, Match(IdCardTextTests.Permit, OrderOf(Adult, "830000199201300022")));
        Assert.Equal(1, Match(IdCardTextTests.Permit, OrderOf(Adult, "h12345678")));
        Assert.Null(Match(IdCardTextTests.Foreigner2023, OrderOf("123", "CAN", "H12345678")));
    }

    [Fact]
    public void A_card_without_a_number_matches_nobody_least_of_all_one_without_a_certificate()
    {
        foreach (var blank in new[] { SimulatedIdCard.WithNumber(Adult).WithField(122, 36, ""), IdCardTextTests.Permit.WithField(122, 36, "").WithField(220, 18, ""), SimulatedIdCard.WithNumber(Adult).WithField(248, 2, "Q") })
            Assert.Null(Match(blank, OrderOf("", null, " ", "--", "11010519491231002X11010519491231002X")));
    }

    [Fact]
    public void What_does_not_fit_is_nothing_and_not_its_beginning()
    {
        Span<char> room = stackalloc char[4];
        Assert.Equal(4, IdCardRules.Normalise("ａｂ-ｃ D", room));
        Assert.Equal("ABCD", room);
        Assert.Equal(0, IdCardRules.Normalise("ABCDE", room));
        Assert.Equal("\0\0\0\0", room);
        Assert.Equal(1, IdCardRules.Normalise("　é－", room));
        Assert.Equal("é\0\0\0", room);
        Assert.Equal(0, IdCardRules.Normalise("", room));
    }

    [Theory]
    [InlineData(0, 0, "AskAgain", "Refuse", "Refuse")]
    [InlineData(1, 0, "AskAgain", "Refuse", "Refuse")]
    [InlineData(0, 1, "AskAgain", "FallBack", "Refuse")]
    [InlineData(1, 1, "AskAgain", "Refuse", "Refuse")]
    [InlineData(0, 2, "AskAgain", "FallBack", "Refuse")]
    [InlineData(3, 0, "Refuse", "Refuse", "Refuse")]
    [InlineData(2, 1, "Refuse", "Refuse", "Refuse")]
    [InlineData(0, 3, "End", "FallBack", "Refuse")]
    [InlineData(9, 9, "Refuse", "Refuse", "Refuse")]
    public void Cards_are_asked_for_so_often_and_no_more_and_a_card_that_was_read_never_falls_back(int noPassengers, int unreadable, string after, string atTheEndWithFallback, string atTheEnd)
    {
        var tally = new CardTally(noPassengers, unreadable);
        IdCardOptions refuse = new(), code = new() { Fallback = IdCardFallback.CodeIsEnough };
        Assert.Equal(after == "End" ? atTheEnd : after, IdCardRules.After(tally, refuse).ToString());
        Assert.Equal(after == "End" ? atTheEndWithFallback : after, IdCardRules.After(tally, code).ToString());
        Assert.Equal(atTheEnd, IdCardRules.AtTheEnd(tally, refuse).ToString());
        Assert.Equal(atTheEndWithFallback, IdCardRules.AtTheEnd(tally, code).ToString());
    }

    private static int? Match(SimulatedIdCard card, Order order) => IdCardRules.Match(new IdCardText(card.Text), order);
}
