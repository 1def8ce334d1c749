using DeviceAgent.Drivers.Scanning;
using DeviceAgent.Tests.Scanning;

namespace DeviceAgent.Tests.Fuzz;

/// <summary>A million mutated inputs for the replies of Newland and of GM65; after a pause the next reply and the next code are told apart.</summary>
public sealed class ReplySplitterFuzzTests
{
    [Theory]
    [InlineData("newland")]
    [InlineData("gm65")]
    public void No_garbage_keeps_the_next_reply_and_the_next_code_from_being_told_apart(string profile)
    {
        var splitter = ReplySplitterTests.Splitter(profile);
        byte[] reply = Convert.FromHexString(profile == "gm65" ? "02000001003331" : "0201303030302353434E5452473106" + "3B03");
        byte[][] corpus = [reply, [.. reply, .. "8012\r"u8], "8012\r"u8.ToArray(), Convert.FromHexString("0201303030302353434E5452473115" + "3B03"), [0x02], [0x02, 0x01]];
        Fuzzer.Run(2, corpus, input =>
        {
            // Nothing is made up, and what is no reply is given on.
            var (given, replies) = Drain(splitter, input.Span, out _);
            given += splitter.GiveUp().Length;
            Assert.True(given <= input.Length && replies <= input.Length);
            var next = Drain(splitter, reply, out _);
            Assert.Equal((0, 1), next);
            Assert.Equal((5, 0), Drain(splitter, "8012\r"u8, out var last));
            Assert.Equal((byte)'\r', last);
        });
    }

    private static (int Given, int Replies) Drain(ReplySplitter splitter, ReadOnlySpan<byte> input, out byte last)
    {
        var (given, replies) = (0, 0);
        last = 0;
        while (true)
        {
            switch (splitter.Next(ref input, out var data))
            {
                case ReplyPart.Data:
                    given += data.Length;
                    last = data[^1];
                    break;
                case ReplyPart.Nothing:
                    return (given, replies);
                default:
                    replies++;
                    break;
            }
        }
    }
}
