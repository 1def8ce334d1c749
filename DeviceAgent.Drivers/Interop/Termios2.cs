using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DeviceAgent.Drivers.Interop;

/// <summary>struct termios2: the settings of a terminal line, with the rate as a number. asm-generic/termbits.h (44 bytes).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Termios2
{
    // c_iflag
    internal const uint IGNBRK = 0x1, INPCK = 0x10;

    // c_cflag. BOTHER: the rate stands in c_ospeed; shifted by IBSHIFT: in c_ispeed.
    internal const uint CSIZE = 0x30, CSTOPB = 0x40, CREAD = 0x80, PARENB = 0x100, PARODD = 0x200, HUPCL = 0x400, CLOCAL = 0x800, BOTHER = 0x1000;
    internal const int CSIZEShift = 4, IBSHIFT = 16;

    // Indexes into c_cc.
    internal const int VTIME = 5, VMIN = 6;

    internal uint InputFlags;
    internal uint OutputFlags;
    internal uint ControlFlags;
    internal uint LocalFlags;
    internal byte LineDiscipline;
    internal Termios2ControlCharacters ControlCharacters;
    internal uint InputSpeed;
    internal uint OutputSpeed;
}

/// <summary>c_cc[NCCS].</summary>
[InlineArray(19)]
internal struct Termios2ControlCharacters
{
    private byte _first;
}
