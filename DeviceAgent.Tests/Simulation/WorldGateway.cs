using System.Globalization;
using DeviceAgent.Journal;
using DeviceAgent.Platform.Gateway;

namespace DeviceAgent.Tests.Simulation;

/// <summary>What becomes of one request.</summary>
internal enum RequestFate
{
    Answered,
    /// <summary>Never left the machine.</summary>
    NoNetwork,
    /// <summary>Lost on its way; nobody answers.</summary>
    Lost,
    /// <summary>Applied; the answer gets lost.</summary>
    AnswerLost,
    /// <summary>Applied long after the client has given up.</summary>
    Late,
    /// <summary>Delivered twice; the first answer comes back.</summary>
    Twice,
    /// <summary>A proxy's page in place of an answer, after the request was applied.</summary>
    Unreadable,
    Busy,
    Ban,
    SessionExpired,
    /// <summary>The business refuses what it could take.</summary>
    Refused,
    /// <summary>An answer without a verdict.</summary>
    NoVerdict,
}

/// <summary>An order in the platform's books.</summary>
internal sealed class LedgerOrder(TvmBusOrderLineInfo info)
{
    public TvmBusOrderLineInfo Info { get; set; } = info;

    public int Status => Info.OrderStatus ?? 0;

    /// <summary>Success reports that changed the order.</summary>
    public int Booked { get; set; }

    /// <summary>The platform itself has closed or refunded it.</summary>
    public bool WasClosed { get; set; }

    /// <summary>The business refused a report that it could have taken.</summary>
    public bool WasRefused { get; set; }

    /// <summary>A report was sent whose answer the kiosk never got, and it has not asked since.</summary>
    public bool IsUnanswered { get; set; }

    public IEnumerable<string> Tickets => Info.Passengers.Select(p => $"{Info.AlitripOrderId}/{p.AgentTicketId}");
}

/// <summary>The platform at the API's boundary: orders, their status, and a line that does to requests what lines do.</summary>
internal sealed class WorldGateway(World world)
{
    private static readonly TimeSpan ClockNoise = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Way = TimeSpan.FromMilliseconds(40), ClientTimeout = TimeSpan.FromSeconds(10);

    public Dictionary<string, LedgerOrder> Orders { get; } = new(StringComparer.Ordinal);

    public int Queries { get; private set; }

    /// <summary>Some answer told nothing: after many of them a report goes to a person.</summary>
    public bool GaveNoVerdict { get; private set; }

    /// <summary>What reports meet while queries are answered; null: nothing of the kind.</summary>
    public RequestFate? ReportsMeet { get; set; }

    /// <summary>Called when a query was answered at the platform.</summary>
    public Action? Queried { get; set; }

    /// <summary>What the next requests meet, in order; then <see cref="Always"/>.</summary>
    public Queue<RequestFate> Next { get; } = new();

    /// <summary>What every request meets until it is set again.</summary>
    public RequestFate Always { get; set; }

    public IBusTvmApi ApiOf(AgentRun run) => new Link(this, run);

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
        world.Note($"gateway: order {number} {(refund ? "is being refunded" : "closed")}");
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
            if (request.Success && !world.Paper.IsOut(ticket)) world.Violate("no success is reported before the paper", $"{ticket} is not out");
        }
        var record = world.Disk.Issuances.Find(i => i.OrderNumber == request.AlitripOrderId);
        if (!request.Success && record?.State is not IssuanceState.Void) world.Violate("no failure is reported that nobody decided", request.AlitripOrderId);
        JudgeBookTime(request, record);
        var isOpen = order.Status is TvmOrderStatus.PaidAndNotified or TvmOrderStatus.PaidNotNotified && order.Info.Refunds.Count == 0;
        if (isOpen && refuse) order.WasRefused = true;
        if (!isOpen || refuse) return new() { IsSuccess = false, ResultCode = "ORDER_STATUS_ERROR" };
        if (request.Success) order.Booked++;
        order.Info = order.Info with { OrderStatus = request.Success ? TvmOrderStatus.BookedAndConfirmed : TvmOrderStatus.BookFailed };
        return new() { IsSuccess = true };
    }

    // Whatever the board's clock did meanwhile. While nobody vouches for it, it shows the journal's last time: that the last ticket was begun.
    private void JudgeBookTime(TvmBookOrderRequest request, IssuanceRecord? record)
    {
        if (record is null || !world.Shadow.Orders.TryGetValue(record.Id, out var shadow)) return;
        var began = world.Shadow.Attempts.Values.Where(a => a.Order == request.AlitripOrderId).Select(a => a.StartedAt).DefaultIfEmpty(shadow.ChangedAt).Max();
        var told = request.BookTime - (world.Time.GetUtcNow() - world.Now);
        if (told < began - ClockNoise || told > shadow.ChangedAt + ClockNoise)
            world.Violate("no time is told that was not", $"{request.AlitripOrderId}: {told} for {began} to {shadow.ChangedAt}");
    }

    private RequestFate Fate() => Next.TryDequeue(out var next) ? next : Always != RequestFate.Answered ? Always : world.Trouble.OfRequest();

    private static TopFault Fault(TopRemedy remedy, string code, bool mayHaveBeenApplied, TimeSpan? wait = null) =>
        new(remedy, code, null, "simulated", null, "r", mayHaveBeenApplied, wait, null);

    private sealed class Link(WorldGateway gateway, AgentRun run) : IBusTvmApi
    {
        private World World => run.World;

        public Task<TopResult<TvmQueryOrderResponse>> QueryOrderAsync(string alitripOrderId, CancellationToken cancellationToken)
        {
            var order = gateway.Orders.GetValueOrDefault(alitripOrderId);
            return SendAsync($"query {alitripOrderId}", fate => fate == RequestFate.NoVerdict ? new() { ResultCode = "UNKNOWN" } : gateway.Query(alitripOrderId),
                before: null, answered: () => order?.IsUnanswered = false, cancellationToken);
        }

        public Task<TopResult<TvmBookOrderResponse>> SetBookOrderAsync(TvmBookOrderRequest request, CancellationToken cancellationToken)
        {
            var order = gateway.Orders[request.AlitripOrderId];
            return SendAsync($"report {request.AlitripOrderId}", fate => fate == RequestFate.NoVerdict
                    ? new() : gateway.Book(request, fate == RequestFate.Refused),
                before: () =>
                {
                    if (order.IsUnanswered) World.Violate("nothing is sent again without asking", request.AlitripOrderId);
                    order.IsUnanswered = true;
                },
                answered: () => order.IsUnanswered = false, cancellationToken);
        }

        /// <param name="before">The request leaves the machine.</param>
        /// <param name="answered">Its fate is known to the agent.</param>
        private async Task<TopResult<T>> SendAsync<T>(string name, Func<RequestFate, T> apply, Action? before, Action answered, CancellationToken cancellationToken) where T : class
        {
            var fate = gateway.Fate();
            if (before is not null && gateway.ReportsMeet is { } met) fate = met;
            gateway.GaveNoVerdict |= fate == RequestFate.NoVerdict;
            var number = World.Begin(run, $"gateway: {name}{(fate == RequestFate.Answered ? "" : $" ({fate})")}");
            var answer = new TaskCompletionSource<TopResult<T>>();
            if (fate is RequestFate.NoNetwork or RequestFate.Busy or RequestFate.Ban or RequestFate.SessionExpired)
            {
                World.At(Way, () => answer.TrySetResult(TopResult.Failed<T>(fate switch
                {
                    RequestFate.NoNetwork => Fault(TopRemedy.Retry, "network", false),
                    RequestFate.Busy => Fault(TopRemedy.Retry, "15", false),
                    RequestFate.Ban => Fault(TopRemedy.WaitUntil, "7", false, TimeSpan.FromSeconds(20)),
                    _ => Fault(TopRemedy.RenewSession, "27", false),
                })));
            }
            else
            {
                before?.Invoke();
                Travel(name, fate, apply, answer);
            }
            World.End(run, number);
            var result = await AnswerAsync(answer.Task, cancellationToken);
            var came = World.Begin(run, $"gateway: answer to {name}: {result.Fault?.Code ?? "ok"}");
            if (result.Fault is not { MayHaveBeenApplied: true }) answered();
            World.End(run, came);
            return result;
        }

        private void Travel<T>(string name, RequestFate fate, Func<RequestFate, T> apply, TaskCompletionSource<TopResult<T>> answer) where T : class
        {
            if (fate == RequestFate.Lost) return;
            var world = World;
            world.Script(fate == RequestFate.Late ? ClientTimeout * 2 : Way, () =>
            {
                T? value = null;
                world.Occur($"gateway: {name} applied", () =>
                {
                    value = apply(fate);
                    if (fate == RequestFate.Twice) apply(fate);
                });
                if (fate is RequestFate.AnswerLost or RequestFate.Late) return;
                world.At(Way, () => answer.TrySetResult(fate == RequestFate.Unreadable
                    ? TopResult.Failed<T>(Fault(TopRemedy.Retry, "answer", true)) : TopResult.Of(value!)));
            });
        }

        private async Task<TopResult<T>> AnswerAsync<T>(Task<TopResult<T>> answer, CancellationToken cancellationToken) where T : class
        {
            var patience = Task.Delay(ClientTimeout, run.Clock, cancellationToken);
            await Task.WhenAny(answer, patience);
            cancellationToken.ThrowIfCancellationRequested();
            return answer.IsCompleted ? await answer : TopResult.Failed<T>(Fault(TopRemedy.Retry, "timeout", true));
        }
    }
}
