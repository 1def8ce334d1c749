using DeviceAgent.Drivers.Contactless;
using DeviceAgent.Simulator.Contactless;
using FsCheck;
using FsCheck.Fluent;

namespace DeviceAgent.Tests.Contactless;

public sealed class NdefTextTests
{
    // NFC Forum, RTD Text 1.0, appendix A ("Hello, World!" in English), and RTD URI 1.0, appendix A.
    [Theory]
    [InlineData("D1 01 10 54 02 65 6E 48 65 6C 6C 6F 2C 20 57 6F 72 6C 64 21", "Hello, World!")]
    [InlineData("D1 01 08 55 01 6E 66 63 2E 63 6F 6D", "http://www.nfc.com")]
    [InlineData("D1 01 0D 55 05 2B 33 35 38 39 31 32 33 34 35 36 37", "tel:+35891234567")]
    [InlineData("D1 01 05 54 00 38 30 31 32", "8012")] // no language
    [InlineData("C1 01 00 00 00 05 54 00 38 30 31 32", "8012")] // a long length
    [InlineData("D9 01 05 02 54 41 42 00 38 30 31 32", "8012")] // an id
    [InlineData("D1 01 05 55 24 38 30 31 32", "8012")] // a reserved prefix
    [InlineData("D1 01 05 55 FF 38 30 31 32", "8012")]
    [InlineData("D1 01 09 54 80 00 38 00 30 00 31 00 32", "8012")] // UTF-16, its high byte first
    [InlineData("D1 01 0B 54 80 FE FF 00 38 00 30 00 31 00 32", "8012")]
    [InlineData("D1 01 0B 54 80 FF FE 38 00 30 00 31 00 32 00", "8012")]
    [InlineData("D1 01 07 54 02 7A 68 E8 BD A6 20", "车 ")]
    [InlineData("93 06 00 68 74 74 70 3A 78 51 01 01 54 00", "http:x")] // an absolute URI, and an empty text
    [InlineData("D1 02 09 53 70 D1 01 05 55 00 38 30 31 32", "8012")] // a poster
    [InlineData("D1 02 12 53 70 91 01 05 54 00 39 39 39 39 51 01 05 55 00 38 30 31 32", "8012")] // its title is for people
    [InlineData("91 01 05 54 00 38 30 31 32 54 0F 01 61 6E 64 72 6F 69 64 2E 63 6F 6D 3A 70 6B 67 78", "8012")] // an application record behind it
    [InlineData("D0 00 00", null)]
    [InlineData("D1 01 01 54 00", null)]
    [InlineData("D2 0A 04 74 65 78 74 2F 70 6C 61 69 6E 38 30 31 32", null)] // text/plain is no code
    [InlineData("D5 00 02 AA BB", null)]
    public void A_message_says_what_the_standard_says(string message, string? expected)
    {
        Assert.True(NdefText.TryRead(Hex(message), out var text));
        Assert.Equal(expected, text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("D1")]
    [InlineData("D1 01 05 54 00 38 30 31")] // cut short
    [InlineData("D1 01 04 54 00 38 30 31 32")] // something behind the end
    [InlineData("91 01 05 54 00 38 30 31 32")] // no end
    [InlineData("51 01 05 54 00 38 30 31 32")] // no beginning
    [InlineData("91 01 01 54 00 D1 01 01 54 00")] // two beginnings
    [InlineData("F1 01 05 54 00 38 30 31 32")] // a chunk
    [InlineData("D6 00 05 00 38 30 31 32")] // "unchanged", which only chunks have
    [InlineData("D7 00 05 00 38 30 31 32")]
    [InlineData("D0 01 00 54")] // empty, with a type
    [InlineData("D5 01 00 54")]
    [InlineData("C1 01 FF FF FF FF 54")] // 4 GB
    [InlineData("C1 01 7F FF FF FF 54 00")]
    [InlineData("C9 FF FF FF FF FF FF 54 00")]
    [InlineData("D1 01 00 54")] // a text without its first byte
    [InlineData("D1 01 05 54 05 38 30 31 32")] // a language longer than the text
    [InlineData("D1 01 00 55")]
    [InlineData("D1 01 04 54 80 38 30 31")] // half a character
    [InlineData("D1 01 03 54 80 D8 00")] // half a surrogate pair
    [InlineData("D1 01 03 54 00 C3 28")] // not UTF-8
    [InlineData("D1 01 06 54 00 38 30 0D 31 32")] // a line break
    [InlineData("D1 01 06 54 00 38 30 00 31 32")]
    [InlineData("D1 01 04 54 00 38 C2 85")] // U+0085 is one, too
    [InlineData("D1 02 08 53 70 D1 01 05 55 00 38 30 31")] // a poster whose message is cut short
    public void A_malformed_message_never_becomes_a_code(string message)
    {
        Assert.False(NdefText.TryRead(Hex(message), out var text));
        Assert.Null(text);
    }

    [Fact]
    public void A_good_text_before_a_malformed_record_is_no_code_either() =>
        Assert.False(NdefText.TryRead(Hex("91 01 05 54 00 38 30 31 32 51 01 09 54 00"), out _));

    [Fact]
    public void A_message_has_no_more_records_than_allowed()
    {
        var record = NdefBytes.Record(5, default, [1]);
        Assert.True(NdefText.TryRead(NdefBytes.Message([.. Enumerable.Repeat(record, NdefMessage.MaxRecords)]), out _));
        Assert.False(NdefText.TryRead(NdefBytes.Message([.. Enumerable.Repeat(record, NdefMessage.MaxRecords + 1)]), out _));
    }

    [Fact]
    public void A_poster_in_a_poster_is_not_looked_into()
    {
        var inner = NdefBytes.Message(NdefBytes.Record(1, "Sp"u8, NdefBytes.Uri(0, "8012")));
        Assert.True(NdefText.TryRead(NdefBytes.Message(NdefBytes.Record(1, "Sp"u8, inner)), out var text));
        Assert.Null(text);
    }

    [Fact]
    public void What_a_tag_was_given_is_what_is_read()
    {
        var texts = ArbMap.Default.ArbFor<NonEmptyString>().Filter(s => s.Get.All(c => !char.IsControl(c) && !char.IsSurrogate(c) && c != '\uFFFD'));
        Prop.ForAll(texts, ArbMap.Default.ArbFor<bool>(), (text, utf16) =>
            NdefText.TryRead(NdefBytes.Text(text.Get, utf16: utf16), out var read) && read == WithoutMark(text.Get, utf16)).QuickCheckThrowOnFailure();

        static string? WithoutMark(string text, bool utf16)
        {
            // The first character of a UTF-16 text may be taken for a byte order mark, and is one.
            if (utf16 && text[0] is '\uFEFF') text = text[1..];
            return text.Length == 0 || (utf16 && text[0] == '\uFFFE') ? null : text;
        }
    }

    [Fact]
    public void Every_prefix_of_the_table_is_put_back()
    {
        string[] some = ["", "http://www.", "https://www.", "http://", "https://", "tel:"];
        for (byte prefix = 0; prefix < some.Length; prefix++)
        {
            Assert.True(NdefText.TryRead(NdefBytes.Uri(prefix, "x"), out var text));
            Assert.Equal(some[prefix] + "x", text);
        }
        Assert.True(NdefText.TryRead(NdefBytes.Uri(0x23, "x"), out var last));
        Assert.Equal("urn:nfc:x", last);
        Assert.True(NdefText.TryRead(NdefBytes.Uri(0x13, "x"), out var urn));
        Assert.Equal("urn:x", urn);
    }

    private static byte[] Hex(string text) => Convert.FromHexString(text.Replace(" ", "", StringComparison.Ordinal));
}
