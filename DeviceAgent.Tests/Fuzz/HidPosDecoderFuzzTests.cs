using DeviceAgent.Drivers.Input;
using DeviceAgent.Simulator.Scanning;

namespace DeviceAgent.Tests.Fuzz;

/// <summary>A million mutated inputs for the reports and for the descriptor of them.</summary>
public sealed class HidPosDecoderFuzzTests
{
    [Fact]
    public void No_garbage_keeps_the_next_report_from_being_read()
    {
        var decoder = new HidPosDecoder(200);
        var good = HidPosReports.Of("8012")[0];
        byte[][] corpus = [.. HidPosReports.Of(new string('8', 300)), good, .. HidPosReports.Of("8012", null), .. HidPosReports.Of("8012", "]C0", 2)];
        Fuzzer.Run(4, corpus, input =>
        {
            for (var rest = input.Span; ; rest = rest[64..])
            {
                decoder.Take(rest[..Math.Min(rest.Length, 64)]);
                Assert.True(decoder.Code.Length <= 200);
                if (rest.Length <= 64) break;
            }
            decoder.TryAbandon();
            Assert.Equal(HidPosStep.Code, decoder.Take(good));
            Assert.True(decoder.Code.SequenceEqual("8012"u8));
        });
    }

    [Fact]
    public void No_descriptor_is_read_beyond_its_end()
    {
        byte[][] corpus = [HidPosReports.Descriptor, [0xFE, 0x03, 0xAA], Convert.FromHexString("05010906A101050719E029E71500250175019508810295017508810395057501C0")];
        Fuzzer.Run(5, corpus, input =>
        {
            HidReportDescriptor.HasApplication(input.Span, 0x8C, 0x02);
            Assert.True(HidReportDescriptor.HasApplication(HidPosReports.Descriptor, 0x8C, 0x02));
        });
    }
}
