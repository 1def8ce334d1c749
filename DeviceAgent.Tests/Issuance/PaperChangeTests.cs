using DeviceAgent.Devices;
using DeviceAgent.Drivers;
using DeviceAgent.Issuance;
using DeviceAgent.Journal;
using DeviceAgent.Tests.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Tests.Issuance;

/// <summary>New paper without a terminal: test strip, counters, numbers of forms.</summary>
public sealed class PaperChangeTests
{
    private static readonly StockOptions Numbered = new() { Prefix = "A", Digits = 4 };

    private static DeskBench Bench(StockOptions? stock = null, int passengers = 2, IssuanceOptions? options = null) =>
        new(passengers, options, surroundings => surroundings with { Stock = stock ?? new() });

    private static Task<DecisionOutcome> Ask(DeskBench bench, string? firstForm = null)
    {
        Task<DecisionOutcome>? answer = null;
        bench.Loop.Do(() => answer = bench.Desk.ChangePaperAsync(new("uid 0 (root)", firstForm)));
        return answer!;
    }

    private static DecisionOutcome Change(DeskBench bench, string? firstForm = null)
    {
        var answer = Ask(bench, firstForm);
        bench.Loop.RunUntil(() => answer.IsCompleted, TimeSpan.FromMinutes(20));
        return answer.GetAwaiter().GetResult();
    }

    private static int Strips(DeskBench bench) => bench.Printer.Paper.Count(p => p == "PROBE");

    private static void Tell(DeskBench bench, string form) => bench.Loop.Do(() => Assert.Equal(DecisionEnd.Decided, bench.Desk.SetForm(form, "root", "new box").End));

    [Fact]
    public void Changed_paper_is_never_taken_for_the_old_roll()
    {
        using var bench = Bench(options: new() { NearEndMillimetres = 2 * PaperStockTests.Typical });
        bench.UntilReady();
        var strips = Strips(bench);
        bench.Printer.Status = bench.Printer.Status with { Paper = PaperSupply.Low };
        bench.Loop.Pass(TimeSpan.FromSeconds(12));
        bench.PickUp();
        bench.Loop.Pass(TimeSpan.FromSeconds(12));
        Assert.Equal([NotReadyReason.PaperTooShort], bench.Desk.State.NotReady);
        bench.Printer.Status = bench.Printer.Status with { Paper = PaperSupply.Full };
        Assert.Equal(DecisionEnd.Decided, Change(bench).End);
        bench.UntilReady();
        Assert.Equal(strips + 1, Strips(bench));
        Assert.Null(bench.Journal.FindPrinter("SN-1")!.LowSinceAttempt);
        Assert.Equal("paper changed", bench.Journal.ReadAudit(1)[0].What);
        Assert.Null(bench.Journal.OpenTestStrip);
    }

    [Fact]
    public void No_order_is_taken_while_paper_is_being_changed()
    {
        using var bench = Bench();
        bench.UntilReady();
        var answer = Ask(bench);
        Assert.Contains(NotReadyReason.PaperBeingChanged, bench.Desk.State.NotReady);
        Assert.Equal("a paper change", bench.Desk.State.InHand);
        Assert.Equal(PickupOffer.Busy, bench.Scan());
        Assert.Equal(Guidance.OutOfService, bench.Shown[^1]);
        bench.Loop.RunUntil(() => answer.IsCompleted, TimeSpan.FromMinutes(1));
        bench.UntilReady();
        Assert.Equal(Guidance.Ready, bench.Shown[^1]);
        bench.PickUp();
        Assert.Equal(2, bench.Tickets.Count);
    }

    [Fact]
    public void A_strip_never_spoils_the_evidence_of_a_ticket_in_hand()
    {
        using var bench = Bench();
        bench.UntilReady();
        var strips = Strips(bench);
        bench.Printer.Fates.Enqueue(PrintFate.PaperOut);
        bench.Scan();
        bench.Loop.Pass(TimeSpan.FromSeconds(20));
        var refused = Change(bench);
        Assert.Equal(DecisionEnd.NotNow, refused.End);
        Assert.Contains($"busy with {DeskBench.Order}", refused.Text, StringComparison.Ordinal);
        bench.Printer.Refill();
        bench.UntilIdle();
        Assert.Equal(IssuanceState.Issued, bench.Record.State);
        Assert.Equal(strips, Strips(bench));
        Assert.Equal(DecisionEnd.Decided, Change(bench).End);
    }

    [Fact]
    public void A_strip_never_spoils_the_evidence_that_a_dead_agent_left()
    {
        using var bench = Bench();
        bench.UntilReady();
        bench.Printer.Fates.Enqueue(PrintFate.AgentDiesInTheMiddle);
        bench.Scan();
        bench.Loop.Pass(TimeSpan.FromSeconds(2));
        bench.Kill();
        bench.Printer.Status = bench.Printer.Status with { Device = DeviceState.Offline, Paper = PaperSupply.Out };
        bench.Boot();
        bench.Loop.Pass(TimeSpan.FromSeconds(5));
        var refused = Change(bench);
        Assert.Equal((DecisionEnd.NotNow, true), (refused.End, refused.Text.Contains("interrupted ticket", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(PrintFate.AgentDiesInTheMiddle)]
    [InlineData(PrintFate.AgentDiesAfterwards)]
    public void A_power_cut_in_the_middle_never_leaves_the_paper_untested_or_a_ticket_twice(object fate)
    {
        using var bench = Bench(Numbered);
        bench.Loop.Pass(TimeSpan.FromSeconds(10));
        Assert.Equal([NotReadyReason.FormNumberUnknown], bench.Desk.State.NotReady);
        bench.Printer.Fates.Enqueue((PrintFate)fate);
        Ask(bench, "A0100");
        bench.Loop.Pass(TimeSpan.FromSeconds(2));
        Assert.NotNull(bench.Journal.OpenTestStrip);
        bench.Kill();
        bench.Boot();
        Assert.NotNull(bench.Journal.OpenTestStrip);
        bench.UntilReady();
        Assert.Null(bench.Journal.OpenTestStrip);
        Assert.Equal(1, bench.Journal.ReadAudit(100).Count(a => a.What == "paper changed"));
        bench.PickUp();
        Assert.Equal(2, bench.Tickets.Distinct().Count());
        Assert.Equal(2, bench.Tickets.Count);
        var forms = bench.Record.Attempts.Select(a => a.StockNumber).ToList();
        Assert.Equal(2, forms.Distinct().Count());
        Assert.DoesNotContain("A0100", forms);
    }

    [Fact]
    public void A_printer_that_never_gets_its_strip_out_is_told_and_not_tried_without_end()
    {
        using var bench = Bench();
        bench.UntilReady();
        var strips = Strips(bench);
        for (var i = 0; i < 9; i++) bench.Printer.Fates.Enqueue(PrintFate.HalfPrinted);
        var outcome = Change(bench);
        Assert.Equal(DecisionEnd.NotNow, outcome.End);
        Assert.Contains("the paper is not changed", outcome.Text, StringComparison.Ordinal);
        Assert.Equal(6, bench.Printer.Fates.Count);
        Assert.Equal(strips, Strips(bench));
        Assert.DoesNotContain(NotReadyReason.PaperBeingChanged, bench.Desk.State.NotReady);
        Assert.Null(bench.Journal.OpenTestStrip);
    }

    [Fact]
    public void Paper_that_is_not_there_is_never_called_changed()
    {
        using var bench = Bench();
        bench.UntilReady();
        bench.Printer.Status = bench.Printer.Status with { Device = DeviceState.Offline, Paper = PaperSupply.Out };
        bench.Loop.Pass(TimeSpan.FromSeconds(12));
        var outcome = Change(bench);
        Assert.Equal((DecisionEnd.NotNow, true), (outcome.End, outcome.Text.Contains("load paper", StringComparison.Ordinal)));
        Assert.DoesNotContain(bench.Journal.ReadAudit(100), a => a.What == "paper changed");
    }

    [Fact]
    public void Each_ticket_has_the_number_of_its_form_also_after_a_restart()
    {
        using var bench = Bench(Numbered);
        bench.Loop.Pass(TimeSpan.FromSeconds(10));
        Assert.Equal(PickupOffer.NotReady, bench.Scan());
        Assert.Equal(DecisionEnd.Decided, Change(bench, "A0007").End);
        bench.UntilReady();
        bench.PickUp();
        Assert.Equal(["A0008", "A0009"], bench.Record.Attempts.Select(a => a.StockNumber));
        bench.Kill();
        bench.Boot();
        bench.UntilReady();
        Assert.Equal("A0010", bench.Desk.NextForm);
    }

    [Fact]
    public void A_spoiled_form_is_never_counted_as_a_ticket_and_its_number_never_lost()
    {
        using var bench = Bench(Numbered, passengers: 1);
        bench.Loop.Pass(TimeSpan.FromSeconds(10));
        Tell(bench, "A0007");
        bench.UntilReady();
        bench.Printer.Fates.Enqueue(PrintFate.NothingSent);
        bench.PickUp();
        Assert.Equal(IssuanceState.Released, bench.Record.State);
        bench.UntilReady();
        bench.Printer.Fates.Enqueue(PrintFate.HalfPrinted);
        bench.PickUp();
        Assert.Equal(IssuanceState.Issued, bench.Record.State);
        // Nothing sent; by half, the strip on the same form; the ticket on the next one.
        Assert.Equal([null, "A0007", "A0007", "A0008"], bench.Record.Attempts.Select(a => a.StockNumber));
        Assert.Contains(bench.Journal.ReadAudit(100), a => a.Details.EndsWith("form A0007 not used", StringComparison.Ordinal));
        Assert.Equal(2, bench.Journal.ReadAudit(100).Count(a => a.Details.EndsWith("form A0007 SPOILED", StringComparison.Ordinal)));
        Assert.Equal("A0009", bench.Desk.NextForm);
    }

    [Fact]
    public void The_last_form_of_a_box_closes_the_kiosk_until_the_next_number_is_told()
    {
        using var bench = Bench(Numbered, passengers: 1);
        bench.Loop.Pass(TimeSpan.FromSeconds(10));
        Tell(bench, "A9999");
        bench.UntilReady();
        bench.PickUp();
        bench.Loop.Pass(TimeSpan.FromSeconds(12));
        Assert.Equal([NotReadyReason.FormNumberUnknown], bench.Desk.State.NotReady);
        Tell(bench, "A0001");
        bench.UntilReady();
    }

    [Fact]
    public void A_number_that_is_none_of_this_paper_is_refused_with_what_is_allowed()
    {
        using var bench = Bench(Numbered);
        bench.Loop.Pass(TimeSpan.FromSeconds(10));
        foreach (var wrong in new[] { "A007", "B0007", "A00007", "A000x", "" })
        {
            var outcome = Change(bench, wrong);
            Assert.Equal((DecisionEnd.Refused, "a form's number must be A0000 to A9999"), (outcome.End, outcome.Text));
        }
        using var plain = Bench();
        plain.UntilReady();
        Assert.Equal(DecisionEnd.Refused, Change(plain, "7").End);
    }

    [Theory]
    [InlineData("A0007", true, "A0008")]
    [InlineData("A0007", false, "A0007")]
    [InlineData("A9999", true, null)]
    [InlineData("A0099", true, "A0100")]
    [InlineData("0007", true, null)]
    [InlineData("0007", false, null)]
    public void A_number_never_follows_from_another_box(string number, bool taken, string? next) => Assert.Equal(next, StockRules.Next(Numbered, new(number, taken)));

    private sealed class Inputs : IKioskInputs
    {
        private readonly HashSet<KioskInput> _active = [];

        public event Action<KioskInput, bool>? Changed;

        public bool IsConfigured(KioskInput input) => true;

        public bool IsActive(KioskInput input) => _active.Contains(input);

        public void Set(KioskInput input, bool active)
        {
            if (active) _active.Add(input);
            else _active.Remove(input);
            Changed?.Invoke(input, active);
        }
    }

    [Fact]
    public void The_button_does_the_same_as_a_terminal_and_nothing_for_nothing()
    {
        IPrinterStation? station = null;
        using var bench = new DeskBench(2, null, s => s with { Printer = station = s.Printer });
        bench.UntilReady();
        var inputs = new Inputs();
        using var button = new PaperButton(inputs, station!, bench.Desk.ChangePaperAsync, NullLogger.Instance);
        var strips = Strips(bench);
        void Press()
        {
            bench.Loop.Do(() => inputs.Set(KioskInput.PaperButton, true));
            bench.Loop.Do(() => inputs.Set(KioskInput.PaperButton, false));
            bench.Loop.Pass(TimeSpan.FromSeconds(5));
        }
        Press();
        Assert.Equal(strips, Strips(bench));
        bench.Loop.Do(() => inputs.Set(KioskInput.Door, true));
        bench.Loop.Do(() => inputs.Set(KioskInput.Door, false));
        Press();
        Assert.Equal(strips + 1, Strips(bench));
        Press();
        Assert.Equal(strips + 1, Strips(bench));
        // Or the printer's own cover.
        bench.Printer.Status = bench.Printer.Status with { Device = DeviceState.Offline, CoverOpen = true };
        bench.Loop.Pass(TimeSpan.FromSeconds(12));
        Press();
        Assert.Equal(strips + 1, Strips(bench));
        bench.Printer.Status = bench.Printer.Status with { Device = DeviceState.Online, CoverOpen = false };
        bench.Loop.Pass(TimeSpan.FromSeconds(12));
        Press();
        Assert.Equal(strips + 2, Strips(bench));
        Assert.Equal(2, bench.Journal.ReadAudit(100).Count(a => a.What == "paper change begun" && a.Details.EndsWith("by the paper button", StringComparison.Ordinal)));
        bench.UntilReady();
    }
}
