using System.Globalization;
using System.Text.Json;
using DeviceAgent.Orders;
using DeviceAgent.Platform.Gateway;
using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Issuance;

/// <summary>An order that somebody else has made and allocated: a ship's or a train's. Its report is due as soon as it is durable.</summary>
/// <param name="Order">Null when there is nothing to print: the job tells a failure.</param>
/// <param name="Tickets">Of those who have one; empty exactly when <paramref name="Order"/> is null.</param>
/// <param name="Failure">Why there is nothing to print; no personal data.</param>
public sealed record Job(OrderKey Key, Order? Order, IReadOnlyList<Ticket> Tickets, NewReport Report, string? Failure)
{
    /// <summary>Bytes of a job.</summary>
    public const int MaxBytes = 256 * 1024;

    private const int MaxDepth = 12;

    /// <summary>Reads a job, or finds everything that is wrong with it. No I/O, no clock.</summary>
    /// <returns>The job, or its faults: one of them is empty.</returns>
    public static (Job? Job, IReadOnlyList<string> Faults) Read(ReadOnlyMemory<byte> utf8)
    {
        var faults = new JobFaults();
        if (utf8.Length > MaxBytes)
        {
            faults.Add("the job", $"must not be longer than {MaxBytes} bytes");
            return (null, faults.All);
        }
        try
        {
            using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
            var root = document.RootElement;
            Journey? journey = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("journey", out var word) && word.ValueKind == JsonValueKind.String
                ? word.GetString() switch { "ship" => Journey.Ship, "train" => Journey.Train, _ => null }
                : null;
            if (journey is null) faults.Add("journey", "must be ship or train, in one JSON object");
            else JobSchema.Of(journey.Value).Check(root, "", faults);
            if (faults.All.Count > 0) return (null, faults.All);
            var job = journey == Journey.Ship ? ShipJobs.Read(root, faults) : TrainJobs.Read(root, faults);
            return faults.All.Count > 0 ? (null, faults.All) : (job, []);
        }
        catch (JsonException e)
        {
            // Its message may quote the content.
            faults.Add("the job", string.Create(CultureInfo.InvariantCulture, $"is no JSON object: line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}"));
            return (null, faults.All);
        }
        catch (InvalidOperationException)
        {
            faults.Add("the job", "holds text that is no UTF-8");
            return (null, faults.All);
        }
    }

    internal static byte[] Utf8(JsonElement element) => JsonSerializer.SerializeToUtf8Bytes(element, JobJson.Default.JsonElement);
}

[System.Text.Json.Serialization.JsonSerializable(typeof(JsonElement))]
internal sealed partial class JobJson : System.Text.Json.Serialization.JsonSerializerContext;

/// <summary>What the fields of a ship job must be to each other, and what becomes of them. All or nothing.</summary>
internal static class ShipJobs
{
    private const string Issued = "2";

    public static Job? Read(JsonElement root, JobFaults faults)
    {
        var report = TopMessageJson.ReadShip(Job.Utf8(root.GetProperty("report")));
        if (report is null)
        {
            faults.Add("report", "does not read");
            return null;
        }
        var key = new OrderKey(Journey.Ship, report.AlitripOrderId);
        if (!report.Success)
        {
            if (report.PassengerList is { Count: > 0 }) faults.Add("report.passenger_list", "must be left out where success is false: all tickets are issued, or none");
            return new(key, null, [], ShipNotifyPayload.Create(report), $"the station could not issue it ({report.FailedCode ?? "no failed_code"})");
        }
        if (report.FailedCode is not null) faults.Add("report.failed_code", "must be left out where success is true");
        if (report.PassengerList is not { Count: > 0 } passengers)
        {
            faults.Add("report.passenger_list", "is required where success is true");
            return null;
        }
        var trip = ReadTrip(root, faults);
        var tickets = ReadTickets(report, passengers, faults);
        if (report.TicketCount is { } count && count != tickets.Count)
            faults.Add("report.ticket_count", string.Create(CultureInfo.InvariantCulture, $"must be the number of tickets in the lists, {tickets.Count}"));
        if (tickets.Select(t => t.TicketNumber).Distinct(StringComparer.Ordinal).Count() != tickets.Count) faults.Add("report.passenger_list", "must hold each ticket number once");
        if (faults.All.Count > 0) return null;
        var order = new Order
        {
            Journey = Journey.Ship,
            OrderNumber = report.AlitripOrderId,
            AgentOrderNumber = report.AgentOrderId,
            TotalPrice = report.TotalPrice,
            Trip = trip!,
            Passengers = [.. tickets.Select(t => t.Passenger)],
        };
        return new(key, order, tickets, ShipNotifyPayload.Create(report), null);
    }

    private static Trip? ReadTrip(JsonElement root, JobFaults faults)
    {
        if (!root.TryGetProperty("trip", out var trip))
        {
            faults.Add("trip", "is required where success is true: the paper needs it");
            return null;
        }
        string? Text(string name) => trip.TryGetProperty(name, out var value) ? value.GetString() : null;
        return new()
        {
            Number = Text("number")!,
            VehicleType = Text("vehicle_type"),
            FromStation = Text("from_station")!,
            ToStation = Text("to_station")!,
            LastPlace = Text("last_place"),
            DepartsAt = TvmTimes.Parse(Text("departs_at"))!.Value,
        };
    }

    private static List<Ticket> ReadTickets(ShipAgentConfirmBookRq report, IReadOnlyList<ShipAgentConfirmBookPassengerInfo> passengers, JobFaults faults)
    {
        List<Ticket> tickets = [];
        for (var p = 0; p < passengers.Count; p++)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"report.passenger_list[{p}].ticket_list");
            if (passengers[p].TicketList is not { Count: > 0 } own)
            {
                faults.Add(path, "is required where success is true: each passenger has a ticket");
                continue;
            }
            for (var t = 0; t < own.Count; t++)
            {
                var ticket = own[t];
                if (ticket.TicketStatus is not (null or Issued))
                    faults.Add(string.Create(CultureInfo.InvariantCulture, $"{path}[{t}].ticket_status"), "must be 2, or left out, where success is true: all tickets are issued, or none");
                tickets.Add(new()
                {
                    Index = tickets.Count,
                    TicketNumber = ticket.TicketNo ?? ticket.ETicketNo ?? ticket.TicketId,
                    SeatNumber = ticket.TicketSeatNo,
                    Gate = report.TicketWicket,
                    Title = ticket.TicketTitle,
                    Password = ticket.TicketPwd,
                    Passenger = new()
                    {
                        Name = passengers[p].PassengerName,
                        CertificateType = passengers[p].PassengerCertType,
                        CertificateNumber = passengers[p].PassengerCertNo,
                        TicketNumber = ticket.TicketNo,
                        ElectronicTicket = ticket.ETicketNo,
                        SeatNumber = ticket.TicketSeatNo,
                        TicketPrice = ticket.TicketPrice,
                    },
                });
            }
        }
        return tickets;
    }
}

/// <summary>What the fields of a train job must be to each other, and what becomes of them. Each passenger has a result of their own.</summary>
internal static class TrainJobs
{
    public static Job? Read(JsonElement root, JobFaults faults)
    {
        var report = TopMessageJson.ReadTrain(Job.Utf8(root.GetProperty("report")));
        if (report is null)
        {
            faults.Add("report", "does not read");
            return null;
        }
        var key = new OrderKey(Journey.Train, report.OrderId);
        List<Ticket> tickets = [];
        for (var d = 0; d < report.BookTrainDetails.Count; d++)
        {
            var detail = report.BookTrainDetails[d];
            var path = string.Create(CultureInfo.InvariantCulture, $"report.book_train_details[{d}]");
            if (int.Parse(detail.TicketNum, CultureInfo.InvariantCulture) != detail.BookTicketDetails.Count)
                faults.Add($"{path}.ticket_num", string.Create(CultureInfo.InvariantCulture, $"must be the number of book_ticket_details, {detail.BookTicketDetails.Count}"));
            ReadTickets(report, detail, path, tickets, faults);
        }
        if (tickets.Count > JobSchema.MaxPassengers)
            faults.Add("report.book_train_details", string.Create(CultureInfo.InvariantCulture, $"must not hold more than {JobSchema.MaxPassengers} tickets"));
        if (tickets.Select(t => t.TicketNumber).Distinct(StringComparer.Ordinal).Count() != tickets.Count)
            faults.Add("report.book_train_details", "must hold each ticket number once: passenger_ticket_no is needed where there are several tickets");
        if (tickets.Count > 0 && report.FailCode is not null) faults.Add("report.fail_code", "must be left out where a passenger has a ticket");
        if (faults.All.Count > 0) return null;
        var payload = TrainBookPayload.Create(report, success: tickets.Count > 0);
        if (tickets.Count == 0) return new(key, null, [], payload, $"no passenger has a ticket ({report.FailCode ?? "no fail_code"})");
        var order = new Order
        {
            Journey = Journey.Train,
            OrderNumber = report.OrderId,
            AgentOrderNumber = report.SupplierOrderId,
            TotalPrice = report.BookTrainDetails.Sum(d => long.Parse(d.OrderTotalPrice, CultureInfo.InvariantCulture)),
            Trip = tickets[0].Trip!,
            Passengers = [.. tickets.Select(t => t.Passenger)],
        };
        return new(key, order, [.. tickets.Select(t => t.Trip == order.Trip ? t with { Trip = null } : t)], payload, null);
    }

    private static void ReadTickets(BookCallbackParam report, BookTrainDetail detail, string path, List<Ticket> tickets, JobFaults faults)
    {
        var trip = new Trip
        {
            Number = detail.TrainNo,
            FromStation = detail.FromStationName,
            ToStation = detail.ToStationName,
            DepartsAt = TvmTimes.Parse(detail.StartTime)!.Value,
        };
        for (var t = 0; t < detail.BookTicketDetails.Count; t++)
        {
            var ticket = detail.BookTicketDetails[t];
            if (ticket.FailCode is not null) continue;
            if ((ticket.PassengerTicketNo ?? report.TicketNo) is not { } number)
            {
                faults.Add(string.Create(CultureInfo.InvariantCulture, $"{path}.book_ticket_details[{t}].passenger_ticket_no"), "is required where the order has no ticket_no and the passenger no fail_code");
                continue;
            }
            var price = ticket.TicketPrice is { } fen ? long.Parse(fen, CultureInfo.InvariantCulture) : (long?)null;
            tickets.Add(new()
            {
                Index = tickets.Count,
                TicketNumber = number,
                SeatNumber = Seat(ticket),
                Gate = Gate(ticket.TicketEntrance),
                Title = ticket.TicketType switch { "0" => "儿童票", "2" => "学生票", _ => null },
                Trip = trip,
                Passenger = new()
                {
                    Name = ticket.PassengerInfo.PassengerName,
                    CertificateType = ticket.PassengerInfo.PassengerIdType,
                    CertificateNumber = ticket.PassengerInfo.PassengerIdNo,
                    TicketNumber = ticket.PassengerTicketNo,
                    SeatNumber = ticket.SeatNo,
                    TicketPrice = price,
                },
            });
        }
    }

    private static string Seat(BookTicketDetail ticket) =>
        string.Join(' ', new[] { ticket.CoachNo is { } coach ? $"{coach}车" : null, ticket.SeatNo is { } seat ? $"{seat}号" : null, ticket.SeatName }.OfType<string>());

    /// <summary>The gates of {"0":"…","1":"…"}, in their order.</summary>
    private static string? Gate(string? entrance)
    {
        if (entrance is null) return null;
        using var document = JsonDocument.Parse(entrance);
        var gates = document.RootElement.EnumerateObject().Select(p => p.Value.ValueKind == JsonValueKind.String ? p.Value.GetString() : null).OfType<string>()
            .Select(g => new string([.. g.Where(c => !char.IsControl(c))])).Where(g => g.Length > 0).ToList();
        return gates.Count == 0 ? null : string.Join(' ', gates);
    }
}
