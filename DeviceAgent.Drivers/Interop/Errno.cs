namespace DeviceAgent.Drivers.Interop;

/// <summary>Error numbers. asm-generic/errno-base.h and errno.h, the same on x64 and arm64.</summary>
internal static class Errno
{
    internal const int EPERM = 1, ENOENT = 2, EINTR = 4, EIO = 5, ENXIO = 6, EAGAIN = 11, EACCES = 13, EBUSY = 16, ENODEV = 19, ETIMEDOUT = 110;
}
