namespace DeviceAgent.Tests.Simulator;

/// <summary>The other end of a simulated line, opened as a plain file.</summary>
internal sealed class Sender(string path) : IDisposable
{
    private readonly FileStream _port = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);

    public void Write(ReadOnlySpan<byte> bytes) => _port.Write(bytes);

    /// <returns>The bytes in hexadecimal; "gone" when the line hangs up instead.</returns>
    public async Task<string> ReadAsync(int count)
    {
        var bytes = new byte[count];
        try
        {
            await Task.Factory.StartNew(() => _port.ReadExactly(bytes), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
                .WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
            return Convert.ToHexString(bytes);
        }
        catch (IOException)
        {
            return "gone";
        }
    }

    public void Dispose() => _port.Dispose();
}
