using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Scanning;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Devices;

/// <summary>How the scanner is reached. The seeded world replaces it.</summary>
public interface IScannerPort
{
    string Path { get; }

    /// <exception cref="DeviceLostException">It cannot be had now.</exception>
    LineScanner Open();
}

/// <summary>Keeps the scanner open and hands on what it reads: open, read, lost, open again. On the agent's loop.</summary>
public sealed class ScannerStation(IScannerPort port, Action<string> onCode, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan FirstReopenDelay = TimeSpan.FromMilliseconds(250), LastReopenDelay = TimeSpan.FromSeconds(5);

    public DeviceState Device { get; private set; } = DeviceState.NoDevice;

    public async Task RunAsync(CancellationToken stop)
    {
        var delay = FirstReopenDelay;
        DeviceLoss? told = null;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await using var scanner = port.Open();
                Device = DeviceState.Online;
                (delay, told) = (FirstReopenDelay, null);
                logger.ScannerOpened(port.Path);
                await ReadAsync(scanner, stop);
            }
            catch (DeviceLostException e)
            {
                if (Device == DeviceState.Online) logger.DeviceLost("scanner", port.Path);
                else if (told != e.Loss) logger.DeviceNotThere("scanner", port.Path, e.Loss, e.Errno);
                (Device, told) = (DeviceState.NoDevice, e.Loss);
                await PauseAsync(delay, stop);
                delay = delay * 2 < LastReopenDelay ? delay * 2 : LastReopenDelay;
            }
        }
    }

    private async Task ReadAsync(LineScanner scanner, CancellationToken stop)
    {
        while (true)
        {
            ScannedCode code;
            try
            {
                code = await scanner.ReadAsync(stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            if (code.Fault == ScanFault.None) onCode(code.Text);
            else logger.ScanFaulty(code.Fault);
        }
    }

    private async Task PauseAsync(TimeSpan delay, CancellationToken stop)
    {
        try
        {
            await Task.Delay(delay, time, stop);
        }
        catch (OperationCanceledException)
        {
            // The caller looks at the token.
        }
    }
}
