using System.Runtime.InteropServices;

namespace DeviceAgent.Drivers.Interop;

internal static partial class PcscLite
{
    /// <summary>The name whose state changes when a reader comes or goes. winscard_clnt.c, SCardGetStatusChange.</summary>
    internal const string PlugAndPlay = @"\\?PnP?\Notification";

    /// <summary>The readers' names, each with a NUL, and one more NUL at the end. winscard.h, SCardListReaders.</summary>
    [LibraryImport(Library, EntryPoint = "SCardListReaders")]
    internal static partial nint ListReaders(PcscContextHandle context, nint groups, ref byte names, ref nuint length);

    /// <summary>Waits until a reader is in another state than the one given for it. winscard.h, SCardGetStatusChange.</summary>
    /// <remarks>"Infinite" is for ever here; the library itself looks once a minute whether pcscd is still there.</remarks>
    internal static PcscError GetStatusChange(PcscContextHandle context, nuint timeoutMilliseconds, Span<PcscReaderState> states) =>
        ErrorOf(GetStatusChange(context, timeoutMilliseconds, ref MemoryMarshal.GetReference(states), (nuint)states.Length));

    [LibraryImport(Library, EntryPoint = "SCardGetStatusChange")]
    private static partial nint GetStatusChange(PcscContextHandle context, nuint timeout, ref PcscReaderState states, nuint count);
}
