using DeviceAgent.Drivers.Gpio;
using FsCheck;
using FsCheck.Fluent;

namespace DeviceAgent.Tests.Gpio;

public sealed class InputLevelsTests
{
    [Fact]
    public void An_edge_never_tells_of_another_line()
    {
        var levels = new InputLevels(3);
        levels.Set(0b100);
        Assert.Equal((EdgeNews.Changed, 0b101UL), (levels.Take(Edge(0, true, 1, 1)), levels.Levels));
        Assert.Equal((EdgeNews.Changed, 0b001UL), (levels.Take(Edge(2, false, 2, 1)), levels.Levels));
        Assert.Equal((EdgeNews.Nothing, 0b001UL), (levels.Take(Edge(0, true, 3, 2)), levels.Levels));
        Assert.Equal(0, levels.Missed);
    }

    [Theory]
    [InlineData(3u, 1u, 2)] // two edges of other lines are gone
    [InlineData(1u, 3u, 2)]
    [InlineData(5u, 2u, 4)]
    public void A_gap_is_never_taken_for_a_quiet_line(uint sequence, uint lineSequence, long missed)
    {
        var levels = new InputLevels(2);
        Assert.Equal(EdgeNews.ReadAgain, levels.Take(Edge(0, true, sequence, lineSequence)));
        Assert.Equal(missed, levels.Missed);
        Assert.Equal(EdgeNews.Changed, levels.Take(Edge(0, false, sequence + 1, lineSequence + 1)));
    }

    [Fact]
    public void Counters_that_begin_anew_are_never_a_gap()
    {
        var levels = new InputLevels(1);
        levels.Take(Edge(0, true, uint.MaxValue, uint.MaxValue));
        Assert.Equal(EdgeNews.Changed, levels.Take(Edge(0, false, 0, 0)));
    }

    [Fact]
    public void An_edge_of_another_request_is_never_taken()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new InputLevels(2).Take(Edge(2, true, 1, 1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new InputLevels(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new InputLevels(65));
    }

    /// <summary>A kernel buffer of a few events that drops its oldest; a reader that comes too late; readings in between.</summary>
    [Fact]
    public void No_dropped_edge_ever_leaves_a_wrong_level_behind()
    {
        var step = Gen.Choose(0, 9);
        Prop.ForAll(step.ArrayOf().ToArbitrary(), steps =>
        {
            const int lines = 3, room = 4;
            ulong truth = 0b010;
            uint sequence = 0;
            var counts = new uint[lines];
            var buffer = new Queue<GpioEdge>();
            var levels = new InputLevels(lines);
            levels.Set(truth);
            void Drain()
            {
                while (buffer.TryDequeue(out var edge)) if (levels.Take(edge) == EdgeNews.ReadAgain) levels.Set(truth);
            }
            foreach (var what in steps)
            {
                if (what >= lines * 3)
                {
                    Drain();
                    Assert.Equal(truth, levels.Levels);
                    continue;
                }
                var line = what % lines;
                truth ^= 1UL << line;
                buffer.Enqueue(Edge(line, (truth >> line & 1) != 0, ++sequence, ++counts[line]));
                if (buffer.Count > room) buffer.Dequeue();
            }
            Drain();
            Assert.Equal(truth, levels.Levels);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));
    }

    private static GpioEdge Edge(int index, bool rising, uint sequence, uint lineSequence) => new(index, rising, default, sequence, lineSequence);
}
