namespace DeviceAgent.Drivers.Input;

/// <summary>ioctl numbers of input devices and of hidraw, the same on x64 and arm64. linux/input.h, linux/hidraw.h, asm-generic/ioctl.h.</summary>
internal static class InputRequests
{
    private const uint Read = 0x80000000, ReadWrite = 0xC0000000;

    /// <summary>EVIOCGRAB: 1 gives this descriptor all events and nobody else any; 0 gives them back.</summary>
    public const uint Grab = 0x40044590;

    /// <summary>EVIOCGID: bus, vendor, product, version, two bytes each.</summary>
    public const uint Identity = 0x80084502;

    /// <summary>EVIOCGKEY: one bit for each key that is held.</summary>
    public const uint HeldKeys = Read | (KeyCodes.StateBytes << 16) | 0x4518;

    /// <summary>EVIOCGLED: one bit for each lamp that is lit.</summary>
    public const uint Lamps = Read | (LampBytes << 16) | 0x4519;
    public const int LampBytes = 8, CapsLockLamp = 1;

    /// <summary>EVIOCGBIT(EV_KEY): one bit for each key that there is.</summary>
    public const uint KeysThereAre = Read | (KeyCodes.StateBytes << 16) | (0x4520 + KeyCodes.Key);

    /// <summary>HIDIOCGRDESC: a length of 32 bits to go in and to come out, then the report descriptor.</summary>
    public const uint ReportDescriptor = Read | (ReportDescriptorBytes << 16) | 0x4802;
    public const int ReportDescriptorBytes = 4 + 4096;

    /// <summary>HIDIOCGRDESCSIZE.</summary>
    public const uint ReportDescriptorSize = 0x80044801;

    /// <summary>HIDIOCGRAWINFO: bus of 32 bits, vendor and product of 16.</summary>
    public const uint HidIdentity = 0x80084803;

    /// <summary>HIDIOCSFEATURE of two bytes: report number, value.</summary>
    public const uint SetFeatureOfOneByte = ReadWrite | (2 << 16) | 0x4806;
}
