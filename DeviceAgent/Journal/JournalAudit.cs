namespace DeviceAgent.Journal;

/// <summary>What the journal itself writes into its audit rows.</summary>
internal static class JournalAudit
{
    public const string Intent = "intent";
    public const string Accepted = "accepted";
    public const string AttemptStarted = "attempt started";
    public const string AttemptEnded = "attempt ended";
    public const string Issued = "issued";
    public const string Released = "released";
    public const string Failed = "failed";
    public const string InDoubt = "in doubt";
    public const string Slip = "incident slip";
    public const string Decided = "decided";
    public const string PassengerCheck = "passenger check";
    public const string Maintenance = "maintenance";
    public const string Session = "session";
    public const string Printer = "printer";
    public const string Recovered = "reports recovered";
    public const string Sending = "report sending";
    public const string Confirmed = "report confirmed";
    public const string Retry = "report retry";
    public const string Parked = "report parked";
    public const string RetriedByHand = "report retried by hand";
    public const string Settled = "report settled by hand";
    public const string Woken = "reports woken";
    public const string Purged = "personal data erased";
    public const string Retired = "history deleted";
    public const string Adopted = "journal adopted";
    public const string Power = "power";
    public const string Distrusted = "journal distrusted";
    public const string Stock = "stock number";
    public const string TestStrip = "paper change begun";
    public const string Counted = "printers counted";
    public const string PaperChanged = "paper changed";
}
