using System.Text.Json.Serialization;

namespace DeviceAgent.Technician;

/// <summary>POST /pickups.</summary>
internal sealed record PickUpRequest(string? Code);

/// <summary>GET /orders.</summary>
internal sealed record OrdersAnswer(IReadOnlyList<OpenOrderAnswer> Orders);

/// <summary>POST /session.</summary>
internal sealed record SessionBody(string? Session);

/// <summary>Everything that is wrong with what was given.</summary>
internal sealed record FaultsAnswer(string Reason, IReadOnlyList<string> Faults);

/// <summary>What was done.</summary>
internal sealed record DoneAnswer(string Text);

/// <summary>Every answer that is not what was asked for.</summary>
internal sealed record ReasonAnswer(string Reason);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(PickUpRequest))]
[JsonSerializable(typeof(DecisionBody))]
[JsonSerializable(typeof(MaintenanceBody))]
[JsonSerializable(typeof(RetryBody))]
[JsonSerializable(typeof(ReasonBody))]
[JsonSerializable(typeof(SessionBody))]
[JsonSerializable(typeof(PaperBody))]
internal sealed partial class ApiRequestJson : JsonSerializerContext;

/// <summary>Answers, written here and read by a technician's program, perhaps of an older release: it skips what it does not know.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(StatusAnswer))]
[JsonSerializable(typeof(OrderAnswer))]
[JsonSerializable(typeof(PickUpAnswer))]
[JsonSerializable(typeof(OrdersAnswer))]
[JsonSerializable(typeof(DoneAnswer))]
[JsonSerializable(typeof(ReasonAnswer))]
[JsonSerializable(typeof(FaultsAnswer))]
[JsonSerializable(typeof(ReportsAnswer))]
[JsonSerializable(typeof(PrinterUseAnswer))]
internal sealed partial class ApiAnswerJson : JsonSerializerContext;
