using System.Text;
using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Tests.Journal;

/// <summary>Orders, evidence and reports to fill a journal with.</summary>
internal static class JournalSamples
{
    public const string Name = "欧阳测试";
    public const string Certificate = "110101199003070134";

    public static readonly PrinterEvidence Before = new("TM-1", "TM-1", 1041, true, true, 2, new Guid("6f1c2a52-6c0d-4b8e-9f3e-0a55c1f7a001"), "boot-1/ttyUSB0");
    public static readonly PrinterEvidence After = Before with { CutCounter = 1042 };
    public static readonly AttemptEnd Presented = new(AttemptOutcome.Presented, 1840, After, "its own process id was echoed");
    public static readonly AttemptEnd NotPresented = new(AttemptOutcome.NotPresented, 0, null, "no byte was sent");
    public static readonly AttemptEnd Unclear = new(AttemptOutcome.Unknown, null, After, "the agent died");
    public static readonly NewReport Report = new(ReportKinds.BusBook, 1, true, "{\"book_time\":\"2026-03-01 09:00:00\"}"u8.ToArray(), Encoding.UTF8.GetBytes($"[\"{Name}\"]"));

    public static readonly NewReport Confirmation = new(ReportKinds.StationConfirm, 1, true, "{\"kiosk\":\"K-1\",\"attempt\":1}"u8.ToArray(), null);
    public static readonly NewReport GivenUp = Confirmation with { Kind = ReportKinds.StationRelease };

    public static NewReport ReportOf(Journey journey) => Report with { Kind = JournalWords.ReportKindOf(journey) };

    public static NewAttempt Ticket(int index) => new(AttemptKind.Ticket, index, Before);

    public static AcceptedOrder Accepted(string orderNumber, Journey journey = Journey.Bus, int passengers = 2)
    {
        var people = Enumerable.Range(0, passengers).Select(i => new Passenger
        {
            Name = Name + i,
            CertificateType = "0",
            CertificateNumber = Certificate + i,
            SeatNumber = $"{i + 1}",
            TicketNumber = $"T{orderNumber}-{i}",
            FullPrice = 5200,
            TicketPrice = 5200,
        }).ToList();
        var order = new Order
        {
            Journey = journey,
            OrderNumber = orderNumber,
            PayMode = "1",
            TotalPrice = 5200 * passengers,
            Trip = new() { Number = "K1024", FromStation = "杭州汽车客运中心站", ToStation = "上海", DepartsAt = new(2026, 3, 1, 14, 30, 0, TimeSpan.FromHours(8)) },
            Passengers = people,
        };
        var tickets = people.Select((p, i) => new Ticket { Index = i, TicketNumber = $"T{orderNumber}-{i}", SeatNumber = p.SeatNumber, Gate = "3", Passenger = p }).ToList();
        return new(order, tickets, "bus/1", "claim-7");
    }

    /// <summary>From nothing to an accepted order.</summary>
    public static long TakeOn(this IIssuanceJournal journal, string order, DateTimeOffset at, int passengers = 2)
    {
        var id = journal.RecordIntent(Journey.Bus, order, at);
        journal.Accept(id, Accepted(order, passengers: passengers), [], at);
        return id;
    }

    public static void Print(this IIssuanceJournal journal, long issuance, int ticket, AttemptEnd end, DateTimeOffset at) =>
        journal.EndAttempt(journal.StartAttempt(issuance, Ticket(ticket), at).Id, end, at);

    /// <summary>From nothing to an issued order whose report waits.</summary>
    /// <returns>The report.</returns>
    public static long Issue(this IIssuanceJournal journal, string order, DateTimeOffset at, int passengers = 1)
    {
        var id = journal.TakeOn(order, at, passengers);
        for (var i = 0; i < passengers; i++) journal.Print(id, i, Presented, at);
        return Assert.NotNull(journal.Complete(id, [Report], at));
    }

    public static IReadOnlyList<long> TakeIds(this IIssuanceJournal journal, DateTimeOffset now, int limit = 100, params string[] inHand) =>
        [.. journal.Take(now, limit, inHand.ToHashSet()).Select(r => r.Id)];
}
