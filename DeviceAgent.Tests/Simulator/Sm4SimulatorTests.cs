using System.Text;
using DeviceAgent.Simulator.Gateway;
using DeviceAgent.Tests.Oracles;

namespace DeviceAgent.Tests.Simulator;

public sealed class Sm4SimulatorTests
{
    private const string Key = "0123456789ABCDEFFEDCBA9876543210";

    // GB/T 32907-2016, annex A: example 1 and the same block a million times.
    [Theory]
    [InlineData(1, "681EDF34D206965E86B3E94F536E4246")]
    [InlineData(1_000_000, "595298C7C6FD271F0402F804C33D3F66")]
    public void The_standards_examples_are_not_missed(int rounds, string expected)
    {
        var cipher = new Sm4(Convert.FromHexString(Key));
        var block = Convert.FromHexString(Key);
        for (var i = 0; i < rounds; i++) cipher.EncryptBlock(block, block);
        Assert.Equal(expected, Convert.ToHexString(block));
        cipher.DecryptBlock(block, block);
        if (rounds == 1) Assert.Equal(Key, Convert.ToHexString(block));
    }

    [Theory]
    [InlineData("张三", "8e6d95a4b4b29a57d845dbd096e40f5d")]
    [InlineData("432524100011191212", "f88dd80414bbdcfee438beaa758421c4ed589f76433e51397463420ae797032e")]
    [InlineData("0", "45a937871858b7cd3a55b42f8cae65bf")]
    public void A_passengers_field_is_not_encrypted_to_anything_else(string plain, string expected)
    {
        Assert.Equal(expected, new PassengerCipher { Key = Key }.Encrypt(plain));
        Assert.Equal(plain, new PassengerCipher { Key = Key }.Decrypt(expected));
        Assert.Equal(plain, new PassengerCipher { Key = Key }.Decrypt(expected.ToUpperInvariant()));
        Assert.Equal(plain, new PassengerCipher { Key = Key, Form = CipherTextForm.Base64 }.Decrypt(Convert.ToBase64String(Convert.FromHexString(expected))));
    }

    [Theory]
    [InlineData(0), InlineData(1), InlineData(15), InlineData(16), InlineData(17), InlineData(64)]
    public void No_length_is_lost_on_the_way_through(int length)
    {
        var plain = new string('x', length);
        foreach (var iv in (string?[])[null, "0123456789abcdef"])
            foreach (var form in Enum.GetValues<CipherTextForm>())
            {
                var cipher = new PassengerCipher { Key = "kiosk-partner-16", Iv = iv, Form = form };
                Assert.True(cipher.IsCipherText(cipher.Encrypt(plain)));
                Assert.Equal(plain, cipher.Decrypt(cipher.Encrypt(plain)));
            }
    }

    [Theory]
    [InlineData("张三"), InlineData(""), InlineData("0"), InlineData("432524100011191212"), InlineData("8e6d95a4b4b29a57d845dbd096e40f5"), InlineData("8e6d95a4b4b29a57d845dbd096e40f5g")]
    [InlineData("8e6d95a4b4b29a57d845dbd096e40f5e"), InlineData("8e6d95a4b4b29a57d845dbd096e40f5d8e6d95a4b4b29a57"), InlineData("jm2VpLSymlfYRdvQluQPXQ==")]
    public void What_is_no_cipher_text_of_this_key_is_not_decrypted(string text) => Assert.Null(new PassengerCipher { Key = Key }.Decrypt(text));

    [Theory]
    [InlineData(nameof(CipherTextForm.Hex)), InlineData(nameof(CipherTextForm.Base64))]
    public void A_mutated_cipher_text_never_throws(string form)
    {
        var random = new Random(3);
        var cipher = new PassengerCipher { Key = Key, Form = Enum.Parse<CipherTextForm>(form) };
        var valid = cipher.Encrypt("330106197001101009");
        var refused = 0;
        for (var i = 0; i < 5_000; i++)
        {
            var text = valid.ToCharArray();
            for (var changes = random.Next(1, 3); changes > 0; changes--) text[random.Next(text.Length)] = (char)(i % 2 == 0 ? random.Next(32, 127) : "0123456789abcdef"[random.Next(16)]);
            if (cipher.Decrypt(new string(text)[..random.Next(text.Length + 1)]) is null) refused++;
        }
        Assert.InRange(refused, 4_000, 5_000);
        Assert.Null(cipher.Decrypt(valid.Insert(10, "\n")));
    }

    [Fact]
    public void A_key_or_vector_that_has_not_16_bytes_is_not_stretched()
    {
        Assert.Throws<FormatException>(() => new PassengerCipher { Key = "short" }.Encrypt("x"));
        Assert.Throws<FormatException>(() => new PassengerCipher { Iv = "" }.Encrypt("x"));
        Assert.Throws<ArgumentException>(() => new Sm4(new byte[15]));
    }

    [Theory]
    [InlineData("-sm4-ecb", null)]
    [InlineData("-sm4-cbc", "00112233445566778899aabbccddeeff")]
    public async Task Openssl_does_not_encrypt_otherwise(string mode, string? iv)
    {
        OpenSslOracle.Require();
        var cipher = new PassengerCipher { Key = Key, Iv = iv };
        foreach (var plain in (string[])["", "张三", "432524100011191212", "0123456789abcdef", "CN", new string('票', 100)])
        {
            string[] vector = iv is null ? [] : ["-iv", iv];
            var output = await OpenSslOracle.RunAsync(Encoding.UTF8.GetBytes(plain), ["enc", mode, "-K", Key, .. vector]);
            Assert.Equal(Convert.ToHexStringLower(output), cipher.Encrypt(plain));
            Assert.Equal(plain, cipher.Decrypt(Convert.ToHexStringLower(output)));
        }
    }
}
