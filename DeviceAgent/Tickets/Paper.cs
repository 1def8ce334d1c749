using System.Globalization;
using DeviceAgent.Drivers.Printing;

namespace DeviceAgent.Tickets;

/// <summary>What all layouts of this kiosk share: its one document, its name, and how moments and money are written.</summary>
/// <param name="logo">Stands on tickets; null: none.</param>
internal sealed class Paper(PaperFormat format, string kioskId, DotImage? logo = null)
{
    // The platform's time zone, whatever the machine's: GMT+8 without daylight saving.
    private static readonly TimeSpan China = TimeSpan.FromHours(8);

    public EscPosDocument Document { get; } = new(format);

    public string KioskId => kioskId;

    /// <summary>What a ticket's QR code holds: order number, a slash, ticket number. A return recognises the ticket by it.</summary>
    public static string QrText(string orderNumber, string ticketNumber) => $"{orderNumber}/{ticketNumber}";

    public EscPosDocument Begin() => Document.Clear().Initialise().Align(TextAlignment.Centre);

    /// <summary>The head of a document that is worth something.</summary>
    public EscPosDocument BeginTicket(string title, string english, int copy)
    {
        Begin();
        if (logo is not null) Document.Image(logo);
        Document.Size(2, 2).Line(title).Size(1, 1).Line(english);
        // Inspectors must see it at first sight, and on the same ticket as the original's number.
        if (copy > 0) Document.Size(2, 2).Bold(true).Line(string.Create(CultureInfo.InvariantCulture, $"补打 COPY {copy}")).Bold(false).Size(1, 1);
        return Document.Rule().Align(TextAlignment.Left);
    }

    /// <summary>The ticket's code, as large as the paper allows.</summary>
    public EscPosDocument Code(string orderNumber, string ticketNumber)
    {
        var text = QrText(orderNumber, ticketNumber);
        return Document.Align(TextAlignment.Centre).QrCode(text, QrSize.FittingModuleDots(text.Length, format.WidthDots));
    }

    /// <summary>Position, kiosk and moment; the end.</summary>
    public ReadOnlyMemory<byte> EndTicket(int index, int count, DateTimeOffset issuedAt)
    {
        Document.Line($"{index + 1}/{count}  {kioskId}  {Second(issuedAt)}");
        return Document.Align(TextAlignment.Left).End().Bytes;
    }

    /// <summary>Some systems write the word into the value.</summary>
    public static string Gate(string? gate) => gate is null ? "" : gate.Contains("检票口", StringComparison.Ordinal) ? gate : $"检票口 {gate}";

    public static string Second(DateTimeOffset moment) => Stamp(moment, "yyyy-MM-dd HH:mm:ss");

    public static string Day(DateTimeOffset moment) => Stamp(moment, "yyyy-MM-dd");

    public static string Minute(DateTimeOffset moment) => Stamp(moment, "HH:mm");

    public static string Yuan(long fen) => string.Create(CultureInfo.InvariantCulture, $"￥{fen / 100}.{Math.Abs(fen % 100):00}");

    private static string Stamp(DateTimeOffset moment, string format) => moment.ToOffset(China).ToString(format, CultureInfo.InvariantCulture);
}
