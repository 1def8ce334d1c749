using System.CommandLine;
using DeviceAgent.Simulator.Kiosk;

namespace DeviceAgent.Tests.Simulator;

public sealed class OnceCommandTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 26, 8, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("--once --journey plane", "one of bus, bus-return, ship, train")]
    [InlineData("--journey ship", "--journey goes with --once")]
    [InlineData("--power-cut-during-ticket 1", "go with --once")]
    [InlineData("--net-down-before-report", "go with --once")]
    [InlineData("--once --job ship-2", "--journey ship and --journey train")]
    [InlineData("--once --journey ship --order bus-2", "for ship there is --job")]
    [InlineData("--once --journey train --station", "a train job brings its numbers")]
    [InlineData("--once --journey ship --net-down-after-query", "--net-down-before-report instead")]
    [InlineData("--once --journey bus-return --net-down-before-report", "there is --net-down-after-query")]
    [InlineData("--once --net-down-after-query --power-cut-during-ticket 1", "exclude each other")]
    public void Options_that_do_not_go_together_are_not_taken(string line, string named) => Assert.Contains(named, OnceCommand.Contradiction(Parse(line)), StringComparison.Ordinal);

    [Theory]
    [InlineData("--once --power-cut-during-ticket 3", "2 tickets")]
    [InlineData("--once --journey bus-return --power-cut-during-ticket 4", "2 tickets, and one slip")]
    [InlineData("--once --journey ship --power-cut-during-ticket 4", "3 tickets")]
    [InlineData("--once --journey train --power-cut-during-ticket 3", "2 tickets")]
    [InlineData("--once --journey ship --job train-1", "train-1 is a train job")]
    public void More_than_there_is_is_not_asked_for(string line, string named)
    {
        Assert.Null(OnceCommand.Contradiction(Parse(line)));
        Assert.Contains(named, Assert.Throws<FormatException>(() => OnceCommand.Read(Parse(line), Now)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 4, 4)]
    [InlineData("--once", 1, 0)]
    [InlineData("--once --station --net-down-after-query", 1, 0)]
    [InlineData("--once --journey bus-return --power-cut-during-ticket 3", 1, 0)]
    [InlineData("--once --journey ship --net-down-before-report", 0, 1)]
    [InlineData("--once --journey train --job train-1 --power-cut-during-ticket 1", 0, 1)]
    public void What_goes_together_is_not_refused(string line, int orders, int jobs)
    {
        Assert.Null(OnceCommand.Contradiction(Parse(line)));
        var read = OnceCommand.Read(Parse(line), Now);
        Assert.Equal((orders, jobs), (read.Orders.Length, read.Jobs.Length));
    }

    [Fact]
    public void An_order_does_not_bring_what_the_station_is_to_give()
    {
        var json = OnceCommand.Read(Parse("--once --station"), Now).Orders[0].ToJsonString();
        Assert.DoesNotContain("agent_ticket_id", json, StringComparison.Ordinal);
        Assert.DoesNotContain("seat_number", json, StringComparison.Ordinal);
    }

    private static ParseResult Parse(string line)
    {
        var root = new RootCommand();
        foreach (var option in OnceCommand.Options) root.Options.Add(option);
        var parsed = root.Parse(line);
        Assert.Empty(parsed.Errors);
        return parsed;
    }
}
