using DeviceAgent.Issuance;
using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Platform.Gateway;
using DeviceAgent.Platform.Station;
using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Tests.Simulation;

// Ship: idempotent, the first success wins. Train: not. Returns: not, but the order shows them.
internal sealed partial class WorldGateway
{
    /// <summary>The train partner has promised that the same result may be told twice.</summary>
    public bool TrainResendIsSafe { get; set; }

    public LedgerJob Give(Job job)
    {
        var given = new LedgerJob(job);
        Jobs.Add(given.Number, given);
        return given;
    }

    private Task<TopResult<ShipOrderNotifyResponse>> SendShipAsync(AgentRun run, ShipAgentConfirmBookRq request, CancellationToken cancellationToken)
    {
        var job = Jobs[request.AlitripOrderId];
        return SendAsync<ShipOrderNotifyResponse>(run,
            new($"ship {job.Number}", fate => TopResult.Of(fate == RequestFate.NoVerdict ? new() : new ShipOrderNotifyResponse { RetSuccess = Take(job, request.Success, fate == RequestFate.Refused) }))
            {
                IsReport = true,
                Leaves = () => Leave(job, TopMessageJson.Write(request)),
                Answered = () => job.Unanswered--,
            }, cancellationToken);
    }

    private Task<TopResult<TrainCallbackBookResponse>> SendTrainAsync(AgentRun run, BookCallbackParam request, CancellationToken cancellationToken)
    {
        var job = Jobs[request.OrderId];
        return SendAsync<TrainCallbackBookResponse>(run,
            new($"train {job.Number}", fate => TopResult.Of(fate == RequestFate.NoVerdict ? new() : AnswerOf(Take(job, job.Job.Order is not null, fate == RequestFate.Refused))))
            {
                IsReport = true,
                MayRepeat = TrainResendIsSafe,
                Leaves = () =>
                {
                    if (!TrainResendIsSafe && (job.Unanswered > 0 || job.Applied > 0)) World.Violate("no train result is told twice", job.Number);
                    Leave(job, TopMessageJson.Write(request));
                },
                Answered = () => job.Unanswered--,
            }, cancellationToken);
    }

    private static TrainCallbackBookResponse AnswerOf(bool success) => new() { Status = success ? "true" : "false", ResultCode = success ? "200" : "500" };

    private void Leave(LedgerJob job, byte[] request)
    {
        job.Unanswered++;
        if (World.RecordOf(job.Key)?.State is null or IssuanceState.Intent) World.Violate("no allocation is reported before it is durable", job.Key.ToString());
        if (!request.AsSpan().SequenceEqual(job.Job.Report.Personal)) World.Violate("no allocation is reported otherwise than it is", job.Key.ToString());
    }

    private bool Take(LedgerJob job, bool success, bool refuse)
    {
        if (!success && job.Tickets.Any(World.Paper.IsOut)) World.Violate("paper never turns into a failure report", job.Key.ToString());
        if (job.Applied > 0) return true;
        job.WasRefused |= refuse;
        if (!refuse) job.Applied++;
        return !refuse;
    }

    private Task<TopResult<ReturnTicketConfirmResponse>> SendReturnAsync(AgentRun run, AgentConfirmReturnRq request, CancellationToken cancellationToken)
    {
        var order = Orders.Values.Single(o => o.Info.AgentOrderId == request.AgentOrderId);
        var key = new OrderKey(Journey.BusReturn, request.AgentTicketId is { } ticket ? $"{order.Key.Number}/{ticket}" : order.Key.Number);
        var returned = World.Station.ReturnOf(key);
        return SendAsync<ReturnTicketConfirmResponse>(run,
            new($"{key} confirmed", fate => TopResult.Of(fate == RequestFate.NoVerdict ? new() : Return(order, returned, request, fate == RequestFate.Refused)))
            {
                IsReport = true,
                MayRepeat = false,
                Leaves = () =>
                {
                    returned.Unanswered++;
                    JudgeReturn(order, returned, request);
                },
                Answered = () => returned.Unanswered--,
            }, cancellationToken);
    }

    private void JudgeReturn(LedgerOrder order, WorldReturn returned, AgentConfirmReturnRq request)
    {
        var decision = request.AgentReturnTicketStatus == BusReturnPayload.Returned ? ReturnDecision.Returned : ReturnDecision.Failed;
        if (returned.Decision != decision) World.Violate("nothing is reported as returned that the station did not return", $"{returned.Key}: {decision} for {returned.Decision}");
        // Before it was applied nobody could know that it will be.
        if (returned.Applied > 0) World.Violate("no return is reported twice", returned.Key.ToString());
        if (World.RecordOf(order.Key) is { } issue && World.Disk.Reports.Exists(r => r.Issuance == issue.Id && !r.IsForStation && r.IsOpen))
            World.Violate("reports of an order arrive in order", $"{returned.Key} before its issue");
    }

    private ReturnTicketConfirmResponse Return(LedgerOrder order, WorldReturn returned, AgentConfirmReturnRq request, bool refuse)
    {
        var isOpen = order.Status == TvmOrderStatus.BookedAndConfirmed && returned.Applied == 0;
        if (isOpen && refuse) returned.WasRefused = true;
        if (!isOpen || refuse) return new() { IsSuccess = false, ResultCode = "RETURN_STATUS_ERROR" };
        returned.Applied++;
        if (request.AgentReturnTicketStatus == BusReturnPayload.Returned)
            order.Info = order.Info with { Refunds = [.. order.Info.Refunds, new() { RefundStatus = 10, GmtCreate = TvmTimes.Format(World.Time.GetUtcNow()) }] };
        return new() { IsSuccess = true };
    }
}
