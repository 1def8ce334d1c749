using DeviceAgent.Platform.Gateway;

namespace DeviceAgent.Tests.Sync;

/// <summary>The platform as the sender sees it: a book of orders, and whatever goes wrong on the way.</summary>
internal sealed class PlatformDouble : IBusTvmApi
{
    private readonly Dictionary<string, int> _status = [];
    private readonly HashSet<string> _doubtful = [];

    public List<string> Calls { get; } = [];

    public List<TvmBookOrderRequest> Reports { get; } = [];

    /// <summary>Answers instead of the book; null: the book answers.</summary>
    public Func<TvmBookOrderRequest, Task<TopResult<TvmBookOrderResponse>>?> OnReport { get; set; } = _ => null;

    public Func<string, Task<TopResult<TvmQueryOrderResponse>>?> OnQuery { get; set; } = _ => null;

    /// <summary>Called before and after the book is changed; throws where the power fails.</summary>
    public Action<string>? AtEffect { get; set; }

    public int StatusOf(string order) => _status.GetValueOrDefault(order, 30);

    public void Set(string order, int status) => _status[order] = status;

    public static TopFault Fault(TopRemedy remedy, string code, bool applied = false, int? wait = null) =>
        new(remedy, code, null, null, null, "r", applied, wait is { } seconds ? TimeSpan.FromSeconds(seconds) : null, null);

    public static Task<TopResult<TvmBookOrderResponse>> Fails(TopRemedy remedy, string code, bool applied = false, int? wait = null) =>
        Task.FromResult(TopResult.Failed<TvmBookOrderResponse>(Fault(remedy, code, applied, wait)));

    public static Task<TopResult<TvmQueryOrderResponse>> QueryFails(TopRemedy remedy, string code, int? wait = null) =>
        Task.FromResult(TopResult.Failed<TvmQueryOrderResponse>(Fault(remedy, code, false, wait)));

    public static Task<TopResult<TvmBookOrderResponse>> Says(bool? success) =>
        Task.FromResult(TopResult.Of(new TvmBookOrderResponse { IsSuccess = success, ResultCode = "X" }));

    public async Task<TopResult<TvmQueryOrderResponse>> QueryOrderAsync(string alitripOrderId, CancellationToken cancellationToken)
    {
        Calls.Add($"query {alitripOrderId}");
        AtEffect?.Invoke("before query");
        if (OnQuery(alitripOrderId) is { } scripted) return await scripted.WaitAsync(cancellationToken);
        AtEffect?.Invoke("after query");
        _doubtful.Remove(alitripOrderId);
        return TopResult.Of(new TvmQueryOrderResponse
        {
            IsSuccess = true,
            TvmBusOrderLineInfo = new TvmBusOrderLineInfo { AlitripOrderId = alitripOrderId, OrderStatus = StatusOf(alitripOrderId) },
        });
    }

    public async Task<TopResult<TvmBookOrderResponse>> SetBookOrderAsync(TvmBookOrderRequest request, CancellationToken cancellationToken)
    {
        Calls.Add($"report {request.AlitripOrderId}");
        Reports.Add(request);
        Assert.True(_doubtful.Add(request.AlitripOrderId), "a report of unknown fate was repeated without asking");
        AtEffect?.Invoke("before report");
        if (OnReport(request) is { } scripted)
        {
            var result = await scripted.WaitAsync(cancellationToken);
            if (result.Fault is { MayHaveBeenApplied: true }) _doubtful.Add(request.AlitripOrderId);
            else _doubtful.Remove(request.AlitripOrderId);
            return result;
        }
        return Apply(request);
    }

    /// <summary>Changes the book, as the real one does: an order is issued or failed once.</summary>
    public TopResult<TvmBookOrderResponse> Apply(TvmBookOrderRequest request)
    {
        var taken = StatusOf(request.AlitripOrderId) is 20 or 30;
        if (taken) _status[request.AlitripOrderId] = request.Success ? 50 : -1;
        AtEffect?.Invoke("after report");
        _doubtful.Remove(request.AlitripOrderId);
        return TopResult.Of(new TvmBookOrderResponse { IsSuccess = taken, ResultCode = taken ? "0" : "ORDER_STATUS_ILLEGAL" });
    }
}
