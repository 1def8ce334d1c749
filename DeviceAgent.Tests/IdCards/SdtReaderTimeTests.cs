using DeviceAgent.Drivers;
using DeviceAgent.Drivers.IdCards;
using DeviceAgent.Simulator.IdCards;
using DeviceAgent.Tests.Simulation;

namespace DeviceAgent.Tests.IdCards;

/// <summary>Answers that are late, torn or never come: in virtual time, on one thread.</summary>
public sealed class SdtReaderTimeTests
{
    private const string Zhang = "11010519491231002X", Li = "330106197001101009";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly VirtualLoop _loop = new(new VirtualTime());
    private readonly SimulatedSdtReader _device = new();

    [Theory]
    [InlineData(SdtFault.Torn)]
    [InlineData(SdtFault.WrongChecksum)]
    [InlineData(SdtFault.WrongByte)]
    [InlineData(SdtFault.WrongLength)]
    public void A_bad_answer_costs_nothing_but_itself(SdtFault fault)
    {
        var reader = Open();
        Select(reader, Zhang);
        for (var times = 0; times < 3; times++)
        {
            _device.Next(fault, 0x30);
            Assert.Equal((SdtReason.Garbled, null), Run(() => reader.ReadBaseAsync(default)));
            Assert.Equal((SdtReason.Ok, Zhang), Read(reader));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Time_outs_are_those_of_the_standard(int seconds)
    {
        var reader = Open();
        _device.Next(SdtFault.Lost);
        var began = _loop.Time.GetTimestamp();
        Assert.Equal(SdtReason.NoAnswer, seconds == 1 ? Run(() => reader.FindAsync(default)) : Run(() => reader.ReadBaseAsync(default)).Reason);
        Assert.Equal(TimeSpan.FromSeconds(seconds), _loop.Time.GetElapsedTime(began));
    }

    [Fact]
    public void An_answer_that_has_begun_gets_two_seconds_more_and_no_third()
    {
        var reader = Open();
        Select(reader, Zhang);
        _device.Next(SdtFault.Torn, 0x30);
        var began = _loop.Time.GetTimestamp();
        Assert.Equal(SdtReason.Garbled, Run(() => reader.ReadBaseAsync(default)).Reason);
        Assert.Equal(TimeSpan.FromSeconds(2), _loop.Time.GetElapsedTime(began));
        Assert.Null(_loop.Time.UntilNextTimer);
    }

    [Fact]
    public void A_late_card_is_never_the_next_passengers()
    {
        var reader = Open();
        Select(reader, Zhang);
        _device.Next(SdtFault.Late, 0x30);
        Assert.Equal(SdtReason.NoAnswer, Run(() => reader.ReadBaseAsync(default)).Reason);
        // The next passenger's card lies there now. What was said of the one before comes when this one is asked for.
        _device.Present(SimulatedIdCard.WithNumber(Li));
        var finding = Begin(() => reader.FindAsync(default));
        _loop.Do(_device.ReleaseLate);
        Assert.Equal(SdtReason.Found, End(finding));
        Assert.Equal(SdtReason.Ok, Run(() => reader.SelectAsync(default)));
        Assert.Equal((SdtReason.Ok, Li), Read(reader));
    }

    [Fact]
    public void A_late_answer_to_the_same_question_is_never_taken_for_the_new_one()
    {
        var reader = Open();
        _device.Present(SimulatedIdCard.WithNumber(Zhang));
        _device.Next(SdtFault.Late, 0x20);
        Assert.Equal(SdtReason.NoAnswer, Run(() => reader.FindAsync(default)));
        _device.TakeAway();
        var finding = Begin(() => reader.FindAsync(default));
        _loop.Do(_device.ReleaseLate);
        Assert.Equal(SdtReason.NotFound, End(finding));
        Assert.Equal(1, reader.Strays);
    }

    [Fact]
    public void A_late_answer_that_came_before_the_next_question_is_dropped()
    {
        var reader = Open();
        _device.Present(SimulatedIdCard.WithNumber(Zhang));
        _device.Next(SdtFault.Late, 0x20);
        Assert.Equal(SdtReason.NoAnswer, Run(() => reader.FindAsync(default)));
        _device.TakeAway();
        _loop.Do(_device.ReleaseLate);
        _loop.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(SdtReason.NotFound, Run(() => reader.FindAsync(default)));
    }

    [Fact]
    public void Even_a_late_answer_to_a_question_for_the_module_is_not_mixed_up()
    {
        var reader = Open();
        _device.Next(SdtFault.Late, 0x12);
        Assert.Equal(SdtReason.NoAnswer, Run(() => reader.ReadSamIdAsync(default)));
        Assert.Null(reader.Sam);
        _device.Present(SimulatedIdCard.WithNumber(Zhang));
        var finding = Begin(() => reader.FindAsync(default));
        _loop.Do(_device.ReleaseLate);
        Assert.Equal(SdtReason.Found, End(finding));
        Assert.Equal("11FF", _device.Requests[^2]);
    }

    [Fact]
    public void An_answer_that_another_run_of_the_agent_asked_for_is_dropped_at_the_opening()
    {
        var wire = new SdtWire(_device);
        _device.Next(SdtFault.Late, 0x12);
        var opening = Begin(() => SdtReader.OpenAsync(wire, new(), _loop.Time, default));
        // Somebody else, who is gone, had asked for a card, and for another.
        _loop.Do(() => wire.Say([.. SdtReplyParserTests.Reply(0x90, new byte[8]), .. SdtReplyParserTests.Reply(0x80)]));
        _loop.Do(_device.ReleaseLate);
        var reader = End(opening);
        Assert.Equal(SimulatedSdtReader.SamLabel, reader.Sam.ToString());
        Assert.Equal(["12FF", "12FF"], _device.Requests);
        Assert.Equal(SdtReason.NotFound, Run(() => reader.FindAsync(default)));
    }

    [Fact]
    public void A_reader_that_answers_nothing_any_more_is_lost()
    {
        var reader = Open();
        _device.Next(SdtFault.Lost);
        _device.Next(SdtFault.Lost);
        Assert.Equal(SdtReason.NoAnswer, Run(() => reader.FindAsync(default)));
        var began = _loop.Time.GetTimestamp();
        Assert.Equal(DeviceLoss.Stalled, Assert.Throws<DeviceLostException>(() => Run(() => reader.FindAsync(default))).Loss);
        Assert.Equal(TimeSpan.FromSeconds(1), _loop.Time.GetElapsedTime(began));
    }

    [Fact]
    public void What_is_no_reader_at_all_is_not_opened_and_its_port_is_closed()
    {
        var wire = new SdtWire(_device);
        for (var i = 0; i < 3; i++) _device.Next(SdtFault.Lost);
        var lost = Assert.Throws<DeviceLostException>(() => Run(() => SdtReader.OpenAsync(wire, new() { Path = "/dev/x" }, _loop.Time, default)));
        Assert.Equal((DeviceLoss.Stalled, "/dev/x"), (lost.Loss, lost.Path));
        Assert.True(wire.IsClosed);
    }

    [Fact]
    public void Wrong_options_open_nothing_and_close_the_port()
    {
        var wire = new SdtWire(_device);
        Assert.Throws<ArgumentException>(() => Run(() => SdtReader.OpenAsync(wire, new() { ReadTimeout = TimeSpan.Zero }, _loop.Time, default)));
        Assert.True(wire.IsClosed);
        Assert.Empty(_device.Requests);
    }

    [Fact]
    public void A_reader_that_never_stops_talking_does_not_hold_the_caller()
    {
        var wire = new SdtWire(_device);
        var reader = Run(() => SdtReader.OpenAsync(wire, new(), _loop.Time, default));
        _device.Next(SdtFault.Lost);
        var finding = Begin(() => reader.FindAsync(default));
        // A whole answer to something else, each 100 ms.
        for (var i = 0; i < 40 && !finding.IsCompleted; i++)
        {
            _loop.Pass(TimeSpan.FromMilliseconds(100));
            _loop.Do(() => wire.Say(SdtReplyParserTests.Reply(0x90, new byte[8])));
        }
        Assert.Equal(SdtReason.NoAnswer, End(finding));
        Assert.InRange(_loop.Time.GetTimestamp(), 0, TimeSpan.FromSeconds(1.2).Ticks);
    }

    private SdtReader Open() => Run(() => SdtReader.OpenAsync(new SdtWire(_device), new(), _loop.Time, default));

    private void Select(SdtReader reader, string number)
    {
        _device.Present(SimulatedIdCard.WithNumber(number));
        Assert.Equal(SdtReason.Found, Run(() => reader.FindAsync(default)));
        Assert.Equal(SdtReason.Ok, Run(() => reader.SelectAsync(default)));
    }

    private (SdtReason Reason, string? Number) Read(SdtReader reader)
    {
        var (reason, card) = Run(() => reader.ReadBaseAsync(default));
        using (card) return (reason, card?.Text.Number.ToString());
    }

    private T Run<T>(Func<ValueTask<T>> work) => End(Begin(work));

    private Task<T> Begin<T>(Func<ValueTask<T>> work)
    {
        var running = Task.Factory.StartNew(() => work().AsTask(), CancellationToken.None, TaskCreationOptions.DenyChildAttach, _loop).Unwrap();
        _loop.Drain();
        return running;
    }

    private T End<T>(Task<T> running)
    {
        _loop.RunUntil(() => running.IsCompleted, Limit);
        return running.GetAwaiter().GetResult();
    }
}
