using DeviceAgent.Technician;

namespace DeviceAgent.Tests.Technician;

/// <summary>Answers as told, and remembers what it was asked.</summary>
internal sealed class ScriptedDesk : IAgentDesk
{
    public static StatusAnswer Status { get; } = new()
    {
        Version = "0.1.0",
        Kiosk = "K-0001",
        CanIssue = true,
        Reasons = ["r"],
        Guidance = "Ready",
        BusyWith = null,
        Clock = new(true, "Kernel"),
        Printer = new("Online", "Full", "u"),
        Scanner = new("Online"),
        Issuances = new(1, 0, 0, 0),
        Outbox = new(0, 0, 1, 0),
        Platform = new(null),
    };

    private static DateTimeOffset At { get; } = new(2026, 3, 1, 9, 0, 0, TimeSpan.FromHours(8));

    public DecisionResult Result { get; set; }

    public List<(string Order, DecisionBody Decision, string By)> Decisions { get; } = [];

    public List<string> Maintained { get; } = [];

    public int Asked { get; private set; }

    public List<string> Codes { get; } = [];

    public string? Refusal { get; set; }

    /// <summary>Set: the desk never answers; completed when it was asked.</summary>
    public TaskCompletionSource? Stuck { get; set; }

    public Task<StatusAnswer> StatusAsync(CancellationToken cancellationToken)
    {
        Asked++;
        if (Stuck is null) return Task.FromResult(Status);
        Stuck.SetResult();
        return new TaskCompletionSource<StatusAnswer>().Task;
    }

    public Task<OrderAnswer?> OrderAsync(string orderNumber, CancellationToken cancellationToken)
    {
        Asked++;
        return Task.FromResult(orderNumber == "404404" ? null : new OrderAnswer(
            orderNumber, "Bus", "Issued", null, "confirmed", [new(0, "Presented", 1)], 0, At,
            [new("Ticket", 0, 1, At, "Presented", "j")], [new("reissue", At, "uid 0 (root)", "r", "order status 30")]));
    }

    public Task<PickUpAnswer> PickUpAsync(string code, CancellationToken cancellationToken)
    {
        Asked++;
        if (Refusal is null) Codes.Add(code);
        return Task.FromResult(new PickUpAnswer(Refusal is null, Refusal));
    }

    public Task<IReadOnlyList<OpenOrderAnswer>> OrdersAsync(CancellationToken cancellationToken)
    {
        Asked++;
        return Task.FromResult<IReadOnlyList<OpenOrderAnswer>>([new("1", "Bus", "in_doubt", "why", At, 2)]);
    }

    public Task<DecisionAnswer> DecideAsync(string orderNumber, DecisionBody decision, string by, CancellationToken cancellationToken)
    {
        Asked++;
        Decisions.Add((orderNumber, decision, by));
        return Task.FromResult(new DecisionAnswer(Result, "said"));
    }

    public Task<string?> SetMaintenanceAsync(MaintenanceBody maintenance, string by, CancellationToken cancellationToken)
    {
        Asked++;
        if (Refusal is null) Maintained.Add($"{maintenance.Active} {maintenance.Reason} {by}");
        return Task.FromResult(Refusal);
    }
}
