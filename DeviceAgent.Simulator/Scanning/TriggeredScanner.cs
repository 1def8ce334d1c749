namespace DeviceAgent.Simulator.Scanning;

/// <summary>A bar code scanner that reads only while its host has pulled the trigger.</summary>
/// <remarks>
/// A code that is held in front of it (<see cref="Show"/>) is read at once while the trigger is pulled, otherwise when it is; reading lets the trigger go.
/// Listens on a thread of its own; disposing it pulls the cable.
/// </remarks>
public abstract class TriggeredScanner : IDisposable
{
    private readonly PseudoTerminal _line;
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

    /// <summary>Begins to listen.</summary>
    public void Start() => new Thread(Listen) { IsBackground = true, Name = GetType().Name }.Start();

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

    private void Listen()
    {
        var buffer = new byte[256];
        while (_line.Read(buffer) is > 0 and var count)
        {
            lock (Gate)
            {
                _received.AddRange(buffer.AsSpan(0, count));
                while (_received.Count > 0 && Take(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_received)) is > 0 and var taken) _received.RemoveRange(0, taken);
            }
        }
    }
}
