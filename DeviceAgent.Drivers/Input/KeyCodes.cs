namespace DeviceAgent.Drivers.Input;

/// <summary>What of linux/input.h and linux/input-event-codes.h is used here; the same on x64 and arm64.</summary>
internal static class KeyCodes
{
    /// <summary>struct input_event with a 64-bit time: seconds, microseconds, type, code, value.</summary>
    public const int EventBytes = 24;
    public const int TypeAt = 16, CodeAt = 18, ValueAt = 20;

    public const ushort Synchronise = 0x00, Key = 0x01, SynReport = 0, SynDropped = 3;
    public const int Released = 0, Pressed = 1, Repeated = 2;

    /// <summary>KEY_CNT bits, as EVIOCGKEY and EVIOCGBIT give them.</summary>
    public const int StateBytes = 96;

    public const ushort Tab = 15, Enter = 28, LeftControl = 29, LeftShift = 42, RightShift = 54, LeftAlt = 56, Space = 57, CapsLock = 58, NumLock = 69, ScrollLock = 70;
    public const ushort KeypadEnter = 96, RightControl = 97, AltGr = 100, LeftMeta = 125, RightMeta = 126;

    /// <summary>Codes from here on are buttons of mice and joysticks.</summary>
    public const ushort FirstButton = 0x100;

    /// <summary>What a layout's file may name: the keys that make characters.</summary>
    public static IReadOnlyDictionary<string, ushort> Names { get; } = NamesOf();

    /// <summary>The keypad's character, whatever Num Lock says; '\0' for any other key.</summary>
    public static char Keypad(ushort code) => code switch
    {
        71 => '7',
        72 => '8',
        73 => '9',
        75 => '4',
        76 => '5',
        77 => '6',
        79 => '1',
        80 => '2',
        81 => '3',
        82 => '0',
        55 => '*',
        74 => '-',
        78 => '+',
        83 => '.',
        98 => '/',
        117 => '=',
        121 => ',',
        _ => '\0',
    };

    public static bool IsSet(ReadOnlySpan<byte> bits, int code) => code / 8 < bits.Length && (bits[code / 8] >> (code % 8) & 1) != 0;

    private static Dictionary<string, ushort> NamesOf()
    {
        var names = new Dictionary<string, ushort>
        {
            ["KEY_MINUS"] = 12,
            ["KEY_EQUAL"] = 13,
            ["KEY_LEFTBRACE"] = 26,
            ["KEY_RIGHTBRACE"] = 27,
            ["KEY_SEMICOLON"] = 39,
            ["KEY_APOSTROPHE"] = 40,
            ["KEY_GRAVE"] = 41,
            ["KEY_BACKSLASH"] = 43,
            ["KEY_COMMA"] = 51,
            ["KEY_DOT"] = 52,
            ["KEY_SLASH"] = 53,
            ["KEY_102ND"] = 86,
        };
        foreach (var (first, row) in ((ushort, string)[])[(2, "1234567890"), (16, "QWERTYUIOP"), (30, "ASDFGHJKL"), (44, "ZXCVBNM")])
        {
            for (var i = 0; i < row.Length; i++) names["KEY_" + row[i]] = (ushort)(first + i);
        }
        return names;
    }
}
