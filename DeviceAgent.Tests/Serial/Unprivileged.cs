using System.ComponentModel;
using System.Runtime.InteropServices;

namespace DeviceAgent.Tests.Serial;

/// <summary>Root's rights given up by one thread, for good. The plain system call acts on the calling thread only (man 2 setresuid, "C library/kernel differences").</summary>
internal static partial class Unprivileged
{
    private const int Nobody = 65534;

    public static void DropRightsOfThisThread()
    {
        if (!Environment.IsPrivilegedProcess) return;
        nint setresuid = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => 117,
            Architecture.Arm64 => 147,
            var other => throw new PlatformNotSupportedException($"{other}"),
        };
        if (SystemCall(setresuid, Nobody, Nobody, Nobody) != 0) throw new Win32Exception(Marshal.GetLastPInvokeError(), "setresuid");
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint real, nint effective, nint saved);
}
