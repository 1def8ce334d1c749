using DeviceAgent.Drivers;
using DeviceAgent.Issuance;
using DeviceAgent.Journal;
using DeviceAgent.Simulator.IdCards;
using DeviceAgent.Tests.Simulation;

namespace DeviceAgent.Tests.IdCards;

/// <summary>The pick-up's ID step, from the code to the paper.</summary>
public sealed class IdCardDeskTests
{
    private const string Stranger = "330106197001101009";

    private static readonly IdCardOptions CodeIsEnoughThen = new() { Require = IdCardRequirement.WhenCertificate, Fallback = IdCardFallback.CodeIsEnough };

    [Fact]
    public void A_passengers_card_collects_the_order_and_the_books_say_whose_it_was_and_nothing_else()
    {
        using var bench = new CardBench();
        bench.UntilReady();
        bench.ScanUntilCardIsAsked();
        bench.Present(CardBench.Number);
        bench.Desk.UntilIdle();
        Assert.Equal(IssuanceState.Issued, bench.Desk.Record.State);
        Assert.Equal(2, bench.Desk.Tickets.Count);
        var audit = Assert.Single(bench.Desk.Journal.ReadAudit(100), a => a.What == JournalAudit.PassengerCheck);
        Assert.Equal($"order {DeskBench.Order}: card matched passenger 1", audit.Details);
        Assert.Equal([Guidance.Checking, Guidance.PresentCard, Guidance.Checking, Guidance.Printing, Guidance.TakeTicket], bench.Desk.Shown[^5..]);
    }

    [Fact]
    public void A_wrong_card_never_collects()
    {
        using var bench = new CardBench();
        bench.UntilReady();
        bench.ScanUntilCardIsAsked();
        for (var i = 0; i < 3; i++)
        {
            bench.Present(Stranger);
            if (i == 2) break;
            bench.Until(Guidance.CardNotAccepted);
            bench.Until(Guidance.PresentCard);
        }
        bench.Desk.UntilIdle();
        Refused(bench, "the ID card is no passenger's");
        // Three cards, each read once.
        Assert.Equal(3, bench.Requests("3001"));
    }

    [Fact]
    public void The_right_card_after_a_wrong_one_still_collects()
    {
        using var bench = new CardBench();
        bench.UntilReady();
        bench.ScanUntilCardIsAsked();
        bench.Present(Stranger);
        bench.Until(Guidance.CardNotAccepted);
        bench.Present(CardBench.Number);
        bench.Desk.UntilIdle();
        Assert.Equal(IssuanceState.Issued, bench.Desk.Record.State);
    }

    [Fact]
    public void A_card_that_lies_there_from_the_passenger_before_is_not_read_again()
    {
        using var bench = new CardBench();
        bench.UntilReady();
        bench.ScanUntilCardIsAsked();
        bench.Present(Stranger);
        bench.Until(Guidance.CardNotAccepted);
        bench.Until(Guidance.Refused);
        Refused(bench, "the ID card is no passenger's");
        Assert.Equal(1, bench.Requests("3001"));
    }

    [Fact]
    public void Without_a_card_nothing_is_given_and_the_wait_ends()
    {
        using var bench = new CardBench(CodeIsEnoughThen);
        bench.UntilReady();
        bench.ScanUntilCardIsAsked();
        var began = bench.Desk.Time.GetTimestamp();
        bench.Desk.UntilIdle();
        Refused(bench, "no ID card was presented in time");
        Assert.Equal(TimeSpan.FromSeconds(30), bench.Desk.Time.GetElapsedTime(began));
        // At most one look each 400 ms.
        Assert.InRange(bench.Requests("2001"), 60, 76);
    }

    [Fact]
    public void Nothing_is_asked_of_the_reader_while_nobody_waits_for_a_card()
    {
        using var bench = new CardBench();
        bench.UntilReady();
        bench.ScanUntilCardIsAsked();
        bench.Present(CardBench.Number);
        bench.Desk.UntilIdle();
        bench.Desk.Loop.Pass(TimeSpan.FromSeconds(2));
        var asked = bench.Reader.Requests.Count;
        bench.Desk.Loop.Pass(TimeSpan.FromHours(3));
        Assert.Equal(asked, bench.Reader.Requests.Count);
    }

    [Theory]
    [InlineData(SdtFault.Torn)]
    [InlineData(SdtFault.WrongChecksum)]
    [InlineData(SdtFault.Lost)]
    public void An_answer_that_came_badly_costs_the_passenger_nothing(SdtFault fault)
    {
        foreach (byte command in new byte[] { 0x20, 0x30 })
        {
            using var bench = new CardBench();
            bench.UntilReady();
            bench.ScanUntilCardIsAsked();
            bench.Desk.Loop.Pass(TimeSpan.FromSeconds(1));
            bench.Present(CardBench.Number);
            bench.Reader.Next(fault, command);
            bench.Desk.UntilIdle();
            Assert.True(bench.Desk.Record?.State == IssuanceState.Issued, $"{fault} of {command:X2}");
            Assert.DoesNotContain(Guidance.CardNotAccepted, bench.Desk.Shown);
        }
    }

    [Fact]
    public void A_card_pulled_in_the_middle_is_asked_for_again()
    {
        using var bench = new CardBench();
        bench.UntilReady();
        bench.ScanUntilCardIsAsked();
        bench.Reader.Next(SdtFault.CardPulled, 0x30);
        bench.Present(CardBench.Number);
        bench.Until(Guidance.CardNotAccepted);
        bench.Present(CardBench.Number);
        bench.Desk.UntilIdle();
        Assert.Equal(IssuanceState.Issued, bench.Desk.Record.State);
    }

    [Theory]
    [InlineData(IdCardFallback.Refuse)]
    [InlineData(IdCardFallback.CodeIsEnough)]
    public void A_card_that_cannot_be_read_is_refused_unless_the_operator_said_otherwise(IdCardFallback fallback)
    {
        using var bench = new CardBench(CodeIsEnoughThen with { Fallback = fallback });
        bench.UntilReady();
        bench.ScanUntilCardIsAsked();
        for (var i = 0; i < 3; i++)
        {
            bench.Reader.Next(SdtFault.CardPulled, 0x30);
            bench.Present(CardBench.Number);
            if (i < 2) bench.Until(Guidance.CardNotAccepted);
            if (i < 2) bench.Until(Guidance.PresentCard);
        }
        bench.Desk.UntilIdle();
        if (fallback == IdCardFallback.Refuse) Refused(bench, "the ID card could not be read");
        else Assert.Equal(IssuanceState.Issued, bench.Desk.Record.State);
    }

    [Fact]
    public void A_stranger_never_collects_by_a_card_that_cannot_be_read_beside_their_own()
    {
        using var bench = new CardBench(CodeIsEnoughThen);
        bench.UntilReady();
        bench.ScanUntilCardIsAsked();
        bench.Present(Stranger);
        bench.Until(Guidance.CardNotAccepted);
        for (var i = 0; i < 2; i++)
        {
            bench.Until(Guidance.PresentCard);
            bench.Reader.Next(SdtFault.CardPulled, 0x30);
            bench.Present(CardBench.Number);
            if (i == 0) bench.Until(Guidance.CardNotAccepted);
        }
        bench.Desk.UntilIdle();
        Refused(bench, "the ID card is no passenger's");
    }

    [Fact]
    public void A_number_that_no_card_can_carry_is_no_reading_even_if_the_order_carries_it()
    {
        const string wrong = "110105194912310021";
        using var bench = new CardBench(new() { Require = IdCardRequirement.Always, Attempts = 1 });
        var order = bench.Desk.Platform.Orders[DeskBench.Order];
        bench.Desk.Platform.Orders[DeskBench.Order] = order with { Passengers = [order.Passengers[0], order.Passengers[1] with { RiderCertNumber = wrong }] };
        bench.UntilReady();
        bench.ScanUntilCardIsAsked();
        bench.Present(wrong);
        bench.Desk.UntilIdle();
        Refused(bench, "the ID card could not be read");
    }

    [Fact]
    public void A_reader_that_is_unplugged_in_the_step_gives_nothing_away_and_one_that_comes_back_goes_on()
    {
        using var bench = new CardBench();
        bench.UntilReady();
        bench.ScanUntilCardIsAsked();
        bench.Unplug();
        bench.Desk.Loop.Pass(TimeSpan.FromSeconds(2));
        bench.Plug();
        bench.Desk.Loop.Pass(TimeSpan.FromSeconds(2));
        bench.Present(CardBench.Number);
        bench.Desk.UntilIdle();
        Assert.Equal(IssuanceState.Issued, bench.Desk.Record.State);

        using var gone = new CardBench();
        gone.UntilReady();
        gone.ScanUntilCardIsAsked();
        gone.Unplug();
        gone.Desk.UntilIdle();
        Refused(gone, "the ID-card reader is not there");
        Assert.Equal(DeviceState.NoDevice, gone.Station.Health.State);
    }

    [Fact]
    public void Without_its_reader_the_kiosk_does_what_the_operator_said()
    {
        using var refuses = new CardBench(isPlugged: false);
        refuses.UntilReady();
        refuses.Desk.PickUp();
        Refused(refuses, "the ID-card reader is not there");
        using var gives = new CardBench(CodeIsEnoughThen, isPlugged: false);
        gives.UntilReady();
        gives.Desk.PickUp();
        Assert.Equal(IssuanceState.Issued, gives.Desk.Record.State);
        Assert.Contains(gives.Desk.Journal.ReadAudit(100), a => a.Details == $"order {DeskBench.Order}: the ID-card reader is not there; the code is enough");
    }

    [Fact]
    public void A_module_that_is_not_well_is_shown_and_comes_back_by_itself()
    {
        using var bench = new CardBench();
        bench.Reader.SamError = 0x60;
        bench.UntilReady();
        Assert.Equal(DeviceState.HardwareError, bench.Station.Health.State);
        bench.Desk.PickUp();
        Refused(bench, "the ID-card reader is not there");
        bench.Reader.SamError = null;
        bench.ScanUntilCardIsAsked();
        bench.Present(CardBench.Number);
        bench.Desk.UntilIdle();
        Assert.Equal(IssuanceState.Issued, bench.Desk.Record.State);
        Assert.Equal((DeviceState.Online, $"SAM {SimulatedSdtReader.SamLabel}"), (bench.Station.Health.State, bench.Station.Health.Detail));
    }

    [Fact]
    public void A_module_that_fails_in_the_step_is_opened_anew()
    {
        using var bench = new CardBench();
        bench.UntilReady();
        bench.ScanUntilCardIsAsked();
        bench.Reader.SamError = 0x66;
        bench.Desk.Loop.Pass(TimeSpan.FromSeconds(1));
        bench.Reader.SamError = null;
        bench.Desk.Loop.Pass(TimeSpan.FromSeconds(2));
        bench.Present(CardBench.Number);
        bench.Desk.UntilIdle();
        Assert.Equal(IssuanceState.Issued, bench.Desk.Record.State);
    }

    [Fact]
    public void After_a_restart_the_card_is_asked_for_again_before_the_next_ticket()
    {
        using var bench = new CardBench();
        bench.UntilReady();
        bench.Desk.Printer.Fates.Enqueue(PrintFate.AgentDiesInTheMiddle);
        bench.ScanUntilCardIsAsked();
        bench.Present(CardBench.Number);
        bench.Desk.Loop.RunUntil(() => bench.Desk.Record?.Attempts.Count == 1, TimeSpan.FromSeconds(10));
        bench.Desk.Loop.Pass(TimeSpan.FromSeconds(1));
        bench.Reader.TakeAway();
        bench.Restart();
        bench.UntilReady();
        bench.ScanUntilCardIsAsked();
        bench.Present(Stranger);
        bench.Until(Guidance.Refused);
        Assert.Empty(bench.Desk.Tickets);
        Assert.Equal(IssuanceState.Accepted, bench.Desk.Record.State);
        bench.Desk.UntilIdle();
        bench.ScanUntilCardIsAsked();
        bench.Present(CardBench.Number);
        bench.Desk.UntilIdle();
        Assert.Equal(IssuanceState.Issued, bench.Desk.Record.State);
        Assert.Equal(2, bench.Desk.Tickets.Count);
    }

    [Fact]
    public void A_stop_ends_the_wait_at_once_and_takes_nothing()
    {
        using var bench = new CardBench();
        bench.UntilReady();
        bench.ScanUntilCardIsAsked();
        bench.Desk.Loop.Do(bench.Desk.Desk.Stop);
        bench.Desk.Loop.RunUntil(() => bench.Desk.Running.IsCompleted, TimeSpan.FromMilliseconds(1));
        Assert.True(bench.Desk.Running.IsCompletedSuccessfully);
        Assert.Null(bench.Desk.Record);
        Assert.Equal(Guidance.OutOfService, bench.Desk.Shown[^1]);
    }

    [Fact]
    public void Scans_are_discarded_while_a_card_is_waited_for()
    {
        using var bench = new CardBench();
        bench.UntilReady();
        bench.ScanUntilCardIsAsked();
        Assert.Equal(PickupOffer.Busy, bench.Desk.Scan("10000242"));
        bench.Present(CardBench.Number);
        bench.Desk.UntilIdle();
        Assert.Equal(IssuanceState.Issued, bench.Desk.Record.State);
        Assert.Null(bench.Desk.Journal.Find(Orders.Journey.Bus, "10000242"));
    }

    [Fact]
    public void An_order_that_was_refunded_while_the_card_was_looked_for_is_not_issued()
    {
        using var bench = new CardBench();
        bench.UntilReady();
        bench.ScanUntilCardIsAsked();
        bench.Desk.Loop.Pass(TimeSpan.FromSeconds(16));
        bench.Desk.Platform.Orders[DeskBench.Order] = bench.Desk.Platform.Orders[DeskBench.Order] with { OrderStatus = -4 };
        bench.Present(CardBench.Number);
        bench.Desk.UntilIdle();
        Assert.Null(bench.Desk.Record);
        Assert.Empty(bench.Desk.Tickets);
    }

    [Fact]
    public void An_order_whose_passengers_changed_while_the_card_was_looked_for_is_not_given_to_the_old_ones()
    {
        using var bench = new CardBench();
        bench.UntilReady();
        bench.ScanUntilCardIsAsked();
        bench.Desk.Loop.Pass(TimeSpan.FromSeconds(16));
        var order = bench.Desk.Platform.Orders[DeskBench.Order];
        bench.Desk.Platform.Orders[DeskBench.Order] = order with { Passengers = [.. order.Passengers.Select(p => p with { RiderCertNumber = Stranger })] };
        bench.Present(CardBench.Number);
        bench.Desk.UntilIdle();
        Refused(bench, "its passengers were changed while the ID card was waited for");
    }

    [Fact]
    public void A_printer_that_failed_while_the_card_was_looked_for_takes_no_order()
    {
        using var bench = new CardBench();
        bench.UntilReady();
        bench.ScanUntilCardIsAsked();
        bench.Desk.Printer.Status = bench.Desk.Printer.Status with { CoverOpen = true };
        bench.Desk.Loop.Pass(TimeSpan.FromSeconds(12));
        bench.Present(CardBench.Number);
        bench.Desk.UntilIdle();
        Assert.Null(bench.Desk.Record);
        Assert.Equal(Guidance.OutOfService, bench.Desk.Shown[^1]);
    }

    [Fact]
    public void An_order_of_passports_is_never_kept_waiting_for_a_card()
    {
        foreach (var (options, isGiven) in new[]
        {
            (new IdCardOptions { Require = IdCardRequirement.WhenCertificate }, true),
            (new IdCardOptions { Require = IdCardRequirement.Always }, false),
            (new IdCardOptions { Require = IdCardRequirement.Always, Fallback = IdCardFallback.CodeIsEnough }, true),
            (new IdCardOptions { Require = IdCardRequirement.Never }, true),
        })
        {
            using var bench = new CardBench(options);
            var order = bench.Desk.Platform.Orders[DeskBench.Order];
            bench.Desk.Platform.Orders[DeskBench.Order] = order with { Passengers = [.. order.Passengers.Select(p => p with { RiderCertNumber = "E12345678" })] };
            bench.UntilReady();
            bench.Desk.PickUp();
            Assert.DoesNotContain(Guidance.PresentCard, bench.Desk.Shown);
            if (isGiven) Assert.Equal(IssuanceState.Issued, bench.Desk.Record.State);
            else Refused(bench, "no passenger has a certificate that the ID-card reader reads");
        }
    }

    [Fact]
    public void Nothing_of_a_card_stands_in_the_log_the_journal_or_the_health()
    {
        using var bench = new CardBench(CodeIsEnoughThen);
        var order = bench.Desk.Platform.Orders[DeskBench.Order];
        bench.Desk.Platform.Orders[DeskBench.Order] = order with { Passengers = [.. order.Passengers.Select(p => p with { RiderCertNumber = "E12345678" }).Skip(1), order.Passengers[0]] };
        bench.UntilReady();
        foreach (var fault in new SdtFault?[] { null, SdtFault.Torn, SdtFault.WrongByte, SdtFault.CardPulled, SdtFault.Lost, null })
        {
            bench.Desk.UntilIdle();
            bench.ScanUntilCardIsAsked();
            if (fault is { } f) bench.Reader.Next(f, 0x30);
            bench.Present(Stranger);
            bench.Desk.Loop.Pass(TimeSpan.FromSeconds(8));
            bench.Reader.Present(IdCardTextTests.Permit);
            bench.Desk.Loop.Pass(TimeSpan.FromSeconds(4));
        }
        bench.Unplug();
        bench.Desk.UntilIdle();
        var everything = string.Join('\n', bench.Log.Concat(bench.Desk.Journal.ReadAudit(1000).Select(a => a.Details)).Append(bench.Station.Health.ToString()).Concat(bench.Desk.Alarms.Select(a => a.ToString())));
        foreach (var secret in new[] { Stranger, Stranger[6..14], "测试人", "西湖区", "830000199201300022", "陳大文", "H12345678", CardBench.Number, "E12345678" })
            Assert.DoesNotContain(secret, everything, StringComparison.Ordinal);
        Assert.Contains("no passenger's", everything, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reader_pulled_two_hundred_times_at_any_moment_prints_nothing_twice_and_gives_nothing_to_a_stranger()
    {
        var random = new Random(4711);
        int issued = 0, refused = 0;
        for (var round = 0; round < 200; round++)
        {
            using var bench = new CardBench();
            bench.UntilReady();
            bench.Desk.Scan();
            var isOwn = random.Next(2) == 0;
            for (var step = 0; step < 6; step++)
            {
                bench.Desk.Loop.Pass(TimeSpan.FromMilliseconds(random.Next(1500)));
                switch (random.Next(4))
                {
                    case 0:
                        bench.Unplug();
                        break;
                    case 1:
                        bench.Plug();
                        break;
                    default:
                        bench.Present(isOwn ? CardBench.Number : Stranger);
                        break;
                }
            }
            bench.Desk.UntilIdle();
            Assert.True(bench.Desk.Tickets.Count is 0 or 2);
            Assert.Equal(bench.Desk.Tickets.Count == 2, bench.Desk.Record is { State: IssuanceState.Issued });
            if (bench.Desk.Tickets.Count == 2)
            {
                Assert.True(isOwn);
                issued++;
            }
            else
            {
                refused++;
            }
        }
        Assert.InRange(issued, 20, 180);
        Assert.InRange(refused, 20, 180);
    }

    private static void Refused(CardBench bench, string reason)
    {
        Assert.Null(bench.Desk.Journal.Find(Orders.Journey.Bus, DeskBench.Order));
        Assert.Empty(bench.Desk.Tickets);
        Assert.Contains(Guidance.Refused, bench.Desk.Shown);
        Assert.Contains(bench.Log, l => l.Contains($"not collected, {reason}", StringComparison.Ordinal));
    }
}
