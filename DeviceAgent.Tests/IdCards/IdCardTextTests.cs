using System.Text;
using DeviceAgent.Drivers.IdCards;
using DeviceAgent.Simulator.IdCards;

namespace DeviceAgent.Tests.IdCards;

public sealed class IdCardTextTests
{
    private const string CitizenNo = "11010519491231002X", PermitNo = "830000199201300022", ForeignNo = "911124198108030024";

    internal static SimulatedIdCard Permit => SimulatedIdCard.ResidencePermit("陳大文", '1', "19920130", "广东省深圳市福田区测试路2号", PermitNo, "深圳市公安局", "20200101", "20250101", "H12345678", "02");

    internal static SimulatedIdCard Foreigner2017 => SimulatedIdCard.Foreigner2017("ZHENGJIAN, YANGBEN", '2', "USA110081082719", "USA", "证件样本", "20150324", "20250323", "19810827", "01", "1500");

    internal static SimulatedIdCard Foreigner2023 => SimulatedIdCard.Foreigner2023("证件样本", '2', "03", "19810803", "ZHENGJIAN, YANGBEN", ForeignNo, "20230915", "20330914", "CAN", "123");

    private static SimulatedIdCard Citizen(string until = "20291231") =>
        SimulatedIdCard.Citizen("张三", '1', "01", "19491231", "北京市朝阳区某某街1号院2号楼3单元405室", CitizenNo, "北京市公安局朝阳分局", "20091231", until);

    [Fact]
    public void No_field_of_a_citizens_card_is_lost_or_taken_for_another()
    {
        var text = new IdCardText(Citizen().Text);
        Assert.Equal(IdCardKind.Citizen, text.Kind);
        Assert.Equal("张三", text.Name);
        Assert.Equal(CardSex.Male, text.Sex);
        Assert.Equal("01", text.Nation);
        Assert.Equal("汉", Nations.Name(text.Nation));
        Assert.Equal(new DateOnly(1949, 12, 31), text.BirthDate);
        Assert.Equal("北京市朝阳区某某街1号院2号楼3单元405室", text.Address);
        Assert.Equal(CitizenNo, text.Number);
        Assert.Equal("北京市公安局朝阳分局", text.Issuer);
        Assert.Equal(new DateOnly(2009, 12, 31), text.ValidFrom);
        Assert.Equal(new DateOnly(2029, 12, 31), text.ValidUntil);
        Assert.False(text.IsValidForLife);
        Assert.True(text.HasRightNumber);
        Assert.Equal("", string.Concat(text.PassNumber, text.Country, text.LatinName, text.Version) + text.IssueCount.ToString() + text.OldNumberLink.ToString());
    }

    [Fact]
    public void No_field_of_a_residence_permit_is_lost_or_taken_for_another()
    {
        var text = new IdCardText(Permit.Text);
        Assert.Equal(IdCardKind.ResidencePermit, text.Kind);
        Assert.Equal("陳大文", text.Name);
        Assert.Equal(PermitNo, text.Number);
        Assert.Equal("H12345678", text.PassNumber);
        Assert.Equal("02", text.IssueCount);
        Assert.Equal("深圳市公安局", text.Issuer);
        Assert.Equal("广东省深圳市福田区测试路2号", text.Address);
        Assert.Equal(new DateOnly(1992, 1, 30), text.BirthDate);
        Assert.Equal(new DateOnly(2025, 1, 1), text.ValidUntil);
        Assert.Equal("", text.Nation);
        Assert.True(text.HasRightNumber);
    }

    [Fact]
    public void No_field_of_a_foreigners_card_of_2017_is_lost_or_taken_for_another()
    {
        var text = new IdCardText(Foreigner2017.Text);
        Assert.Equal(IdCardKind.Foreigner2017, text.Kind);
        Assert.Equal("证件样本", text.Name);
        Assert.Equal("ZHENGJIAN, YANGBEN", text.LatinName);
        Assert.Equal(CardSex.Female, text.Sex);
        Assert.Equal("USA110081082719", text.Number);
        Assert.Equal("USA", text.Country);
        Assert.Equal("01", text.Version);
        Assert.Equal("1500", text.Issuer);
        Assert.Equal(new DateOnly(1981, 8, 27), text.BirthDate);
        Assert.Equal(new DateOnly(2015, 3, 24), text.ValidFrom);
        Assert.Equal(new DateOnly(2025, 3, 23), text.ValidUntil);
        Assert.Equal("", text.Address);
        Assert.True(text.HasRightNumber);
    }

    [Fact]
    public void No_field_of_a_foreigners_card_of_2023_is_lost_or_taken_for_another()
    {
        var text = new IdCardText(Foreigner2023.Text);
        Assert.Equal(IdCardKind.Foreigner2023, text.Kind);
        Assert.Equal("证件样本", text.Name);
        Assert.Equal("ZHENGJIAN, YANGBEN", text.LatinName);
        Assert.Equal(CardSex.Female, text.Sex);
        Assert.Equal(ForeignNo, text.Number);
        Assert.Equal("CAN", text.Country);
        Assert.Equal("03", text.IssueCount);
        Assert.Equal("123", text.OldNumberLink);
        Assert.Equal(new DateOnly(1981, 8, 3), text.BirthDate);
        Assert.Equal(new DateOnly(2033, 9, 14), text.ValidUntil);
        Assert.Equal("", text.Issuer);
        Assert.True(text.HasRightNumber);
    }

    [Theory]
    [InlineData("20291231", "2009-12-30", false)]
    [InlineData("20291231", "2009-12-31", true)]
    [InlineData("20291231", "2029-12-31", true)]
    [InlineData("20291231", "2030-01-01", false)]
    [InlineData("长期", "2099-01-01", true)]
    [InlineData("长期", "2009-12-30", false)]
    [InlineData("20291331", "2015-01-01", false)]
    [InlineData("", "2015-01-01", false)]
    public void A_card_is_valid_from_its_first_day_to_its_last(string until, string day, bool isValid)
    {
        var text = new IdCardText(Citizen(until).Text);
        Assert.Equal(isValid, text.IsValidOn(DateOnly.Parse(day, System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal(until == "长期", text.IsValidForLife);
    }

    [Fact]
    public void A_kind_that_is_not_known_tells_nothing()
    {
        var text = new IdCardText(Citizen().WithField(248, 2, "Q").Text);
        Assert.Equal(IdCardKind.Unknown, text.Kind);
        Assert.True(text.Name.IsEmpty && text.Number.IsEmpty && text.Address.IsEmpty && text.Issuer.IsEmpty && text.Nation.IsEmpty);
        Assert.Equal(CardSex.Unknown, text.Sex);
        Assert.Null(text.BirthDate);
        Assert.Null(text.ValidFrom);
        Assert.False(text.HasRightNumber);
        Assert.False(text.IsValidOn(new(2020, 1, 1)));
    }

    [Theory]
    [InlineData(' ', "110105194912310021")]
    [InlineData(' ', "11010519491231002")]
    [InlineData(' ', "")]
    [InlineData('J', "11010519491231002X")]
    [InlineData('Y', "11010519491231002X")]
    [InlineData('I', "11010519491231002X")]
    [InlineData('I', "US1110081082719")]
    [InlineData('I', "USA11008108271")]
    [InlineData('I', "usa110081082719")]
    public void A_number_that_the_document_cannot_carry_is_never_right(char kind, string number)
    {
        var card = kind switch { 'J' => Permit, 'I' => Foreigner2017, 'Y' => Foreigner2023, _ => Citizen() };
        Assert.False(new IdCardText(card.WithField(122, kind == 'I' && number.Length <= 15 ? 30 : 36, number).Text).HasRightNumber);
    }

    [Theory]
    [InlineData(255)]
    [InlineData(257)]
    [InlineData(0)]
    public void Text_of_another_length_is_no_card(int length)
    {
        Assert.Throws<ArgumentException>(() => new IdCardText(new byte[length]).Kind);
        Assert.Throws<ArgumentException>(() => new IdCard(new byte[length]));
    }

    [Fact]
    public void Whatever_the_bytes_are_the_text_is_read_without_an_error()
    {
        var random = new Random(11);
        var bytes = new byte[IdCardText.Bytes];
        for (var i = 0; i < 20_000; i++)
        {
            random.NextBytes(bytes);
            (bytes[248], bytes[249]) = ((byte)" JIY"[i % 4], 0);
            var text = new IdCardText(bytes);
            Assert.NotEqual(IdCardKind.Unknown, text.Kind);
            Assert.False(text.HasRightNumber);
            _ = text.IsValidOn(new(2020, 1, 1));
            _ = Nations.Name(text.Nation);
            Assert.True(text.Name.Length + text.LatinName.Length + text.Address.Length + text.Issuer.Length <= 128);
        }
    }

    [Fact]
    public void A_card_never_tells_what_stands_on_it()
    {
        foreach (var sample in new[] { Citizen(), Permit, Foreigner2017, Foreigner2023 })
        {
            using var card = new IdCard(sample.Text);
            var told = $"{card} {card.Text.ToString()}";
            foreach (var secret in new[] { card.Text.Name.ToString(), card.Text.Number.ToString(), card.Text.Address.ToString() })
                Assert.True(secret.Length == 0 || !told.Contains(secret, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_card_that_was_disposed_holds_nothing()
    {
        var card = new IdCard(Citizen().Text);
        var text = (byte[])typeof(IdCard).GetField("_text", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)!.GetValue(card)!;
        Assert.Contains(Encoding.Unicode.GetBytes("张")[0], text);
        card.Dispose();
        Assert.True(card.IsCleared);
        Assert.All(text, b => Assert.Equal(0, b));
        Assert.Throws<ObjectDisposedException>(() => card.Text.Kind);
        Assert.Equal(IdCardKind.Citizen, card.Kind);
        var address = new PersonalText("某某街1号");
        Assert.DoesNotContain("某", address.ToString(), StringComparison.Ordinal);
        address.Dispose();
        Assert.Throws<ObjectDisposedException>(() => address.Text.Length);
    }
}
