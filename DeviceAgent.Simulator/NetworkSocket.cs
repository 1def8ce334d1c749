using System.Net;
using System.Net.Sockets;

namespace DeviceAgent.Simulator;

/// <summary>The network socket of a simulated device, as printers have it on port 9100: one connection at a time, others wait.</summary>
/// <remarks>A sender that goes away leaves the device as it is; the next one finds it so. Loopback only.</remarks>
public sealed class NetworkSocket : ISimulatedLine, IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Lock _gate = new();
    private Socket? _connection;
    private bool _closed;

    /// <param name="port">0: any that is free.</param>
    public NetworkSocket(int port = 0)
    {
        _listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        _listener.Listen(1);
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
    }

    public int Port { get; }

    /// <summary>"tcp:127.0.0.1:PORT".</summary>
    public string DevicePath => $"tcp:127.0.0.1:{Port}";

    /// <inheritdoc/>
    /// <remarks>Waits for the next connection when one has ended.</remarks>
    public int Read(Span<byte> buffer)
    {
        while (true)
        {
            try
            {
                var connection = Connection() ?? Accept();
                var count = connection.Receive(buffer);
                if (count > 0) return count;
                Drop(connection);
            }
            catch (SocketException) when (!_closed)
            {
                Drop(Connection());
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return 0;
            }
        }
    }

    /// <inheritdoc/>
    /// <remarks>What is said while nobody is connected is lost.</remarks>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            Connection()?.Send(bytes);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The reader sees the end of the connection, too.
        }
    }

    /// <summary>The cable is pulled, as a switch that resets the connection shows it.</summary>
    public void Reset()
    {
        var connection = Connection();
        if (connection is null) return;
        connection.LingerState = new(enable: true, seconds: 0);
        Drop(connection);
    }

    public void Dispose()
    {
        lock (_gate) _closed = true;
        _listener.Dispose();
        Drop(Connection());
    }

    private Socket? Connection()
    {
        lock (_gate) return _connection;
    }

    private Socket Accept()
    {
        var accepted = _listener.Accept();
        accepted.NoDelay = true;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            return _connection = accepted;
        }
    }

    private void Drop(Socket? connection)
    {
        lock (_gate)
        {
            if (_connection == connection) _connection = null;
        }
        connection?.Dispose();
    }
}
