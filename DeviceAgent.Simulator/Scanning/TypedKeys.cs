using System.Buffers.Binary;

namespace DeviceAgent.Simulator.Scanning;

/// <summary>What a scanner that types sends through /dev/input/event*, as the kernel writes it.</summary>
/// <remarks>Source: linux/input.h (struct input_event, 24 bytes where time is 64 bits wide), linux/input-event-codes.h. A key's press is a scan code, the key, a report.</remarks>
public sealed class TypedKeys
{
    public const ushort LeftShift = 42, RightShift = 54, LeftControl = 29, LeftAlt = 56, AltGr = 100, CapsLock = 58, NumLock = 69, Enter = 28, KeypadEnter = 96, Tab = 15, Space = 57;
    private const ushort Synchronise = 0, Key = 1, Miscellaneous = 4, ScanCode = 4, Report = 0, Dropped = 3;

    /// <summary>The US keyboard's keys, row by row: code of the first, what they type, what they type with Shift.</summary>
    private static readonly (ushort First, string Plain, string Shifted)[] Rows =
    [
        (2, "1234567890-=", "!@#$%^&*()_+"), (16, "qwertyuiop[]", "QWERTYUIOP{}"), (30, "asdfghjkl;'`", "ASDFGHJKL:\"~"), (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    ];

    /// <summary>The keypad's digits 0 to 9.</summary>
    private static readonly ushort[] KeypadDigits = [82, 79, 80, 81, 75, 76, 77, 71, 72, 73];

    private readonly List<byte> _events = [];
    private long _microseconds = 1_000_000;

    public byte[] ToArray() => [.. _events];

    /// <summary>Types a text on the US keyboard; '\r' is Enter, '\t' Tab.</summary>
    public TypedKeys Type(string text)
    {
        foreach (var character in text)
        {
            var (code, isShifted) = KeyOf(character);
            if (isShifted) Press(LeftShift);
            Tap(code);
            if (isShifted) Release(LeftShift);
        }
        return this;
    }

    /// <summary>Types digits on the keypad.</summary>
    public TypedKeys TypeOnKeypad(string digits)
    {
        foreach (var digit in digits) Tap(KeypadDigits[digit - '0']);
        return this;
    }

    public TypedKeys Tap(params ReadOnlySpan<ushort> codes)
    {
        foreach (var code in codes) Press(code).Release(code);
        return this;
    }

    /// <summary>Taps a key while others are held.</summary>
    public TypedKeys TapWith(ushort held, params ReadOnlySpan<ushort> codes) => Press(held).Tap(codes).Release(held);

    public TypedKeys Press(ushort code) => Change(code, 1);

    public TypedKeys Release(ushort code) => Change(code, 0);

    /// <summary>The kernel repeats a key that is held.</summary>
    public TypedKeys Repeat(ushort code) => Change(code, 2);

    /// <summary>The reader was too slow: the kernel dropped what it had for it.</summary>
    public TypedKeys Overflow() => Event(Synchronise, Dropped, 0);

    public TypedKeys EndReport() => Event(Synchronise, Report, 0);

    private TypedKeys Change(ushort code, int value) => Event(Miscellaneous, ScanCode, 0x70000 + code).Event(Key, code, value).EndReport();

    private TypedKeys Event(ushort type, ushort code, int value)
    {
        Span<byte> input = stackalloc byte[24];
        BinaryPrimitives.WriteInt64LittleEndian(input, _microseconds / 1_000_000);
        BinaryPrimitives.WriteInt64LittleEndian(input[8..], _microseconds % 1_000_000);
        BinaryPrimitives.WriteUInt16LittleEndian(input[16..], type);
        BinaryPrimitives.WriteUInt16LittleEndian(input[18..], code);
        BinaryPrimitives.WriteInt32LittleEndian(input[20..], value);
        _events.AddRange(input);
        _microseconds += 1_000;
        return this;
    }

    private static (ushort Code, bool IsShifted) KeyOf(char character)
    {
        foreach (var (first, plain, shifted) in Rows)
        {
            if (plain.IndexOf(character, StringComparison.Ordinal) is >= 0 and var at) return ((ushort)(first + at), false);
            if (shifted.IndexOf(character, StringComparison.Ordinal) is >= 0 and var above) return ((ushort)(first + above), true);
        }
        return character switch
        {
            ' ' => (Space, false),
            '\r' => (Enter, false),
            '\t' => (Tab, false),
            _ => throw new ArgumentOutOfRangeException(nameof(character), $"U+{(int)character:X4} is not on this keyboard."),
        };
    }
}
