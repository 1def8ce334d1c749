using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DeviceAgent.Drivers.Interop;

/// <summary>pcsc-lite's client library, one file per concern. Sources: PCSC/winscard.h, PCSC/pcsclite.h, PCSC/wintypes.h of pcsc-lite 1.9.9 to 2.5.</summary>
/// <remarks>
/// On Linux DWORD is unsigned long and LONG, SCARDCONTEXT and SCARDHANDLE are long (wintypes.h): as wide as a pointer, hence nuint and nint here.
/// The library talks to pcscd over /run/pcscd/pcscd.comm, or the socket in PCSCLITE_CSOCK_NAME, which it reads once for the whole process.
/// A context serves one call at a time; SCardCancel alone may come from another thread.
/// </remarks>
internal static partial class PcscLite
{
    private const string Library = "libpcsclite.so.1";

    /// <summary>pcsclite.h: the longest ATR, and no timeout.</summary>
    internal const int MaxAtrBytes = 33;
    internal const nuint Infinite = 0xFFFFFFFF;

    /// <summary>Reader names with their NULs that are taken at most; pcscd itself has 16 readers of at most 128 bytes each unless it was built for more.</summary>
    internal const int MaxReaderNamesBytes = 64 * 128;

    /// <summary>What a call returned: the lower 32 bits of a LONG. pcsclite.h, error codes.</summary>
    internal static PcscError ErrorOf(nint result) => (PcscError)(uint)result;
}

/// <summary>pcsclite.h, error codes: those that are told apart here.</summary>
internal enum PcscError : uint
{
    Success = 0,
    InternalError = 0x80100001,
    Cancelled = 0x80100002,
    InvalidHandle = 0x80100003,
    InsufficientBuffer = 0x80100008,
    UnknownReader = 0x80100009,
    Timeout = 0x8010000A,
    SharingViolation = 0x8010000B,
    NoSmartCard = 0x8010000C,
    ProtocolMismatch = 0x8010000F,
    NotReady = 0x80100010,
    CommunicationError = 0x80100013,
    NotTransacted = 0x80100016,
    ReaderUnavailable = 0x80100017,
    NoService = 0x8010001D,
    ServiceStopped = 0x8010001E,
    NoAccess = 0x80100027,
    NoReadersAvailable = 0x8010002E,
    CommunicationDataLost = 0x8010002F,
    UnsupportedCard = 0x80100065,
    UnresponsiveCard = 0x80100066,
    UnpoweredCard = 0x80100067,
    ResetCard = 0x80100068,
    RemovedCard = 0x80100069,
    SecurityViolation = 0x8010006A,
}

/// <summary>pcsclite.h, SCARD_STATE_*. The upper 16 bits count what happened at the reader.</summary>
[Flags]
internal enum PcscReaderFlags : uint
{
    Unaware = 0,
    Changed = 0x0002,
    Unknown = 0x0004,
    Unavailable = 0x0008,
    Empty = 0x0010,
    Present = 0x0020,
    Mute = 0x0200,
    CounterMask = 0xFFFF0000,
}

/// <summary>SCARD_READERSTATE of pcsclite.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PcscReaderState
{
    internal nint Reader;
    internal nint UserData;
    internal nuint CurrentState;
    internal nuint EventState;
    internal nuint AtrLength;
    internal PcscAtr Atr;
}

/// <summary>rgbAtr[MAX_ATR_SIZE].</summary>
[InlineArray(PcscLite.MaxAtrBytes)]
internal struct PcscAtr
{
    private byte _first;
}

/// <summary>SCARD_IO_REQUEST of pcsclite.h: the protocol in use, and the structure's own size.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PcscIoRequest
{
    internal nuint Protocol;
    internal nuint Length;
}
