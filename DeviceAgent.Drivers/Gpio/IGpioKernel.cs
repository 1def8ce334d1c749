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

    /// <summary>Sleeps until the file has something to read or has failed (1), or was woken (0).</summary>
    int WaitReadable(SafeFileHandle file, SafeFileHandle wake);
}
