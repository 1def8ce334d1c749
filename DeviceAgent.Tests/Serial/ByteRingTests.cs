using DeviceAgent.Drivers;

namespace DeviceAgent.Tests.Serial;

public sealed class ByteRingTests
{
    [Fact]
    public void Bytes_never_change_their_order_and_none_is_lost()
    {
        var random = new Random(4);
        foreach (var capacity in (int[])[1, 2, 7, 64])
        {
            var ring = new ByteRing(capacity);
            var model = new Queue<byte>();
            byte next = 0;
            for (var i = 0; i < 20_000; i++)
            {
                if (random.Next(2) == 0)
                {
                    var room = ring.Room();
                    Assert.Equal(ring.Free == 0, room.IsEmpty);
                    var count = random.Next(room.Length + 1);
                    for (var at = 0; at < count; at++) model.Enqueue(room[at] = next++);
                    ring.Added(count);
                }
                else
                {
                    var got = new byte[random.Next(capacity + 2)];
                    var count = ring.Take(got);
                    Assert.Equal(Math.Min(got.Length, model.Count), count);
                    for (var at = 0; at < count; at++) Assert.Equal(model.Dequeue(), got[at]);
                }
                Assert.Equal(model.Count, ring.Count);
                Assert.Equal(capacity - model.Count, ring.Free);
            }
        }
    }
}
