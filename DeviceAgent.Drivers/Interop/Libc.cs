namespace DeviceAgent.Drivers.Interop;

/// <summary>The C library's calls that the drivers need: one file per call, each with the page or header that it was written from.</summary>
internal static partial class Libc
{
    private const string Library = "libc";
}
