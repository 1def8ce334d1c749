using Microsoft.Win32.SafeHandles;

namespace DeviceAgent.Drivers.Gpio;

/// <summary>The system calls that GPIO needs. Every int is the call's own result, or -errno.</summary>
internal interface IGpioKernel
{
    /// <summary>The chips' device nodes, in the order of their numbers.</summary>
    IReadOnlyList<string> ChipPaths();

    /// <returns>A file descriptor that the caller <see cref="Adopt"/>s.</returns>
    int Open(string path);

    /// <summary>Makes the handle that owns a descriptor which the kernel gave.</summary>
    SafeFileHandle Adopt(int fd);

    int Ioctl(SafeFileHandle file, uint request, Span<byte> argument);

    int Read(SafeFileHandle file, Span<byte> buffer);

    /// <summary>Makes what ends <see cref="WaitReadable"/> once <see cref="Wake"/> was called on it.</summary>
    /// <returns>A file descriptor that the caller <see cref="Adopt"/>s.</returns>
    int CreateWake();

    void Wake(SafeFileHandle wake);

    /// <summary>Makes what ends <see cref="WaitReadable"/> when a device node may have gone: kernels before 6.6 do not wake who sleeps on a chip's lines then.</summary>
    /// <returns>A file descriptor that the caller <see cref="Adopt"/>s.</returns>
    int WatchNode(string path);

    /// <summary>Takes what the watch has told; true when the node is there no more.</summary>
    bool NodeIsGone(SafeFileHandle watch, string path);

    /// <summary>Sleeps until the file has something to read or has failed (1), was woken (0), or the node's watch told something (2).</summary>
    /// <param name="watch">Null where the node could not be watched.</param>
    int WaitReadable(SafeFileHandle file, SafeFileHandle wake, SafeFileHandle? watch);
}
