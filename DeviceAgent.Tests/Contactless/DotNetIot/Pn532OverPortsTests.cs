using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Contactless;
using DeviceAgent.Simulator.Contactless;

namespace DeviceAgent.Tests.Contactless.DotNetIot;

/// <summary>The driver of the PN532 over the line on System.IO.Ports: "Serial:Backend" = "dotnet".</summary>
public sealed class Pn532OverPortsTests
{
    private static readonly byte[] Uid = [0x04, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6];

    private static Task<Pn532Fixture> OpenAsync() => Pn532Fixture.OpenAsync(backend: DriverBackend.DotNet);

    [Fact]
    public async Task A_code_is_never_read_otherwise_than_over_the_kernels_line()
    {
        await using var fixture = await OpenAsync();
        Assert.Equal("PN532 1.6", fixture.Reader.Model);
        SimulatedCard[] cards =
        [
            new Type2Card(NdefBytes.Text("8012")) { Uid = Uid },
            new Type4Card(NdefBytes.Text(new string('9', 700))) { Uid = Uid, HasRandomUid = true },
        ];
        string[] expected = ["8012", new string('9', 700)];
        for (var i = 0; i < cards.Length; i++)
        {
            var reading = fixture.ReadCardAsync();
            await fixture.ListingAsync();
            fixture.Chip.Present(cards[i]);
            Assert.Equal(expected[i], (await reading).Text);
            fixture.Chip.TakeAway();
            Assert.Equal(CardReaderEventKind.CardGone, (await fixture.NextAsync()).Kind);
        }
    }

    [Fact]
    public async Task A_cable_that_is_pulled_is_never_taken_for_an_empty_field()
    {
        await using var fixture = await OpenAsync();
        var next = fixture.NextAsync();
        await fixture.ListingAsync();
        fixture.Terminal.HangUp();
        await Assert.ThrowsAsync<DeviceLostException>(() => next);
    }
}
