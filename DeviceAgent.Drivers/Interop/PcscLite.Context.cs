using System.Runtime.InteropServices;

namespace DeviceAgent.Drivers.Interop;

/// <summary>SCARDCONTEXT: one connection to pcscd. Released by SCardReleaseContext, which waits for a call that is under way in it.</summary>
internal sealed partial class PcscContextHandle : SafeHandle
{
    public PcscContextHandle() : base(0, ownsHandle: true) { }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle() => PcscLite.ReleaseContext(handle) == 0;
}

internal static partial class PcscLite
{
    /// <summary>SCARD_SCOPE_SYSTEM: the readers of this machine.</summary>
    internal const nuint ScopeSystem = 2;

    /// <summary>Connects to pcscd. winscard.h, SCardEstablishContext.</summary>
    [LibraryImport(Library, EntryPoint = "SCardEstablishContext")]
    internal static partial nint EstablishContext(nuint scope, nint reserved1, nint reserved2, out PcscContextHandle context);

    /// <summary>Ends a waiting SCardGetStatusChange with <see cref="PcscError.Cancelled"/>. Does nothing, and succeeds, while none waits. winscard.h, SCardCancel.</summary>
    [LibraryImport(Library, EntryPoint = "SCardCancel")]
    internal static partial nint Cancel(PcscContextHandle context);

    [LibraryImport(Library, EntryPoint = "SCardReleaseContext")]
    internal static partial nint ReleaseContext(nint context);
}
