using System.Text;
using DeviceAgent.Drivers;
using DeviceAgent.Issuance;
using DeviceAgent.Tests.Gateway;
using DeviceAgent.Tests.Simulation;
using DeviceAgent.Tickets;

namespace DeviceAgent.Tests.Issuance;

/// <summary>Bytes from outside reach the rules and the paper; none may stop the agent.</summary>
public sealed class HostileInputTests
{
    private static readonly OrderOptions Options = new() { StationIds = ["33444"], OptionalFields = [.. OrderOptions.FieldsThatMayBeOptional] };
    private static readonly DateTimeOffset Now = new(2017, 1, 4, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_mutated_byte_in_the_platforms_answer_never_stops_the_agent()
    {
        var answer = Encoding.UTF8.GetBytes(AnswerSamples.Query.Replace("\"refund_status\":40", "\"refund_status\":20"));
        Assert.True(Eligibility.Judge(AnswerSamples.ParseQuery(answer).Value!, "13", Options, Now).Order is not null);
        var template = new KioskTemplates(48, "K-1", "");
        int accepted = 0, refused = 0;
        for (var at = 0; at < answer.Length; at++)
        {
            foreach (var value in new byte[] { 0, 0x1B, (byte)'"', (byte)'9', 0xFF, (byte)(answer[at] ^ 1) })
            {
                var mutated = answer.ToArray();
                mutated[at] = value;
                if (AnswerSamples.ParseQuery(mutated).Value is not { } parsed)
                {
                    refused++;
                    continue;
                }
                var verdict = Eligibility.Judge(parsed, "13", Options, Now);
                if (verdict.Order is not { } order)
                {
                    Assert.NotNull(verdict.Refusal);
                    refused++;
                    continue;
                }
                accepted++;
                foreach (var ticket in (await new TicketsFromOrder().AllocateAsync(order, 1, TestContext.Current.CancellationToken)).Tickets!)
                    Assert.True(template.For(Orders.Journey.Bus).Ticket(order, ticket, order.Passengers.Count, Now).Length > 100);
            }
        }
        Assert.True(accepted > 100 && refused > 100, $"{accepted} accepted, {refused} refused");
    }

    [Fact]
    public void A_mutated_scan_never_stops_the_desk()
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        var random = new Random(11);
        for (var i = 0; i < 2000; i++)
        {
            var code = DeskBench.Order.ToCharArray();
            code[random.Next(code.Length)] = (char)random.Next(0x10000);
            bench.Scan(new string(code));
            bench.UntilIdle();
        }
        Assert.False(bench.Running.IsCompleted);
        Assert.All(bench.Tickets, t => Assert.StartsWith(DeskBench.Order, t));
    }

    [Fact]
    public void A_printer_status_of_any_kind_never_stops_the_desk_nor_issues_on_a_dead_printer()
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        var random = new Random(12);
        for (var i = 0; i < 500; i++)
        {
            bench.Printer.Status = new()
            {
                Device = (DeviceState)random.Next(7),
                Paper = (PaperSupply)random.Next(6),
                CoverOpen = random.Next(4) == 0,
                CutterError = random.Next(4) == 0,
                AutoRecoverableError = random.Next(4) == 0,
            };
            var canPrint = bench.Printer.Status.CanPrint && !bench.Printer.Status.AutoRecoverableError;
            bench.Loop.Pass(TimeSpan.FromSeconds(3));
            bench.Scan();
            bench.Loop.Pass(TimeSpan.FromSeconds(10));
            if (!canPrint && bench.Tickets.Count == 0) Assert.Null(bench.Journal.Find(Orders.Journey.Bus, DeskBench.Order));
        }
        Assert.False(bench.Running.IsCompleted);
        Assert.Equal(2, bench.Tickets.Count);
    }
}
