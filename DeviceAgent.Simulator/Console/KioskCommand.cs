namespace DeviceAgent.Simulator.Interactive;

/// <summary>The supply of paper, as a person changes it.</summary>
public enum PaperChange
{
    /// <summary>The roll is empty.</summary>
    Out,
    /// <summary>The roll ends in the middle of the ticket in hand, or of the next one.</summary>
    OutInTicket,
    Load,
    /// <summary>The roll is near its end.</summary>
    Low,
}

/// <summary>A device that has a cable.</summary>
public enum PluggedDevice { Scanner, Printer }

/// <summary>One line that was typed at the console of the virtual kiosk, understood.</summary>
public abstract record KioskCommand;

public sealed record ScanCommand(string Code) : KioskCommand;

/// <param name="Job">A file, or the name of a sample.</param>
public sealed record JobCommand(string Job) : KioskCommand;

/// <param name="Code">What a printed ticket's code holds, or an order's number.</param>
public sealed record ReturnCommand(string Code) : KioskCommand;

public sealed record PaperCommand(PaperChange Change) : KioskCommand;

public sealed record CoverCommand(bool Open) : KioskCommand;

public sealed record CutterCommand(bool Jammed) : KioskCommand;

public sealed record NetCommand(bool Up) : KioskCommand;

/// <param name="Delay">Of each answer; zero is a network as it should be.</param>
public sealed record SlowNetCommand(TimeSpan Delay) : KioskCommand;

public sealed record LoseAnswerCommand : KioskCommand;

/// <param name="Duration">How long the gateway refuses the app.</param>
public sealed record BanCommand(TimeSpan Duration) : KioskCommand;

public sealed record ExpireSessionCommand : KioskCommand;

/// <summary>The machine's power: off kills the agent where it stands.</summary>
public sealed record AgentPowerCommand(bool On) : KioskCommand;

/// <summary>The supply's warning.</summary>
public sealed record SupplyCommand(bool Fails) : KioskCommand;

/// <summary>The kiosk's own door.</summary>
public sealed record DoorCommand(bool Open) : KioskCommand;

/// <summary>The button of whoever loaded paper.</summary>
public sealed record ButtonCommand : KioskCommand;

public sealed record PrinterPowerCommand(bool On) : KioskCommand;

public sealed record CableCommand(PluggedDevice Device, bool Plugged) : KioskCommand;

public enum KioskQuestion { Status, Tickets, Ledger, Lights }

public sealed record AskCommand(KioskQuestion Question) : KioskCommand;

public sealed record HelpCommand : KioskCommand;

public sealed record QuitCommand : KioskCommand;

/// <summary>An empty line.</summary>
public sealed record NoCommand : KioskCommand;
