using DeviceAgent.Drivers.IdCards;

namespace DeviceAgent.Tests.IdCards;

public sealed class CitizenNumberTests
{
    [Theory]
    // GB 11643, examples.
    [InlineData("11010519491231002X", true)]
    [InlineData("440524188001010014", true)]
    [InlineData("11010519491231002x", false)]
    [InlineData("110105194912310021", false)]
    [InlineData("11010519491231002", false)]
    [InlineData("11010519491231002XX", false)]
    [InlineData("1101051949123100２X", false)]
    [InlineData("X1010519491231002X", false)]
    [InlineData("", false)]
    public void A_wrong_number_is_never_right(string number, bool isRight) => Assert.Equal(isRight, CitizenNumber.IsRight(number));

    [Fact]
    public void No_single_wrong_character_and_no_two_that_changed_places_go_unseen()
    {
        foreach (var number in new[] { "11010519491231002X", "440524188001010014", "330106197001101009" })
        {
            Assert.True(CitizenNumber.IsRight(number));
            for (var at = 0; at < number.Length; at++)
            {
                foreach (var c in "0123456789X")
                {
                    if (c == number[at]) continue;
                    Assert.False(CitizenNumber.IsRight(number[..at] + c + number[(at + 1)..]));
                }
                if (at > 0 && number[at - 1] != number[at])
                    Assert.False(CitizenNumber.IsRight(number[..(at - 1)] + number[at] + number[at - 1] + number[(at + 1)..]));
            }
        }
    }

    [Fact]
    public void The_date_of_birth_is_the_one_that_stands_there()
    {
        Assert.Equal(new DateOnly(1949, 12, 31), CitizenNumber.BirthDate("11010519491231002X"));
        Assert.Equal(new DateOnly(1880, 1, 1), CitizenNumber.BirthDate("440524188001010014"));
        Assert.Null(CitizenNumber.BirthDate("110105194913310021"));
        Assert.Null(CitizenNumber.BirthDate("1949"));
    }

    [Fact]
    public void Every_people_has_its_name_and_no_other_code_has_one()
    {
        // GB/T 3304.
        const string names = "汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 拉祜 水 东乡 纳西 景颇 柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京 塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺";
        Assert.Equal(names.Split(' '), Enumerable.Range(1, 56).Select(i => Nations.Name($"{i:00}")));
        Assert.Equal("其他", Nations.Name("97"));
        Assert.Equal("外国血统中国籍人士", Nations.Name("98"));
        foreach (var other in new[] { "00", "57", "96", "99", "1", "001", "0a", "", "  ", "０１" }) Assert.Null(Nations.Name(other));
    }
}
