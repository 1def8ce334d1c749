using System.Globalization;
using DeviceAgent.Platform.Gateway;
using DeviceAgent.Platform.Station;

namespace DeviceAgent.Tests.Issuance;

/// <summary>The station's system at the API's boundary: gives numbers, remembers what it was told, and answers as scripted.</summary>
internal sealed class ScriptedStation : IStationApi
{
    public List<AllocationRequest> Allocations { get; } = [];

    public List<ReturnRequest> Returns { get; } = [];

    /// <summary>Faults of the next calls; then answers.</summary>
    public Queue<TopFault> Faults { get; } = new();

    public bool IsSilent { get; set; }

    /// <summary>Null: tickets are given.</summary>
    public string? Refusal { get; set; }

    public ReturnDecision Decision { get; set; }

    public static TopFault Silence { get; } = new(TopRemedy.Retry, "timeout", null, "no answer in time", null, null, true, null, null);

    public Task<TopResult<AllocationAnswer>> AllocateAsync(AllocationRequest request, CancellationToken cancellationToken)
    {
        Allocations.Add(request);
        return Answer(() => Refusal is not null
            ? new AllocationAnswer(null, Refusal)
            : new([.. request.Passengers.Select((_, i) => new AllocatedTicket(i, string.Create(CultureInfo.InvariantCulture, $"N{i + 1}"), $"{i + 11}", "12F"))], null));
    }

    public Task<TopResult<StationReceipt>> ConfirmAsync(AllocationNotice notice, CancellationToken cancellationToken) => Answer(() => new StationReceipt("confirmed"));

    public Task<TopResult<StationReceipt>> ReleaseAsync(AllocationNotice notice, CancellationToken cancellationToken) => Answer(() => new StationReceipt("released"));

    public Task<TopResult<ReturnAnswer>> ReturnAsync(ReturnRequest request, CancellationToken cancellationToken)
    {
        Returns.Add(request);
        return Answer(() => new ReturnAnswer(Decision, "A380", 850, new(2026, 3, 1, 10, 0, 0, TimeSpan.FromHours(8)), "张三", Decision == ReturnDecision.Returned ? null : "too late"));
    }

    private Task<TopResult<T>> Answer<T>(Func<T> answer) where T : class => Task.FromResult(
        IsSilent ? TopResult.Failed<T>(Silence) : Faults.TryDequeue(out var fault) ? TopResult.Failed<T>(fault) : TopResult.Of(answer()));
}
