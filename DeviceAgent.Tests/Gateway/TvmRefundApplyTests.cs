using DeviceAgent.Platform.Gateway;

namespace DeviceAgent.Tests.Gateway;

public sealed class TvmRefundApplyTests
{
    [Theory]
    [InlineData(10, true)]
    [InlineData(20, false)]
    [InlineData(30, true)]
    [InlineData(40, true)]
    [InlineData(50, true)]
    [InlineData(60, true)]
    [InlineData(null, true)]
    public void No_refund_but_a_rejected_one_is_overlooked(int? status, bool isLive) => Assert.Equal(isLive, new TvmRefundApply { RefundStatus = status }.IsLive);
}
