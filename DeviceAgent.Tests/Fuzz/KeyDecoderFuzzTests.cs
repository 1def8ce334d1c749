using DeviceAgent.Drivers.Input;
using DeviceAgent.Simulator.Scanning;

namespace DeviceAgent.Tests.Fuzz;

/// <summary>A million mutated inputs; after dropped events the next key is read.</summary>
public sealed class KeyDecoderFuzzTests
{
    [Fact]
    public void No_garbage_keeps_the_next_key_from_being_read()
    {
        var decoder = new KeyDecoder(KeyboardLayout.Find("de"));
        byte[][] corpus = [new TypedKeys().Type("aB1\r").ToArray(), new TypedKeys().Overflow().EndReport().ToArray(), new TypedKeys().TapWith(TypedKeys.LeftAlt, 79, 80).Tap(41, TypedKeys.CapsLock).ToArray()];
        var end = new TypedKeys().EndReport().ToArray();
        var good = new TypedKeys().Type("8").ToArray().Chunk(24).ToArray();
        Fuzzer.Run(6, corpus, input =>
        {
            for (var rest = input.Span; rest.Length >= 24; rest = rest[24..])
            {
                decoder.Take(rest[..24]);
                Assert.True(decoder.Text.Length <= 2);
            }
            // What the scanner does after events were dropped.
            decoder.Take(end);
            decoder.SetKeys([]);
            Assert.Equal('8', good.Select(e => decoder.Take(e) == KeyStep.Text ? decoder.Text[0] : '\0').Max());
        });
    }
}
