namespace DeviceAgent.Technician;

/// <summary>What the program's end tells a script. Numbers of sysexits.h.</summary>
public static class ExitCodes
{
    public const int Ok = 0;

    /// <summary>The command line is wrong (EX_USAGE).</summary>
    public const int Usage = 64;

    /// <summary>No agent answers at the socket (EX_UNAVAILABLE).</summary>
    public const int AgentUnreachable = 69;

    /// <summary>The journal cannot be made, opened or written (EX_IOERR).</summary>
    public const int Journal = 74;

    /// <summary>The configuration is wrong (EX_CONFIG).</summary>
    public const int Configuration = 78;
}
