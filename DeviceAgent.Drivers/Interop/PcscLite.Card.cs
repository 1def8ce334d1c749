using System.Runtime.InteropServices;

namespace DeviceAgent.Drivers.Interop;

/// <summary>SCARDHANDLE: a connection to one card. Ended by SCardDisconnect, which leaves the card as it is.</summary>
internal sealed partial class PcscCardHandle : SafeHandle
{
    public PcscCardHandle() : base(0, ownsHandle: true) { }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle() => PcscLite.Disconnect(handle, PcscLite.LeaveCard) == 0;
}

internal static partial class PcscLite
{
    // pcsclite.h: SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_T0 and _T1, SCARD_LEAVE_CARD.
    internal const nuint ShareExclusive = 1, ProtocolT0 = 1, ProtocolT1 = 2, LeaveCard = 0;

    /// <summary>Powers and resets the card and keeps it for this caller. winscard.h, SCardConnect.</summary>
    [LibraryImport(Library, EntryPoint = "SCardConnect", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint Connect(PcscContextHandle context, string reader, nuint shareMode, nuint protocols, out PcscCardHandle card, out nuint protocol);

    /// <summary>One command and its answer; blocks for as long as the reader does. winscard.h, SCardTransmit.</summary>
    [LibraryImport(Library, EntryPoint = "SCardTransmit")]
    internal static partial nint Transmit(
        PcscCardHandle card, ref readonly PcscIoRequest protocol, ref readonly byte command, nuint commandLength, nint answerProtocol, ref byte answer, ref nuint answerLength);

    [LibraryImport(Library, EntryPoint = "SCardDisconnect")]
    internal static partial nint Disconnect(nint card, nuint disposition);
}
