using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using DeviceAgent.Drivers.Input;
using DeviceAgent.Simulator.Scanning;

namespace DeviceAgent.Tests.Input;

/// <summary>A device file's ioctls as a test sets them, and a pipe in place of its events.</summary>
internal sealed class RecordedDevice : IDeviceControl
{
    private const int Unsupported = -25; // ENOTTY

    public Pipe Pipe { get; } = new(new PipeOptions(useSynchronizationContext: false, pauseWriterThreshold: 0));

    public Stream Port => Pipe.Reader.AsStream();

    /// <summary>Keys that are held down now.</summary>
    public HashSet<int> Held { get; } = [];

    public bool HasKeys { get; init; } = true;

    public bool IsCapsLocked { get; init; }

    public int GrabResult { get; init; }

    public byte[]? Descriptor { get; init; } = HidPosReports.Descriptor;

    public ushort Vendor { get; init; } = 0x0C2E;

    public int FeatureResult { get; init; } = 2;

    public bool IsGrabbed { get; private set; }

    /// <summary>Feature reports that were set, in hexadecimal.</summary>
    public List<string> Features { get; } = [];

    /// <summary>Called when the held keys are asked for.</summary>
    public Action? Asked { get; set; }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes) => await Pipe.Writer.WriteAsync(bytes, TestContext.Current.CancellationToken);

    public int Control(uint request, int argument)
    {
        if (request != 0x40044590) return Unsupported;
        if (GrabResult == 0) IsGrabbed = argument == 1;
        return GrabResult;
    }

    public int Control(uint request, Span<byte> data)
    {
        switch (request)
        {
            case 0x80604518: // EVIOCGKEY(96)
                Asked?.Invoke();
                foreach (var code in Held) data[code / 8] |= (byte)(1 << (code % 8));
                return data.Length;
            case 0x80604521: // EVIOCGBIT(EV_KEY, 96)
                if (HasKeys) data[..16].Fill(0xFF);
                return data.Length;
            case 0x80084519: // EVIOCGLED(8)
                data[0] = IsCapsLocked ? (byte)0x02 : (byte)0;
                return data.Length;
            case 0x80084502: // EVIOCGID
                BinaryPrimitives.WriteUInt16LittleEndian(data[2..], Vendor);
                BinaryPrimitives.WriteUInt16LittleEndian(data[4..], 0x0B61);
                return 0;
            case 0x80084803: // HIDIOCGRAWINFO
                BinaryPrimitives.WriteUInt16LittleEndian(data[4..], Vendor);
                return 0;
            case 0x80044801 when Descriptor is { } told: // HIDIOCGRDESCSIZE
                BinaryPrimitives.WriteInt32LittleEndian(data, told.Length);
                return 0;
            case 0x90044802 when Descriptor is { } told: // HIDIOCGRDESC
                Assert.Equal(told.Length, BinaryPrimitives.ReadInt32LittleEndian(data));
                told.CopyTo(data[4..]);
                return 0;
            case 0xC0024806: // HIDIOCSFEATURE(2)
                Features.Add(Convert.ToHexString(data));
                return FeatureResult;
            default:
                return Unsupported;
        }
    }
}

/// <summary>A named pipe that stands in for a device's node.</summary>
internal sealed partial class PipeNode : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("node").FullName;
    private FileStream? _device;

    public PipeNode()
    {
        Path = System.IO.Path.Combine(_folder, "event0");
        PlugIn();
    }

    public string Path { get; }

    public void Send(ReadOnlySpan<byte> bytes)
    {
        _device!.Write(bytes);
        _device.Flush();
    }

    public void PlugIn()
    {
        Assert.Equal(0, MkFifo(Path, 0x180));
        // A pipe that is opened both ways waits for no reader.
        _device = new(Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
    }

    public void PullOut()
    {
        _device!.Dispose();
        File.Delete(Path);
    }

    public void Dispose()
    {
        _device?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [LibraryImport("libc", EntryPoint = "mkfifo", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MkFifo(string path, uint mode);
}
