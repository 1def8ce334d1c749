namespace DeviceAgent.Simulator.Scanning;

/// <summary>A bar code scanner that reads only while its host has pulled the trigger.</summary>
/// <remarks>
/// A code that is held in front of it (<see cref="Show"/>) is read at once while the trigger is pulled, otherwise when it is; reading lets the trigger go.
/// Listens on a thread of its own; disposing it pulls the cable.
/// </remarks>
public abstract class TriggeredScanner : IDisposable
{
    private PseudoTerminal _line;
    private readonly List<string> _commands = [];
    private readonly List<byte> _received = [];
    private string? _shown;

    protected TriggeredScanner(PseudoTerminal line)
    {
        ArgumentNullException.ThrowIfNull(line);
        _line = line;
    }

    /// <summary>The trigger is pulled.</summary>
    public bool IsTriggered { get; private set; }

    /// <summary>Commands in hexadecimal, in order; also those that were ignored.</summary>
    public IReadOnlyList<string> Commands
    {
        get
        {
            lock (Gate) return [.. _commands];
        }
    }

    /// <summary>Commands that are to be swallowed before the next one is obeyed: a scanner that was busy.</summary>
    public int Swallows { get; set; }

    /// <summary>It answers that it does not do what it is told.</summary>
    public bool Refuses { get; set; }

    /// <summary>Guards everything; never held while the line is written to from another thread.</summary>
    protected Lock Gate { get; } = new();

    /// <summary>What "--scanner" can name.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["gm65", "honeywell", "newland", "ssi"];

    /// <param name="kind">One of <see cref="Kinds"/>.</param>
    public static TriggeredScanner Of(string kind, PseudoTerminal line) => kind switch
    {
        "gm65" => new Gm65Scanner(line),
        "honeywell" => new HoneywellScanner(line),
        "newland" => new NewlandScanner(line),
        "ssi" => new SsiSimulatedScanner(line),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, $"One of {string.Join(", ", Kinds)}."),
    };

    /// <summary>Begins to listen.</summary>
    public void Start() => new Thread(() => Listen(_line)) { IsBackground = true, Name = GetType().Name }.Start();

    /// <summary>The same scanner on another line: a cable that was pulled is plugged in again, and with it the power is back.</summary>
    public void Attach(PseudoTerminal line)
    {
        ArgumentNullException.ThrowIfNull(line);
        lock (Gate)
        {
            _line = line;
            _received.Clear();
            _shown = null;
            IsTriggered = false;
            PowerUp();
        }
        Start();
    }

    /// <summary>Holds a code in front of the scanner.</summary>
    public void Show(string code)
    {
        lock (Gate)
        {
            _shown = code;
            ReadShown();
        }
    }

    /// <summary>Sends any bytes at all.</summary>
    public void SendBytes(ReadOnlySpan<byte> bytes)
    {
        lock (Gate) _line.Write(bytes);
    }

    /// <summary>Nothing is held in front of it any more.</summary>
    public void TakeAway()
    {
        lock (Gate) _shown = null;
    }

    /// <summary>Pulls the cable.</summary>
    public void Dispose()
    {
        _line.HangUp();
        GC.SuppressFinalize(this);
    }

    /// <summary>Takes a command from the front of what has come.</summary>
    /// <returns>Bytes taken; 0: more must come.</returns>
    protected abstract int Take(ReadOnlySpan<byte> received);

    /// <summary>Sends a code as this scanner does.</summary>
    protected abstract void Send(string code);

    /// <summary>What it knew is forgotten.</summary>
    protected virtual void PowerUp() { }

    /// <summary>Notes a command.</summary>
    /// <returns>False: this one is swallowed.</returns>
    protected bool Note(ReadOnlySpan<byte> command)
    {
        _commands.Add(Convert.ToHexString(command));
        if (Swallows == 0) return true;
        Swallows--;
        return false;
    }

    protected void SetTrigger(bool isPulled)
    {
        IsTriggered = isPulled;
        ReadShown();
    }

    protected void Answer(params ReadOnlySpan<byte> bytes) => _line.Write(bytes);

    private void ReadShown()
    {
        if (!IsTriggered || _shown is not { } code) return;
        (IsTriggered, _shown) = (false, null);
        Send(code);
    }

    private void Listen(PseudoTerminal line)
    {
        var buffer = new byte[256];
        while (line.Read(buffer) is > 0 and var count)
        {
            lock (Gate)
            {
                if (line != _line) return;
                _received.AddRange(buffer.AsSpan(0, count));
                while (_received.Count > 0 && Take(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_received)) is > 0 and var taken) _received.RemoveRange(0, taken);
            }
        }
    }
}
