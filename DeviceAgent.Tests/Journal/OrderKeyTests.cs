using DeviceAgent.Orders;

namespace DeviceAgent.Tests.Journal;

public sealed class OrderKeyTests
{
    [Theory]
    [InlineData(Journey.Bus, "123", "123", "123")]
    [InlineData(Journey.BusReturn, "123/T1", "123", "return 123/T1")]
    [InlineData(Journey.BusReturn, "123", "123", "return 123")]
    [InlineData(Journey.BusReturn, "/T1", "", "return /T1")]
    [InlineData(Journey.Ship, "12/3", "12/3", "ship 12/3")]
    [InlineData(Journey.Train, "123", "123", "train 123")]
    public void An_order_is_never_named_as_another(Journey journey, string number, string platform, string text)
    {
        var key = new OrderKey(journey, number);
        Assert.Equal((platform, text), (key.PlatformNumber, key.ToString()));
    }
}
