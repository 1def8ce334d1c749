using System.Net.Sockets;
using System.Text;

namespace DeviceAgent.Simulator.Kiosk;

/// <summary>The kiosk's switches, played: whoever asks is told all of them, and each change is told at once.</summary>
/// <remarks>
/// Datagrams of text between two Unix sockets: here at the path, the agent at the path with ".agent" behind it. Asked (whatever the words), this side answers
/// <c>Door=0 PaperButton=0 PowerFail=1</c>. Nobody at the other end hears nothing. Safe from any thread.
/// </remarks>
internal sealed class SimulatedSwitches : IAsyncDisposable
{
    /// <summary>Those that the virtual kiosk has.</summary>
    public static IReadOnlyList<string> Names { get; } = ["Door", "PaperButton", "PowerFail"];

    private readonly Lock _lock = new();
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
    private readonly UnixDomainSocketEndPoint _agent;
    private readonly DatagramReceiver _questions;
    private readonly HashSet<string> _active = new(StringComparer.Ordinal);

    public SimulatedSwitches(string path)
    {
        _agent = new(path + ".agent");
        _questions = new(path, _ => Tell());
    }

    /// <exception cref="InvalidOperationException">It is so already.</exception>
    public void Set(string name, bool active)
    {
        lock (_lock)
        {
            if (!(active ? _active.Add(name) : _active.Remove(name))) throw new InvalidOperationException($"{name} is {(active ? "active" : "inactive")} already.");
            Tell();
        }
    }

    /// <summary>Pressed and let go.</summary>
    public void Press(string name)
    {
        Set(name, true);
        Set(name, false);
    }

    public async ValueTask DisposeAsync()
    {
        await _questions.DisposeAsync();
        _socket.Dispose();
    }

    private void Tell()
    {
        lock (_lock)
        {
            try
            {
                _socket.SendTo(Encoding.UTF8.GetBytes(string.Join(' ', Names.Select(n => $"{n}={(_active.Contains(n) ? 1 : 0)}"))), _agent);
            }
            catch (SocketException)
            {
                // No agent listens: it asks when it is there.
            }
        }
    }
}
