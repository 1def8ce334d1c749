using DeviceAgent.Platform.Gateway;

namespace DeviceAgent.Platform.Sync;

/// <summary>Version 1 of a train order's result in the outbox: the request in plain text, sealed as personal data; it is encrypted for the partner when it is sent.</summary>
public static class TrainBookPayload
{
    public const int Version = 1;

    /// <param name="success">Some passenger has a ticket.</param>
    public static NewReport Create(BookCallbackParam request, bool success)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new(ReportKinds.TrainBook, Version, success, TopMessageJson.Write(request with { BookTrainDetails = [] }), TopMessageJson.Write(request));
    }

    /// <returns>Null when it is of another kind or version, disagrees with its own row, or its personal part cannot be read: the API requires the passengers.</returns>
    public static BookCallbackParam? Read(OutboxReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (report.Kind != ReportKinds.TrainBook || report.PayloadVersion != Version || report.Personal is not { } personal) return null;
        return TopMessageJson.ReadTrain(personal) is { } request && request.OrderId == report.OrderNumber ? request : null;
    }
}
