using System.Security.Cryptography;
using System.Text;
using DeviceAgent.Platform.Gateway;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.AspNetCore.WebUtilities;

namespace DeviceAgent.Tests.Gateway;

public sealed class TopSignatureTests
{
    [Theory]
    [InlineData(TopSignMethod.Md5, "66987CB115214E59E6EC978214934FB8")]
    [InlineData(TopSignMethod.Hmac, "D56D7858309C31B6251083A874D48273")]
    [InlineData(TopSignMethod.HmacSha256, "04DB15AD0774D5CFCE2C837DE43E3FCEA9011ED74F3038FB6AB5F3C4CEA119E8")]
    public void The_published_example_never_gets_another_signature(TopSignMethod method, string expected)
    {
        var form = new TopForm();
        form.Add("method"u8, "taobao.item.seller.get");
        form.Add("app_key"u8, "12345678");
        form.Add("session"u8, "test");
        form.Add("timestamp"u8, "2016-01-01 12:00:00");
        form.Add("format"u8, "json");
        form.Add("v"u8, "2.0");
        form.Add("fields"u8, "num_iid,title,nick,price,num");
        form.Add("num_iid"u8, "11223344");
        form.Add("sign_method"u8, TopSignature.NameOf(method));
        Assert.Equal(expected, Sign(method, "helloworld", form));
    }

    [Fact]
    public void Text_outside_ascii_is_not_signed_in_another_encoding_than_UTF8()
    {
        var form = new TopForm();
        form.Add("c"u8, "\u2714\uFE0F");
        form.Add("a"u8, "1");
        form.Add("b"u8, "2");
        Assert.Equal("3250EADEB3D5F9B453F4F0B95FA4B160", Sign(TopSignMethod.Md5, "sandbox01eff1e5ac77cf3d078982e6e", form));
    }

    [Fact]
    public void A_whole_report_is_not_signed_otherwise_than_by_the_official_client()
    {
        var form = TvmBookOrder.Form(new TvmBookOrderRequest
        {
            AlitripOrderId = "10000241",
            BookTime = new DateTimeOffset(2017, 3, 3, 3, 22, 33, TimeSpan.Zero),
            Success = false,
            PayMode = "ALIPAY",
            Passengers = [new TvmPassengerVo { FullPrice = 1100, HasChildren = false, RiderName = "张三" }],
        });
        form.Add("method"u8, "taobao.bus.tvmbookorder.set");
        form.Add("v"u8, "2.0");
        form.Add("sign_method"u8, "hmac");
        form.Add("app_key"u8, "12345678");
        form.Add("format"u8, "json");
        form.Add("partner_id"u8, "top-sdk-net-20230831");
        form.Add("timestamp"u8, "2017-03-03 11:22:40");
        form.Add("session"u8, "test");
        Assert.Equal("D74576B3067DDB57DCD6C34A42D45877", Sign(TopSignMethod.Hmac, "helloworld", form));
    }

    [Fact]
    public void A_new_secret_or_method_never_signs_as_the_one_before()
    {
        var form = new TopForm();
        form.Add("a"u8, "1");
        foreach (var secret in new[] { "helloworld", "helloworlds", "helloworld" })
        {
            foreach (var method in new[] { TopSignMethod.HmacSha256, TopSignMethod.Hmac, TopSignMethod.Md5, TopSignMethod.HmacSha256 })
            {
                var key = Encoding.UTF8.GetBytes(secret);
#pragma warning disable CA5351 // The gateway's older sign methods.
                var expected = method switch
                {
                    TopSignMethod.Md5 => MD5.HashData(Encoding.UTF8.GetBytes(secret + "a1" + secret)),
                    TopSignMethod.Hmac => HMACMD5.HashData(key, "a1"u8),
                    _ => HMACSHA256.HashData(key, "a1"u8),
                };
#pragma warning restore CA5351
                Assert.Equal(Convert.ToHexString(expected), Sign(method, secret, form));
                Assert.Equal(Convert.ToHexString(expected), Sign(method, secret, form));
            }
        }
    }

    [Fact]
    public void No_octet_is_written_otherwise_than_a_form_wants_it()
    {
        for (var c = 1; c < 0x800; c++)
        {
            var form = new TopForm();
            form.Add("p"u8, ((char)c).ToString());
            var expected = c is ' ' ? "+" : c is '~' ? "%7E" : Uri.EscapeDataString(((char)c).ToString());
            Assert.Equal("p=" + expected, Encoding.ASCII.GetString(form.Encode()));
        }
    }

    [Fact]
    public void Empty_values_are_neither_signed_nor_sent()
    {
        var form = new TopForm();
        form.Add("a"u8, "");
        form.Add("b"u8, (string?)null);
        form.Add("c"u8, ReadOnlySpan<byte>.Empty);
        form.Add("d"u8, (bool?)null);
        Assert.Equal(0, form.Count);
        Assert.Empty(form.Encode());
    }

    [Fact]
    public void What_was_added_and_taken_back_leaves_no_trace()
    {
        var form = new TopForm();
        form.Add("a"u8, "1");
        var before = form.Encode();
        var mark = form.Count;
        form.Add("b"u8, new string('x', 5000));
        form.Rewind(mark);
        form.Rewind(mark);
        Assert.Equal(before, form.Encode());
        form.Add("c"u8, "3");
        Assert.Equal("a=1&c=3", Encoding.ASCII.GetString(form.Encode()));
    }

    [Fact]
    public void No_value_changes_on_its_way_through_the_form()
    {
        Check.QuickThrowOnFailure(Prop.ForAll<string[]>(values =>
        {
            var form = new TopForm();
            var expected = new Dictionary<string, string>();
            for (var i = 0; i < values.Length; i++)
            {
                if (string.IsNullOrEmpty(values[i])) continue;
                form.Add(Encoding.ASCII.GetBytes($"p{i}"), values[i]);
                // Half a surrogate pair has no UTF-8: both sides hold the replacement character.
                expected[$"p{i}"] = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(values[i]));
            }
            var body = Encoding.ASCII.GetString(form.Encode());
            var parsed = body.Length == 0 ? [] : body.Split('&').Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => Unescape(pair[1]));
            return expected.Count == parsed.Count && expected.All(pair => parsed[pair.Key] == pair.Value);
        }));
    }

    [Fact]
    public void More_parameters_than_usual_are_still_sorted_by_name()
    {
        var form = new TopForm();
        for (var i = 99; i >= 0; i--) form.Add(Encoding.ASCII.GetBytes($"n{i:D2}"), "v");
        var sorted = new byte[form.Length];
        form.CopySorted(sorted);
        Assert.Equal(string.Concat(Enumerable.Range(0, 100).Select(i => $"n{i:D2}v")), Encoding.ASCII.GetString(sorted));
    }

    /// <summary>ASP.NET Core's own reading of one form value.</summary>
    private static string Unescape(string text)
    {
        using var reader = new FormReader("v=" + text) { ValueLengthLimit = int.MaxValue };
        return reader.ReadForm()["v"].ToString();
    }

    private static string Sign(TopSignMethod method, string secret, TopForm form)
    {
        Span<byte> hex = stackalloc byte[TopSignature.MaxHexLength];
        return Encoding.ASCII.GetString(hex[..TopSignature.Sign(method, secret, form, hex)]);
    }
}
