using System.Text;
using DeviceAgent.Platform.Gateway;
using DeviceAgent.Platform.Interop;
using DeviceAgent.Tests.Oracles;

namespace DeviceAgent.Tests.Gateway;

public sealed class TrainCipherTests
{
    private const string Key = "0123456789ABCDEFFEDCBA9876543210";
    private const string Iv = "000102030405060708090a0b0c0d0e0f";

    private static readonly TrainCipherOptions EcbHex = new() { Output = TrainCipherOutput.Hex };

    /// <summary>Every length around a block, and text outside ASCII.</summary>
    private static readonly string[] Texts = [.. Enumerable.Range(0, 50).Select(length => string.Concat(Enumerable.Range(0, length).Select(i => i % 3 == 0 ? '张' : (char)('a' + i % 26))))];

    private static TrainCipher Cipher(TrainCipherOptions options, string key = Key)
    {
        var cipher = TrainCipher.TryCreate(options, key, out var whyNot);
        Assert.Null(whyNot);
        return cipher!;
    }

    // GB/T 32907, appendix A.1.
    [Fact]
    public void The_standards_example_never_gives_another_block()
    {
        var key = Convert.FromHexString(Key);
        using var context = LibCrypto.NewCipherContext();
        Assert.Equal(1, LibCrypto.EncryptInit(context, LibCrypto.Sm4Ecb(), 0, key, []));
        var block = key.ToArray();
        for (var round = 1; round <= 1_000_000; round++)
        {
            Assert.True(LibCrypto.EncryptUpdate(context, block, out var written, block, block.Length) == 1 && written == block.Length);
            if (round == 1) Assert.Equal("681EDF34D206965E86B3E94F536E4246", Convert.ToHexString(block));
        }
        Assert.Equal("595298C7C6FD271F0402F804C33D3F66", Convert.ToHexString(block));
    }

    [Theory]
    [InlineData("张三", "8e6d95a4b4b29a57d845dbd096e40f5d")]
    [InlineData("432524100011191212", "f88dd80414bbdcfee438beaa758421c4ed589f76433e51397463420ae797032e")]
    [InlineData("0", "45a937871858b7cd3a55b42f8cae65bf")]
    public void A_value_is_never_padded_or_written_otherwise(string text, string hex)
    {
        Assert.Equal(hex, Cipher(EcbHex).Encrypt(text));
        Assert.Equal(Convert.ToBase64String(Convert.FromHexString(hex)), Cipher(EcbHex with { Output = TrainCipherOutput.Base64 }).Encrypt(text));
        Assert.Equal(hex, Cipher(EcbHex, Key.ToLowerInvariant()).Encrypt(text));
    }

    [Theory]
    [InlineData(TrainCipherMode.Ecb, TrainKeyForm.Hex, TrainCipherOutput.Hex)]
    [InlineData(TrainCipherMode.Cbc, TrainKeyForm.Hex, TrainCipherOutput.Base64)]
    [InlineData(TrainCipherMode.Cbc, TrainKeyForm.Text, TrainCipherOutput.Hex)]
    public async Task Openssls_own_program_never_reads_something_else(TrainCipherMode mode, TrainKeyForm form, TrainCipherOutput output)
    {
        OpenSslOracle.Require();
        const string textKey = "k\u00e9y of 15 chars";
        var cipher = Cipher(new() { Mode = mode, KeyForm = form, Output = output, Iv = mode == TrainCipherMode.Cbc ? Iv : null }, form == TrainKeyForm.Text ? textKey : Key);
        var key = form == TrainKeyForm.Text ? Convert.ToHexString(Encoding.UTF8.GetBytes(textKey)) : Key;
        // A sample of the lengths: each is a process.
        foreach (var text in Texts.Where((_, length) => length is 0 or 1 or 4 or 15 or 16 or 17 or 49))
        {
            string[] way = mode == TrainCipherMode.Cbc ? ["-sm4-cbc", "-iv", Iv] : ["-sm4-ecb"];
            var theirs = await OpenSslOracle.RunAsync(Encoding.UTF8.GetBytes(text), ["enc", .. way, "-K", key]);
            Assert.Equal(output == TrainCipherOutput.Hex ? Convert.ToHexStringLower(theirs) : Convert.ToBase64String(theirs), cipher.Encrypt(text));
        }
    }

    [Fact]
    public void Every_length_is_padded_to_whole_blocks()
    {
        var cipher = Cipher(EcbHex);
        foreach (var text in Texts) Assert.Equal((Encoding.UTF8.GetByteCount(text) / 16 + 1) * 32, cipher.Encrypt(text).Length);
    }

    [Fact]
    public void No_value_of_a_passenger_is_left_plain_and_none_is_made_up()
    {
        var cipher = Cipher(EcbHex);
        var plain = DocumentExamples.Train.BookTrainDetails[0].BookTicketDetails[0].PassengerInfo;
        var told = cipher.Encrypt(DocumentExamples.Train).BookTrainDetails[0].BookTicketDetails[0];
        foreach (var property in typeof(PassengerInfo).GetProperties())
            Assert.Equal(cipher.Encrypt((string)property.GetValue(plain)!), property.GetValue(told.PassengerInfo));
        Assert.Equal(DocumentExamples.Train.BookTrainDetails[0].BookTicketDetails[0] with { PassengerInfo = told.PassengerInfo }, told);
        // The document's required ones alone.
        var bare = new PassengerInfo { PassengerName = "a", PassengerMobile = "b", PassengerIdNo = "c", PassengerIdType = "d", PassengerId = "e" };
        var train = DocumentExamples.Train.BookTrainDetails[0];
        var sent = cipher.Encrypt(DocumentExamples.Train with { BookTrainDetails = [train with { BookTicketDetails = [train.BookTicketDetails[0] with { PassengerInfo = bare }] }] });
        var json = Encoding.UTF8.GetString(TopMessageJson.Write(sent));
        Assert.Contains($$"""
            "passenger_info":{"passenger_name":"{{cipher.Encrypt("a")}}","passenger_mobile":"{{cipher.Encrypt("b")}}","passenger_id_no":"{{cipher.Encrypt("c")}}","passenger_id_type":"{{cipher.Encrypt("d")}}","passenger_id":"{{cipher.Encrypt("e")}}"}
            """, json, StringComparison.Ordinal);
    }

    public static TheoryData<TrainCipherOptions, string?, string> Incomplete() => new()
    {
        { new(), Key, "Train:Output is not set" },
        { EcbHex, null, "the train key is not set" },
        { EcbHex, "", "the train key is not set" },
        { EcbHex, Key[1..], "the train key must be 32 hex digits" },
        { EcbHex, "g" + Key[1..], "the train key must be 32 hex digits" },
        { EcbHex with { KeyForm = TrainKeyForm.Text }, Key, "the train key must be 16 bytes of text" },
        { EcbHex with { KeyForm = TrainKeyForm.Text }, "十六个字符不是十六个字节也不行啊", "the train key must be 16 bytes of text" },
        { EcbHex with { Mode = TrainCipherMode.Cbc }, Key, "Train:Iv must be 32 hex digits" },
        { EcbHex with { Iv = Iv }, Key, "Train:Iv must be left out" },
    };

    [Theory, MemberData(nameof(Incomplete))]
    public void Nothing_is_encrypted_on_a_guess_and_the_key_is_never_quoted(TrainCipherOptions options, string? key, string why)
    {
        Assert.Null(TrainCipher.TryCreate(options, key, out var whyNot));
        Assert.StartsWith(why, whyNot, StringComparison.Ordinal);
        if (!string.IsNullOrEmpty(key)) Assert.DoesNotContain(key, whyNot, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mistake_in_the_options_is_named_with_what_is_allowed()
    {
        Assert.Empty(new TrainCipherOptions().Validate("Train"));
        Assert.Empty(new TrainCipherOptions { Mode = TrainCipherMode.Cbc, Iv = Iv, Output = TrainCipherOutput.Base64 }.Validate("Train"));
        Assert.Equal(
            [
                "Train:Mode must be one of Ecb, Cbc",
                "Train:KeyForm must be one of Hex, Text",
                "Train:Output must be one of Hex, Base64, or left out: then no train report is sent",
            ],
            new TrainCipherOptions { Mode = (TrainCipherMode)2, KeyForm = (TrainKeyForm)(-1), Output = (TrainCipherOutput)7 }.Validate("Train"));
        Assert.Equal(["Train:Iv must be 32 hex digits with Mode Cbc"], new TrainCipherOptions { Mode = TrainCipherMode.Cbc, Iv = Iv + "0" }.Validate("Train"));
    }
}
