using System.Globalization;
using DeviceAgent.Journal;
using DeviceAgent.Platform.Gateway;

namespace DeviceAgent.Tests.Simulation;

/// <summary>The platform at the API's boundary: orders, their status, and what was told of them.</summary>
internal sealed partial class WorldGateway(World world) : WorldLine(world, "gateway")
{
    private static readonly TimeSpan ClockNoise = TimeSpan.FromSeconds(4);

    public Dictionary<string, LedgerOrder> Orders { get; } = new(StringComparer.Ordinal);

    /// <summary>Ship and train orders.</summary>
    public Dictionary<string, LedgerJob> Jobs { get; } = new(StringComparer.Ordinal);

    public int Queries { get; private set; }

    /// <summary>Called when a query was answered at the platform.</summary>
    public Action? Queried { get; set; }

    public IPlatformApi ApiOf(AgentRun run) => new Link(this, run);

    public LedgerOrder Sell(string number, int passengers)
    {
        var order = new LedgerOrder(new()
        {
            AlitripOrderId = number,
            AgentOrderId = "A-" + number,
            OrderStatus = TvmOrderStatus.PaidAndNotified,
            RealPayMode = "ALIPAY",
            TicketCount = passengers,
            TotalPrice = 1000 * passengers,
            Passengers = [.. Enumerable.Range(1, passengers).Select(i => new TvmPassengerVo
            {
                AgentTicketId = string.Create(CultureInfo.InvariantCulture, $"T{i:00}"),
                RiderName = "张三",
                RiderCertNumber = "11010519491231002X",
                RiderCertType = "1",
                SeatNumber = i.ToString(CultureInfo.InvariantCulture),
                TicketPrice = 1000,
            })],
            TvmBusLineInfo = new() { BusNumber = "PT122", StartStationId = SimulatedKiosk.Station, StartStationName = "六里桥", ToStationName = "天津站", DepTime = "2026-03-02 13:30:00" },
        });
        Orders.Add(number, order);
        return order;
    }

    /// <summary>The passenger or the platform ends the order meanwhile.</summary>
    public void Close(string number, bool refund)
    {
        if (Orders[number] is not { Status: TvmOrderStatus.PaidAndNotified or TvmOrderStatus.PaidNotNotified } order) return;
        World.Note($"gateway: order {number} {(refund ? "is being refunded" : "closed")}");
        order.WasClosed = true;
        order.Info = refund ? order.Info with { Refunds = [new() { RefundStatus = 10 }] } : order.Info with { OrderStatus = TvmOrderStatus.Closed };
    }

    private TvmQueryOrderResponse Query(string number)
    {
        Queries++;
        Queried?.Invoke();
        if (!Orders.TryGetValue(number, out var order)) return new() { IsSuccess = false, ResultCode = "ORDER_NOT_FOUND" };
        return new() { IsSuccess = true, TvmBusOrderLineInfo = order.Info };
    }

    private TvmBookOrderResponse Book(TvmBookOrderRequest request, bool refuse)
    {
        var order = Orders[request.AlitripOrderId];
        foreach (var ticket in order.Tickets)
        {
            if (request.Success && !World.Paper.IsOut(ticket)) World.Violate("no success is reported before the paper", $"{ticket} is not out");
        }
        if (request.Success && World.Station.Allocates && request.TicketGate != WorldStation.Gate) World.Violate("no seat is told that the station did not give", request.AlitripOrderId);
        var record = World.RecordOf(order.Key);
        if (!request.Success && record?.State is not IssuanceState.Void) World.Violate("no failure is reported that nobody decided", request.AlitripOrderId);
        JudgeBookTime(request, order, record);
        var isOpen = order.Status is TvmOrderStatus.PaidAndNotified or TvmOrderStatus.PaidNotNotified && order.Info.Refunds.Count == 0;
        if (isOpen && refuse) order.WasRefused = true;
        if (!isOpen || refuse) return new() { IsSuccess = false, ResultCode = "ORDER_STATUS_ERROR" };
        if (request.Success) order.Booked++;
        order.Info = order.Info with { OrderStatus = request.Success ? TvmOrderStatus.BookedAndConfirmed : TvmOrderStatus.BookFailed };
        return new() { IsSuccess = true };
    }

    // Whatever the board's clock did meanwhile. While nobody vouches for it, it shows the journal's last time: that the last ticket was begun.
    private void JudgeBookTime(TvmBookOrderRequest request, LedgerOrder order, IssuanceRecord? record)
    {
        if (record is null || !World.Shadow.Orders.TryGetValue(record.Id, out var shadow)) return;
        var began = World.Shadow.Attempts.Values.Where(a => a.Key == order.Key).Select(a => a.StartedAt).DefaultIfEmpty(shadow.ChangedAt).Max();
        var told = request.BookTime - (World.Time.GetUtcNow() - World.Now);
        if (told < began - ClockNoise || told > shadow.ChangedAt + ClockNoise)
            World.Violate("no time is told that was not", $"{request.AlitripOrderId}: {told} for {began} to {shadow.ChangedAt}");
    }

    protected override TopFault? FaultAtOnce(RequestFate fate) => fate switch
    {
        RequestFate.NoNetwork => Fault(TopRemedy.Retry, "network", false),
        RequestFate.Busy => Fault(TopRemedy.Retry, "15", false),
        RequestFate.Ban => Fault(TopRemedy.WaitUntil, "7", false, TimeSpan.FromSeconds(20)),
        RequestFate.SessionExpired => Fault(TopRemedy.RenewSession, "27", false),
        _ => null,
    };

    private sealed class Link(WorldGateway gateway, AgentRun run) : IPlatformApi
    {
        public Task<TopResult<TvmQueryOrderResponse>> QueryOrderAsync(string alitripOrderId, CancellationToken cancellationToken)
        {
            var order = gateway.Orders.GetValueOrDefault(alitripOrderId);
            return gateway.SendAsync<TvmQueryOrderResponse>(run,
                new($"query {alitripOrderId}", fate => TopResult.Of(fate == RequestFate.NoVerdict ? new() { ResultCode = "UNKNOWN" } : gateway.Query(alitripOrderId)))
                {
                    Answered = () => order?.IsUnanswered = false,
                }, cancellationToken);
        }

        public Task<TopResult<TvmBookOrderResponse>> SetBookOrderAsync(TvmBookOrderRequest request, CancellationToken cancellationToken)
        {
            var order = gateway.Orders[request.AlitripOrderId];
            return gateway.SendAsync<TvmBookOrderResponse>(run,
                new($"report {request.AlitripOrderId}", fate => TopResult.Of(fate == RequestFate.NoVerdict ? new() : gateway.Book(request, fate == RequestFate.Refused)))
                {
                    IsReport = true,
                    Leaves = () =>
                    {
                        if (order.IsUnanswered) run.World.Violate("nothing is sent again without asking", request.AlitripOrderId);
                        order.IsUnanswered = true;
                    },
                    Answered = () => order.IsUnanswered = false,
                }, cancellationToken);
        }

        public Task<TopResult<ReturnTicketConfirmResponse>> ConfirmReturnAsync(AgentConfirmReturnRq request, CancellationToken cancellationToken) => gateway.SendReturnAsync(run, request, cancellationToken);

        public Task<TopResult<ShipOrderNotifyResponse>> NotifyOrderAsync(ShipAgentConfirmBookRq request, CancellationToken cancellationToken) => gateway.SendShipAsync(run, request, cancellationToken);

        public Task<TopResult<TrainCallbackBookResponse>> CallbackBookAsync(BookCallbackParam request, CancellationToken cancellationToken) => gateway.SendTrainAsync(run, request, cancellationToken);
    }
}
