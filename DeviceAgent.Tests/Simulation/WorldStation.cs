using System.Globalization;
using DeviceAgent.Orders;
using DeviceAgent.Platform.Gateway;
using DeviceAgent.Platform.Station;

namespace DeviceAgent.Tests.Simulation;

internal enum SeatState
{
    Free,
    Allocated,
    Confirmed,
}

/// <summary>The seats of one order in the station's books.</summary>
internal sealed class StationSeatBook
{
    public SeatState State { get; set; }

    /// <summary>The newest allocation's.</summary>
    public long Attempt { get; set; }

    /// <summary>What was given back, even if it never came: an allocation that arrives after its release gives nothing.</summary>
    public long ReleasedUpTo { get; set; }

    /// <summary>The last notice that went out.</summary>
    public long LastNotice { get; set; }

    /// <summary>The station refused what it could take.</summary>
    public bool WasRefused { get; set; }
}

/// <summary>A return as the station decided it; its slip is the paper.</summary>
internal sealed class WorldReturn(OrderKey key) : WorldOrder(key)
{
    public ReturnDecision? Decision { get; set; }

    public DateTimeOffset At { get; set; }

    /// <summary>Reports that the platform took.</summary>
    public int Applied { get; set; }

    public override IReadOnlyList<string> Tickets { get; } = [$"return {key.Number}"];
}

/// <summary>The station's ticketing system at its API's boundary: seats, returns, and a line of its own.</summary>
internal sealed class WorldStation(World world) : WorldLine(world, "station")
{
    public const string Gate = "G7";

    /// <summary>Whether bus tickets come from here.</summary>
    public bool Allocates { get; set; }

    /// <summary>What allocations and returns meet while notices are taken; null: nothing of the kind.</summary>
    public RequestFate? QuestionsMeet { get; set; }

    /// <summary>What the station will say when it is asked for the first time; returned where nothing is told.</summary>
    public Dictionary<string, ReturnDecision> Decisions { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, StationSeatBook> Books { get; } = new(StringComparer.Ordinal);

    public Dictionary<OrderKey, WorldReturn> Returns { get; } = [];

    public IStationApi ApiOf(AgentRun run) => new Link(this, run);

    public WorldReturn ReturnOf(OrderKey key) => Returns.TryGetValue(key, out var known) ? known : Returns[key] = new(key);

    protected override TopFault? FaultAtOnce(RequestFate fate) => fate switch
    {
        RequestFate.NoNetwork => Fault(TopRemedy.Retry, "network", false),
        RequestFate.Busy or RequestFate.Ban => Fault(TopRemedy.Retry, "http-503", true),
        RequestFate.SessionExpired => Fault(TopRemedy.Configuration, "http-401", false),
        _ => null,
    };

    private StationSeatBook BookOf(string order) => Books.TryGetValue(order, out var known) ? known : Books[order] = new();

    private TopResult<AllocationAnswer> Allocate(AllocationRequest request, bool refuse)
    {
        var book = BookOf(request.OrderNumber);
        if (World.RecordOf(new(Journey.Bus, request.OrderNumber)) is not { } record || record.Intents < request.Attempt)
            World.Violate("no seat is asked for before the intent is durable", request.OrderNumber);
        if (book.State == SeatState.Confirmed && request.Attempt != book.Attempt) return Refused("issued");
        if (request.Attempt <= book.ReleasedUpTo) return Refused("released");
        if (book.State == SeatState.Free && refuse) return Refused("sold out");
        book.Attempt = Math.Max(book.Attempt, request.Attempt);
        if (book.State == SeatState.Free) book.State = SeatState.Allocated;
        return TopResult.Of(new AllocationAnswer([.. Enumerable.Range(0, request.Passengers.Count).Select(i =>
            new AllocatedTicket(i, string.Create(CultureInfo.InvariantCulture, $"T{i + 1:00}"), string.Create(CultureInfo.InvariantCulture, $"S{i + 1}"), Gate))], null));

        static TopResult<AllocationAnswer> Refused(string why) => TopResult.Of(new AllocationAnswer(null, why));
    }

    private TopResult<StationReceipt> Confirm(AllocationNotice notice, bool refuse)
    {
        var book = BookOf(notice.OrderNumber);
        if (!World.Gateway.Orders[notice.OrderNumber].Tickets.All(World.Paper.IsOut)) World.Violate("no allocation is confirmed before the paper", notice.OrderNumber);
        if (book.State == SeatState.Free || book.Attempt != notice.Attempt)
        {
            World.Violate("no seat is released that was issued", $"{notice.OrderNumber}: attempt {notice.Attempt} is confirmed, {book.State} to attempt {book.Attempt}");
            return Conflict();
        }
        if (refuse && book.State == SeatState.Allocated)
        {
            book.WasRefused = true;
            return Conflict();
        }
        book.State = SeatState.Confirmed;
        return TopResult.Of(new StationReceipt("confirmed"));
    }

    private TopResult<StationReceipt> Release(AllocationNotice notice, bool refuse)
    {
        var book = BookOf(notice.OrderNumber);
        if (notice.Attempt < book.Attempt) return TopResult.Of(new StationReceipt("older"));
        if (book.State == SeatState.Confirmed)
        {
            World.Violate("no seat is released that was issued", $"{notice.OrderNumber}: confirmed before");
            return Conflict();
        }
        if (refuse)
        {
            book.WasRefused = true;
            return Conflict();
        }
        if (World.Gateway.Orders[notice.OrderNumber].Tickets.Any(World.Paper.IsOut)) World.Violate("no seat is released that was issued", notice.OrderNumber);
        (book.State, book.ReleasedUpTo) = (SeatState.Free, Math.Max(book.ReleasedUpTo, notice.Attempt));
        return TopResult.Of(new StationReceipt("released"));
    }

    private TopResult<ReturnAnswer> Return(ReturnRequest request, bool refuse)
    {
        var returned = ReturnOf(KeyOf(request));
        if (World.RecordOf(returned.Key) is null) World.Violate("no return is asked for before its intent is durable", returned.Key.ToString());
        if (returned.Decision is null)
        {
            var overlaps = Returns.Values.Any(r => r != returned && r.Decision == ReturnDecision.Returned && r.Key.PlatformNumber == request.OrderNumber
                && (r.Key.Number == request.OrderNumber || request.TicketNumber is null));
            returned.Decision = refuse || overlaps ? ReturnDecision.Refused : Decisions.GetValueOrDefault(returned.Key.Number, ReturnDecision.Returned);
            returned.At = World.Time.GetUtcNow();
            World.Note($"station: {returned.Key} is {returned.Decision}");
            if (!World.Gateway.Orders[request.OrderNumber].Tickets.Where(t => request.TicketNumber is null || t == returned.Key.Number).All(World.Paper.IsOut))
                World.Violate("nothing is returned that was not given", returned.Key.ToString());
        }
        return TopResult.Of(new ReturnAnswer(returned.Decision.Value, request.AgentOrderNumber, 900, returned.At, null, returned.Decision == ReturnDecision.Returned ? null : "by the station"));
    }

    private static OrderKey KeyOf(ReturnRequest request) => new(Journey.BusReturn, request.TicketNumber is { } ticket ? $"{request.OrderNumber}/{ticket}" : request.OrderNumber);

    private static TopResult<StationReceipt> Conflict() => TopResult.Failed<StationReceipt>(Fault(TopRemedy.Park, "http-409", false));

    // What cannot be read tells nothing, whatever was done.
    private static TopResult<T> Answer<T>(RequestFate fate, TopResult<T> answer) where T : class => fate == RequestFate.NoVerdict ? TopResult.Failed<T>(Silence("answer")) : answer;

    private sealed class Link(WorldStation station, AgentRun run) : IStationApi
    {
        public Task<TopResult<AllocationAnswer>> AllocateAsync(AllocationRequest request, CancellationToken cancellationToken) =>
            AskAsync($"allocate {request.OrderNumber} #{request.Attempt}", fate => station.Allocate(request, fate == RequestFate.Refused), cancellationToken);

        public Task<TopResult<ReturnAnswer>> ReturnAsync(ReturnRequest request, CancellationToken cancellationToken) =>
            AskAsync(KeyOf(request).ToString(), fate => station.Return(request, fate == RequestFate.Refused), cancellationToken);

        public Task<TopResult<StationReceipt>> ConfirmAsync(AllocationNotice notice, CancellationToken cancellationToken) =>
            TellAsync("confirm", notice, fate => station.Confirm(notice, fate == RequestFate.Refused), cancellationToken);

        public Task<TopResult<StationReceipt>> ReleaseAsync(AllocationNotice notice, CancellationToken cancellationToken) =>
            TellAsync("release", notice, fate => station.Release(notice, fate == RequestFate.Refused), cancellationToken);

        private Task<TopResult<T>> AskAsync<T>(string name, Func<RequestFate, TopResult<T>> apply, CancellationToken cancellationToken) where T : class =>
            station.SendAsync<T>(run, new(name, fate => Answer(fate, apply(fate))) { Meets = station.QuestionsMeet }, cancellationToken);

        private Task<TopResult<StationReceipt>> TellAsync(string what, AllocationNotice notice, Func<RequestFate, TopResult<StationReceipt>> apply, CancellationToken cancellationToken)
        {
            var book = station.BookOf(notice.OrderNumber);
            return station.SendAsync<StationReceipt>(run, new($"{what} {notice.OrderNumber} #{notice.Attempt}", fate => Answer(fate, apply(fate)))
            {
                IsReport = true,
                Leaves = () =>
                {
                    if (notice.Attempt < book.LastNotice) run.World.Violate("reports of an order arrive in order", $"{what} {notice.OrderNumber} #{notice.Attempt} after #{book.LastNotice}");
                    book.LastNotice = notice.Attempt;
                },
            }, cancellationToken);
        }
    }
}
