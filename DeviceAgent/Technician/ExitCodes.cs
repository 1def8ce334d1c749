namespace DeviceAgent.Technician;

/// <summary>What the program's end tells a script. Numbers of sysexits.h.</summary>
public static class ExitCodes
{
    public const int Ok = 0;

    /// <summary>The command line is wrong (EX_USAGE).</summary>
    public const int Usage = 64;

    /// <summary>The agent refuses: the order is not known, or a rule is against it (EX_DATAERR).</summary>
    public const int Refused = 65;

    /// <summary>No agent answers at the socket (EX_UNAVAILABLE).</summary>
    public const int AgentUnreachable = 69;

    /// <summary>The journal cannot be made, opened or written (EX_IOERR).</summary>
    public const int Journal = 74;

    /// <summary>Not at this moment: the kiosk is busy, the platform cannot be asked (EX_TEMPFAIL).</summary>
    public const int NotNow = 75;

    /// <summary>The configuration is wrong (EX_CONFIG).</summary>
    public const int Configuration = 78;
}
