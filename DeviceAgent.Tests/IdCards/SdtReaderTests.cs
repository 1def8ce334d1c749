using DeviceAgent.Drivers;
using DeviceAgent.Drivers.IdCards;
using DeviceAgent.Drivers.Serial;
using DeviceAgent.Simulator;
using DeviceAgent.Simulator.IdCards;
using DeviceAgent.Tests.Simulation;

namespace DeviceAgent.Tests.IdCards;

/// <summary>The driver on a pseudo-terminal, against a reader that was written from the standard alone. No time passes: <see cref="SdtReaderTimeTests"/>.</summary>
public sealed class SdtReaderTests : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private static readonly SimulatedIdCard Zhang =
        SimulatedIdCard.Citizen("张三", '1', "01", "19491231", "北京市朝阳区某某街1号院", "11010519491231002X", "北京市公安局朝阳分局", "20091231", "长期", newestAddress: "北京市海淀区新街2号");

    private static readonly SimulatedIdCard Li = SimulatedIdCard.WithNumber("330106197001101009");

    private readonly VirtualTime _time = new();
    private readonly SimulatedSdtReader _device = new();
    private readonly List<PseudoTerminal> _terminals = [];

    private static CancellationToken TestEnds => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync()
    {
        foreach (var terminal in _terminals) terminal.Dispose();
        return default;
    }

    [Fact]
    public async Task The_reader_is_known_by_the_number_of_its_module()
    {
        await using var reader = await OpenAsync();
        Assert.Equal(SimulatedSdtReader.SamLabel, reader.Sam.ToString());
        Assert.Equal(new SamId(5, 3, 20240928, 123456789, 987654321), reader.Sam);
        Assert.Equal(["12FF"], _device.Requests);
        Assert.Equal("05.03-7-000000001-000000002", new SamId(5, 3, 7, 1, 2).ToString());
    }

    [Fact]
    public async Task Each_request_is_understood_and_answered()
    {
        await using var reader = await OpenAsync();
        Assert.Equal(SdtReason.Ok, await In(reader.ReadStatusAsync(TestEnds)));
        Assert.Equal(SdtReason.Ok, await In(reader.ResetAsync(TestEnds)));
        Assert.Equal(SdtReason.Ok, await In(reader.SetMaxRfFrameAsync(0x50, TestEnds)));
        foreach (var rate in Enum.GetValues<SdtBaudRate>()) Assert.Equal(SdtReason.Ok, await In(reader.SetBaudRateAsync(rate, TestEnds)));
        Assert.Equal(SdtReason.NotFound, await In(reader.FindAsync(TestEnds)));
        Assert.Equal(SdtReason.SelectFailed, await In(reader.SelectAsync(TestEnds)));
        Assert.Equal((SdtReason.ReadFailed, null), await In(reader.ReadBaseAsync(TestEnds)));
        Assert.False(await In(reader.IsCardStillThereAsync(TestEnds)));
        Assert.Equal(["12FF", "11FF", "10FF", "61FF", "6000", "6001", "6002", "6003", "6004", "2001", "2002", "3001", "3003"], _device.Requests);
        Assert.Equal(0, _device.WrongRequests);
        Assert.Equal(0, reader.Strays);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => reader.SetBaudRateAsync((SdtBaudRate)5, TestEnds).AsTask());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => reader.SetMaxRfFrameAsync(0, TestEnds).AsTask());
    }

    public static TheoryData<string, IdCardKind> Cards => new()
    {
        { "张三", IdCardKind.Citizen },
        { "J", IdCardKind.ResidencePermit },
        { "I", IdCardKind.Foreigner2017 },
        { "Y", IdCardKind.Foreigner2023 },
    };

    [Theory, MemberData(nameof(Cards))]
    public async Task A_card_of_any_kind_is_read_as_it_is(string which, IdCardKind kind)
    {
        var sample = which switch { "J" => IdCardTextTests.Permit, "I" => IdCardTextTests.Foreigner2017, "Y" => IdCardTextTests.Foreigner2023, _ => Zhang };
        await using var reader = await OpenAsync();
        await SelectAsync(reader, sample);
        foreach (var read in new[] { reader.ReadBaseAsync, (Func<CancellationToken, ValueTask<(SdtReason, IdCard?)>>)reader.ReadBaseAndFingerprintAsync })
        {
            var (reason, card) = await In(read(TestEnds));
            Assert.Equal(SdtReason.Ok, reason);
            using (card)
            {
                Assert.Equal(kind, card!.Kind);
                Assert.True(card.Text.HasRightNumber);
                Assert.Equal(new IdCardText(sample.Text).Number.ToString(), card.Text.Number.ToString());
                Assert.Equal(new IdCardText(sample.Text).Name.ToString(), card.Text.Name.ToString());
            }
        }
        Assert.True(await In(reader.IsCardStillThereAsync(TestEnds)));
        _device.TakeAway();
        Assert.False(await In(reader.IsCardStillThereAsync(TestEnds)));
    }

    [Fact]
    public async Task An_address_that_was_written_later_is_read_and_its_absence_is_no_error()
    {
        await using var reader = await OpenAsync();
        await SelectAsync(reader, Zhang);
        var (reason, address) = await In(reader.ReadNewestAddressAsync(TestEnds));
        using (address) Assert.Equal((SdtReason.Ok, "北京市海淀区新街2号"), (reason, address!.Text.ToString()));
        await SelectAsync(reader, Li);
        Assert.Equal((SdtReason.NoSuchContent, null), await In(reader.ReadNewestAddressAsync(TestEnds)));
        Assert.True(await In(reader.IsCardStillThereAsync(TestEnds)));
    }

    [Fact]
    public async Task A_card_without_fingerprints_is_read_all_the_same()
    {
        var plain = SimulatedIdCard.WithNumber("110105201501010017", hasFingerprint: false);
        await using var reader = await OpenAsync();
        await SelectAsync(reader, plain);
        var (reason, card) = await In(reader.ReadBaseAndFingerprintAsync(TestEnds));
        using (card) Assert.Equal((SdtReason.Ok, "110105201501010017"), (reason, card!.Text.Number.ToString()));
    }

    [Theory]
    [InlineData(SdtFault.WrongChecksum)]
    [InlineData(SdtFault.WrongByte)]
    public async Task A_bad_answer_costs_nothing_but_itself(SdtFault fault)
    {
        await using var reader = await OpenAsync();
        await SelectAsync(reader, Zhang);
        for (var times = 0; times < 3; times++)
        {
            _device.Next(fault, 0x30);
            Assert.Equal((SdtReason.Garbled, null), await In(reader.ReadBaseAsync(TestEnds)));
            var (reason, card) = await In(reader.ReadBaseAsync(TestEnds));
            using (card) Assert.Equal((SdtReason.Ok, "11010519491231002X"), (reason, card?.Text.Number.ToString()));
        }
    }

    [Fact]
    public async Task Noise_before_an_answer_hides_it_never()
    {
        await using var reader = await OpenAsync();
        _device.Present(Zhang);
        _device.Next(SdtFault.NoiseBefore, 0x20);
        Assert.Equal(SdtReason.Found, await In(reader.FindAsync(TestEnds)));
    }

    [Fact]
    public async Task A_late_answer_to_a_cancelled_read_is_never_the_next_passengers()
    {
        await using var reader = await OpenAsync();
        await SelectAsync(reader, Zhang);
        using var cancel = new CancellationTokenSource();
        var asked = Asked("3001");
        _device.Next(SdtFault.Late, 0x30);
        var reading = reader.ReadBaseAsync(cancel.Token).AsTask();
        await asked;
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        _device.ReleaseLate();
        await SelectAsync(reader, Li);
        var (_, card) = await In(reader.ReadBaseAsync(TestEnds));
        using (card) Assert.Equal("330106197001101009", card!.Text.Number.ToString());
    }

    [Fact]
    public async Task A_module_that_is_not_well_is_told_and_not_taken_for_silence()
    {
        _device.SamError = 0x60;
        await using var reader = await OpenAsync();
        Assert.Null(reader.Sam);
        Assert.Equal(SdtReason.SelfTestFailed, await In(reader.ReadStatusAsync(TestEnds)));
        Assert.Equal(SdtReason.SelfTestFailed, await In(reader.FindAsync(TestEnds)));
        _device.SamError = 0x77;
        Assert.Equal(SdtReason.Unknown, await In(reader.FindAsync(TestEnds)));
        _device.SamError = null;
        Assert.Equal(SdtReason.Ok, await In(reader.ReadSamIdAsync(TestEnds)));
        Assert.NotNull(reader.Sam);
    }

    [Fact]
    public async Task A_pulled_cable_is_seen_in_the_middle_of_a_request_and_asleep()
    {
        await using var reader = await OpenAsync();
        var asked = Asked("2001");
        _device.Next(SdtFault.Late, 0x20);
        var finding = reader.FindAsync(TestEnds).AsTask();
        await asked;
        _terminals[^1].HangUp();
        Assert.Equal(DeviceLoss.Unplugged, (await Assert.ThrowsAsync<DeviceLostException>(() => In(finding))).Loss);

        await using var other = await OpenAsync();
        var wake = new TaskCompletionSource();
        var sleeping = other.SleepUntilAsync(wake.Task).AsTask();
        _terminals[^1].Write([1, 2, 3, .. SdtReplyParserTests.Reply(0x9F, 0, 0, 0, 0)]);
        _terminals[^1].HangUp();
        Assert.Equal(DeviceLoss.Unplugged, (await Assert.ThrowsAsync<DeviceLostException>(() => In(sleeping))).Loss);
        Assert.Null(_time.UntilNextTimer);
    }

    [Fact]
    public async Task What_the_reader_says_unasked_is_no_answer()
    {
        await using var reader = await OpenAsync();
        var wake = new TaskCompletionSource();
        var sleeping = reader.SleepUntilAsync(wake.Task).AsTask();
        _terminals[^1].Write(SdtReplyParserTests.Reply(0x9F, 0, 0, 0, 0));
        await UntilAsync(() => reader.Strays > 0);
        wake.SetResult();
        await In(sleeping);
        Assert.Equal(SdtReason.NotFound, await In(reader.FindAsync(TestEnds)));
    }

    [Fact]
    public async Task Nothing_of_a_card_stays_in_the_driver()
    {
        await using var reader = await OpenAsync();
        await SelectAsync(reader, Zhang);
        (await In(reader.ReadBaseAsync(TestEnds))).Card!.Dispose();
        (await In(reader.ReadNewestAddressAsync(TestEnds))).Address!.Dispose();
        await In(reader.IsCardStillThereAsync(TestEnds));
        const System.Reflection.BindingFlags hidden = System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance;
        var line = typeof(SdtReader).GetField("_port", hidden)!.GetValue(reader)!;
        var ring = typeof(PolledLine).GetField("_received", hidden)!.GetValue(line)!;
        foreach (var (owner, field) in new[] { ((object)reader, "_buffer"), (reader, "_content"), (ring, "_bytes") })
        {
            var bytes = (byte[])owner.GetType().GetField(field, hidden)!.GetValue(owner)!;
            Assert.True(bytes.AsSpan().IndexOfAnyExcept((byte)0) < 0, $"{field} holds something");
        }
    }

    [Fact]
    public void Options_out_of_range_are_told_each()
    {
        Assert.Empty(new SdtReaderOptions().Validate("IdCards"));
        Assert.Equal(
            ["IdCards:HeaderTimeout must be a time from 00:00:00.1000000 to 00:00:10", "IdCards:BodyTimeout must be a time from 00:00:00.1000000 to 00:00:10", "IdCards:ReadTimeout must be a time from 00:00:01 to 00:00:10"],
            new SdtReaderOptions { HeaderTimeout = TimeSpan.Zero, BodyTimeout = TimeSpan.FromSeconds(11), ReadTimeout = TimeSpan.FromMilliseconds(999) }.Validate("IdCards"));
    }

    private static Task<T> In<T>(ValueTask<T> work) => In(work.AsTask());

    private static Task<T> In<T>(Task<T> work) => work.WaitAsync(Limit, TestEnds);

    private static Task In(Task work) => work.WaitAsync(Limit, TestEnds);

    private Task<SdtReader> OpenAsync()
    {
        var terminal = new PseudoTerminal();
        _terminals.Add(terminal);
        _device.Attach(terminal);
        return OpenAsync(terminal);
    }

    private Task<SdtReader> OpenAsync(PseudoTerminal terminal) =>
        In(SdtReader.OpenAsync(SerialLine.Open(terminal.DevicePath, new() { BaudRate = 115_200 }), new(), _time, TestEnds));

    private async Task SelectAsync(SdtReader reader, SimulatedIdCard card)
    {
        _device.Present(card);
        Assert.Equal(SdtReason.Found, await In(reader.FindAsync(TestEnds)));
        Assert.Equal(SdtReason.Ok, await In(reader.SelectAsync(TestEnds)));
    }

    /// <summary>Completes when the device has taken that request.</summary>
    private Task Asked(string request)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _device.Requested += r =>
        {
            if (r == request) asked.TrySetResult();
        };
        return In(asked.Task);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Limit, "Waited too long.");
            await Task.Yield();
        }
    }
}
