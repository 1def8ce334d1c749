using DeviceAgent.Issuance;
using DeviceAgent.Orders;
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
        Devices = [new("scanner", "/dev/s", "NoDevice", "Maintenance", "not plugged in", new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), 7, true)],
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

    public Task<OrderAnswer?> OrderAsync(string orderNumber, Journey? journey, CancellationToken cancellationToken)
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

    public Task<DecisionAnswer> DecideAsync(string orderNumber, Journey? journey, DecisionBody decision, string by, CancellationToken cancellationToken)
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

    public List<string> Worked { get; } = [];

    public PickupOffer Offered { get; set; }

    public Task<JobOffer> SubmitAsync(Job job, CancellationToken cancellationToken) => Work($"job {job.Key}, {job.Tickets.Count} tickets", new JobOffer(Offered, Refusal));

    public Task<JobOffer> ReturnAsync(ReturnTarget target, CancellationToken cancellationToken) => Work(target.Key.ToString(), new JobOffer(Offered, Refusal));

    public Task<ReportsAnswer> ReportsAsync(CancellationToken cancellationToken) => Work("reports", new ReportsAnswer(
        [new(7, "1", "bus.book", true, "parked", 2, true, At, null, "paper_given_order_closed", "query: order status -5")],
        [new(8, "2", "ship.notify", true, "retry", 1, true, At, At, null, null)]));

    public Task<DecisionAnswer> RetryReportAsync(long id, RetryBody retry, string by, CancellationToken cancellationToken) =>
        Work($"retry {id} {(retry.Ask == false ? "without asking" : "asking")}: {retry.Reason} by {by}", new DecisionAnswer(Result, "said"));

    public Task<DecisionAnswer> SettleReportAsync(long id, ReasonBody settle, string by, CancellationToken cancellationToken) =>
        Work($"settle {id}: {settle.Reason} by {by}", new DecisionAnswer(Result, "said"));

    public Task<string?> SetSessionAsync(string session, string by, CancellationToken cancellationToken) => Work($"session {session} by {by}", Refusal);

    public Task<PrinterUseAnswer> PrinterAsync(CancellationToken cancellationToken) => Work("printer", new PrinterUseAnswer(
        "TM-1", "TM-T88VI", "echo", "Low", 7, "A0007", [new("TM-1", At, 1200, 156_040, 1234, 2), new("TM-0", At, 1, 130, 1, 0)]));

    public Task<DecisionAnswer> PaperAsync(PaperBody paper, string by, CancellationToken cancellationToken) =>
        Work($"paper {paper.Changed} {paper.FirstForm} {paper.Reason} by {by}", new DecisionAnswer(Result, "said"));

    private Task<T> Work<T>(string what, T answer)
    {
        Asked++;
        Worked.Add(what);
        return Task.FromResult(answer);
    }
}
