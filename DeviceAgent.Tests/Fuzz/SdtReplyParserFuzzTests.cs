using DeviceAgent.Drivers.IdCards;
using DeviceAgent.Simulator.IdCards;
using DeviceAgent.Tests.IdCards;

namespace DeviceAgent.Tests.Fuzz;

public sealed class SdtReplyParserFuzzTests
{
    private static readonly byte[] Good = SdtReplyParserTests.Reply(0x9F, 1, 2, 3, 4);

    private static readonly byte[][] Corpus =
    [
        Good,
        SdtReplyParserTests.Reply(0x80),
        SdtReplyParserTests.Reply(0x90, 0, 0, 0, 0, 0, 0, 0, 0),
        SdtReplyParserTests.Reply(0x90, new byte[16]),
        SdtReplyParserTests.Reply(0x91),
        SdtReplyParserTests.Reply(0x90, [1, 0, 0, 32, .. SimulatedIdCard.WithNumber("330106197001101009").Text, .. new byte[32]]),
        // A length that is never filled, and one frame within another.
        [0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x09, 0x0A, 0, 0, 0x90],
        SdtReplyParserTests.Reply(0x90, Good),
    ];

    [Fact]
    public void A_million_bad_inputs_never_break_the_parser_and_the_next_good_frame_is_read()
    {
        var parser = new SdtReplyParser();
        long read = 0, wrong = 0;
        var begun = GC.GetAllocatedBytesForCurrentThread();
        Fuzzer.Run(seed: 20_450, Corpus, input =>
        {
            Feed(parser, input.Span, ref read, ref wrong);
            // Silence, then a good frame.
            while (parser.TryReadAfterSilence(out var reply)) Look(reply, ref read, ref wrong);
            if (parser.IsInFrame) throw new InvalidOperationException("In a frame after silence.");
            ReadOnlySpan<byte> good = Good;
            if (!parser.TryRead(ref good, out var last) || last.Status != 0x9F || !last.Data.SequenceEqual(Good.AsSpan(10, 4))) throw new InvalidOperationException("The good frame was not read.");
        });
        // Nothing for each input: the parser allocates nothing at all.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - begun, 0, 1_000_000);
        Assert.InRange(read, 500_000, long.MaxValue);
        Assert.Equal(0, wrong);
    }

    [Fact]
    public void After_garbage_and_without_silence_a_good_frame_is_read_once_what_was_begun_is_full()
    {
        var parser = new SdtReplyParser();
        var many = Enumerable.Repeat(Good, SdtFrame.MaxBytes / Good.Length + 1).SelectMany(f => f).ToArray();
        Fuzzer.Run(seed: 7, Corpus, input =>
        {
            long read = 0, wrong = 0;
            Feed(parser, input.Span, ref read, ref wrong);
            read = 0;
            Feed(parser, many, ref read, ref wrong);
            if (read == 0) throw new InvalidOperationException("No good frame was read.");
        }, count: 20_000);
    }

    [Fact]
    public void A_million_bad_inputs_never_make_a_card_of_what_is_none()
    {
        var parser = new SdtReplyParser();
        var commands = new[] { SdtCommand.SamId, SdtCommand.Find, SdtCommand.Select, SdtCommand.ReadBase, SdtCommand.ReadBaseAndFingerprint, SdtCommand.ReadNewestAddress, SdtCommand.Status };
        var turn = 0;
        Fuzzer.Run(seed: 99, Corpus, input =>
        {
            var rest = input.Span;
            while (parser.TryRead(ref rest, out var reply))
            {
                var command = commands[turn++ % commands.Length];
                var reason = command.Judge(reply);
                if (reason == SdtReason.Ok && command == SdtCommand.ReadBase) _ = new IdCardText(reply.Data.Slice(4, IdCardText.Bytes)).HasRightNumber;
                if (reason is { } r && !Enum.IsDefined(r)) throw new InvalidOperationException($"Reason {r}.");
            }
            parser.Clear();
        });
        Assert.InRange(turn, 500_000, int.MaxValue);
    }

    private static void Feed(SdtReplyParser parser, ReadOnlySpan<byte> input, ref long read, ref long wrong)
    {
        while (parser.TryRead(ref input, out var reply)) Look(reply, ref read, ref wrong);
    }

    private static void Look(SdtReply reply, ref long read, ref long wrong)
    {
        read++;
        if (reply.Status > 0xFF_FFFF || reply.Data.Length > SdtFrame.MostLength - SdtFrame.LeastLength) wrong++;
    }
}
