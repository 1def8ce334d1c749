using DeviceAgent.Devices;
using DeviceAgent.Drivers;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Hosting;

/// <summary>The kiosk's devices: run together, shown together.</summary>
internal sealed partial class AgentDevices(AgentOptions options, TimeProvider time, ILoggerFactory loggers) : IDisposable
{
    private readonly DeviceArrivals _arrivals = new(time);
    private readonly List<IKioskDevice> _devices = [];

    /// <summary>In the order in which they were added.</summary>
    public IEnumerable<DeviceHealth> Health => _devices.Select(d => d.Health);

    /// <summary>For what hangs on GPIO chips: no node bears their labels.</summary>
    public ChipArrivals Chips => new(time, _arrivals);

    /// <summary>What the loop of one device works with.</summary>
    /// <param name="name">The device's, also of its log.</param>
    public DeviceSurroundings Around(string name) => new()
    {
        Time = time,
        Logger = loggers.CreateLogger(name),
        Nodes = new KernelNodes(time, _arrivals),
        Options = options.Devices,
    };

    public T Add<T>(T device)
        where T : IKioskDevice
    {
        _devices.Add(device);
        return device;
    }

    /// <summary>Ends when it is stopped; otherwise only with what no rule provides for.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        if (_devices.Count == 0)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            return;
        }
        var running = _devices.Select(d => d.RunAsync(stop)).ToList();
        await await Task.WhenAny(running);
        await Task.WhenAll(running);
    }

    public void Dispose() => _arrivals.Dispose();
}
