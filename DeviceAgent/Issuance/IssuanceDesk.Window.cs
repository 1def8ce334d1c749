namespace DeviceAgent.Issuance;

public sealed partial class IssuanceDesk
{
    /// <summary>A code that comes now would be taken up. The scan window follows it.</summary>
    public bool TakesCodes { get; private set; }

    /// <summary>After each change of <see cref="TakesCodes"/>, on the agent's loop.</summary>
    public event Action? TakesCodesChanged;

    // Whether the platform is still silent is found out by asking it.
    private static bool AllowsCodes(IReadOnlyList<NotReadyReason> reasons) => reasons.All(r => r == NotReadyReason.GatewayUnreachable);

    private void ConsiderWindow() => SetTakesCodes(_inHand is null && AllowsCodes(NotReadyReasons()));

    private void SetTakesCodes(bool takes)
    {
        if (takes == TakesCodes) return;
        TakesCodes = takes;
        TakesCodesChanged?.Invoke();
    }
}
