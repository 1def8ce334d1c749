using DeviceAgent.Devices;
using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Printing;
using DeviceAgent.Tests.Printing;
using DeviceAgent.Tests.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Tests.Devices;

/// <summary>The station over the real driver, in virtual time.</summary>
public sealed class PrinterStationTests
{
    private static readonly ProcessId Job = ProcessId.FromNumber(4711);
    private static readonly byte[] Ticket = new EscPosDocument().Initialise().Line("ticket").Cut().Bytes.ToArray();

    private readonly VirtualTime _time = new();

    private void Run(FakePrinter unit, Func<PrinterStation, Task> body, EscPosPrinterOptions? options = null, IPowerSwitch? power = null) => PrinterLoop.Run(_time, async () =>
    {
        using var stop = new CancellationTokenSource();
        var station = new PrinterStation(new Port(unit, options ?? PrinterProfile.Default.ApplyTo(new()), _time),
            new() { Time = _time, Logger = NullLogger.Instance, Power = power }, new Random(7));
        var running = station.RunAsync(stop.Token);
        await UntilAsync(station, s => s.Device != DeviceState.NoDevice);
        await body(station);
        stop.Cancel();
        await running;
    });

    private static async Task UntilAsync(PrinterStation station, Func<PrinterStatus, bool> holds)
    {
        var held = new TaskCompletionSource();
        void See()
        {
            if (holds(station.Status)) held.TrySetResult();
        }
        station.Changed += See;
        See();
        await held.Task;
        station.Changed -= See;
    }

    private Task PassAsync(TimeSpan time) => Task.Delay(time, _time, TestContext.Current.CancellationToken);

    [Fact]
    public void A_printer_that_tells_changes_is_hardly_ever_asked_while_it_is_idle()
    {
        var unit = new FakePrinter(_time) { TellsChanges = true };
        Run(unit, async station =>
        {
            await PassAsync(TimeSpan.FromMinutes(2));
            var before = unit.QuestionsAsked;
            await PassAsync(TimeSpan.FromHours(1));
            // One look of four questions every five minutes.
            Assert.InRange(unit.QuestionsAsked - before, 44, 52);
            Assert.True(station.Capabilities!.TellsStatusChanges);
        });
    }

    [Fact]
    public void A_printer_that_tells_nothing_is_asked_every_ten_seconds_as_before()
    {
        var unit = new FakePrinter(_time);
        Run(unit, async _ =>
        {
            await PassAsync(TimeSpan.FromMinutes(2));
            var before = unit.QuestionsAsked;
            await PassAsync(TimeSpan.FromMinutes(10));
            Assert.InRange(unit.QuestionsAsked - before, 4 * 58, 4 * 61);
        });
    }

    [Fact]
    public void A_change_that_is_told_is_seen_at_once_and_counts_as_a_disturbance()
    {
        var unit = new FakePrinter(_time) { TellsChanges = true };
        Run(unit, async station =>
        {
            await PassAsync(TimeSpan.FromMinutes(2));
            var (asked, disturbances, from) = (unit.QuestionsAsked, station.Disturbances, _time.GetTimestamp());
            unit.Tell(1, 0x16);
            await UntilAsync(station, s => s.CoverOpen);
            unit.Tell(1, 0x12);
            await UntilAsync(station, s => !s.CoverOpen);
            Assert.Equal((asked, disturbances + 2, TimeSpan.Zero), (unit.QuestionsAsked, station.Disturbances, _time.GetElapsedTime(from)));
            Assert.Equal((DeviceState.Online, RecoveryHint.None), (station.Health.State, station.Health.Hint));
        });
    }

    [Fact]
    public void While_a_tickets_fate_is_open_a_power_cut_never_goes_unseen()
    {
        var unit = new FakePrinter(_time) { TellsChanges = true };
        Run(unit, async station =>
        {
            await PassAsync(TimeSpan.FromMinutes(2));
            unit.Holds = true;
            unit.Tell(3, 0x72);
            Assert.Equal(PrintEnd.Blocked, (await station.PrintAsync(Ticket, Job, CancellationToken.None)).End);
            var disturbances = station.Disturbances;
            // Off for four seconds on a UART: nothing tells it but that nobody answers.
            Array.Fill(unit.Status, null);
            await PassAsync(TimeSpan.FromSeconds(4));
            Array.Fill(unit.Status, (byte)0x12);
            unit.Resume();
            await PassAsync(TimeSpan.FromSeconds(4));
            Assert.True(station.Disturbances >= disturbances + 2, "the power cut went unseen");
        });
    }

    [Fact]
    public void A_printer_that_was_switched_off_is_noticed_within_minutes_and_told_with_a_hint()
    {
        var unit = new FakePrinter(_time) { TellsChanges = true };
        Run(unit, async station =>
        {
            await PassAsync(TimeSpan.FromMinutes(2));
            var from = _time.GetTimestamp();
            Array.Fill(unit.Status, null);
            await UntilAsync(station, s => s.Device == DeviceState.PowerOff);
            Assert.InRange(_time.GetElapsedTime(from), TimeSpan.Zero, TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(3));
            Assert.Equal((DeviceState.PowerOff, RecoveryHint.Reset), (station.Health.State, station.Health.Hint));
            Array.Fill(unit.Status, (byte)0x12);
            from = _time.GetTimestamp();
            await UntilAsync(station, s => s.CanPrint);
            Assert.InRange(_time.GetElapsedTime(from), TimeSpan.Zero, TimeSpan.FromSeconds(5));
        });
    }

    [Fact]
    public void A_stuck_cutter_is_told_to_go_on_when_its_cover_was_opened_and_shut_and_never_before()
    {
        var unit = new FakePrinter(_time) { TellsChanges = true };
        Run(unit, async station =>
        {
            await PassAsync(TimeSpan.FromMinutes(2));
            unit.Tell(2, 0x1A);
            await UntilAsync(station, s => s.CutterError);
            Assert.Equal((DeviceState.HardwareError, RecoveryHint.Clear), (station.Health.State, station.Health.Hint));
            await PassAsync(TimeSpan.FromMinutes(20));
            unit.Tell(1, 0x16);
            await UntilAsync(station, s => s.CoverOpen);
            await PassAsync(TimeSpan.FromMinutes(1));
            Assert.Equal(0, unit.Resumed);
            unit.AfterWrite = u =>
            {
                if (u.Resumed > 0) u.Status[2] = 0x12;
            };
            unit.Tell(1, 0x12);
            await UntilAsync(station, s => s.CanPrint);
            Assert.Equal(1, unit.Resumed);
        });
    }

    [Fact]
    public void A_silent_printers_power_is_cycled_and_never_while_it_may_still_decide_a_ticket()
    {
        var unit = new FakePrinter(_time);
        var power = new Relay(unit);
        Run(unit, async station =>
        {
            await PassAsync(TimeSpan.FromMinutes(2));
            unit.Holds = true;
            Array.Fill(unit.Status, null);
            Assert.Equal(PrintEnd.TimedOut, (await station.PrintAsync(Ticket, Job, CancellationToken.None)).End);
            await PassAsync(TimeSpan.FromMinutes(5));
            Assert.Equal(0, power.Cycles);
            await UntilAsync(station, s => s.Device == DeviceState.Online);
            Assert.Equal(1, power.Cycles);
        }, power: power);
    }

    private sealed class Relay(FakePrinter unit) : IPowerSwitch
    {
        public int Cycles { get; private set; }

        public ValueTask CycleAsync(CancellationToken cancellationToken)
        {
            Cycles++;
            Array.Fill(unit.Status, (byte)0x12);
            unit.Resume();
            return default;
        }
    }

    private sealed class Port(FakePrinter unit, EscPosPrinterOptions options, VirtualTime time) : IPrinterPort
    {
        public string Path => "printer";

        public string? Connection => "boot/1";

        public async ValueTask<ITicketPrinter> OpenAsync(CancellationToken cancellationToken) => await EscPosPrinter.OpenAsync(unit, options, time, cancellationToken);
    }
}
