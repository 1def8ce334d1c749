using System.Buffers.Binary;

namespace DeviceAgent.Drivers.Input;

/// <summary>What one input event came to.</summary>
internal enum KeyStep
{
    Nothing,
    /// <summary>One character, or two where a dead key was followed by one that it does not go with.</summary>
    Text,
    Enter,
    KeypadEnter,
    Tab,
    /// <summary>A key that makes no character here: what is being typed is not what would be read.</summary>
    Unknown,
    /// <summary>The kernel has dropped events: what is being typed lacks keys, and the state of all keys is to be read anew (<see cref="KeyDecoder.SetKeys"/>).</summary>
    Lost,
}

/// <summary>Events of a keyboard in, characters out: no clock, no I/O, no allocation after the constructor.</summary>
/// <remarks>
/// Sources: linux/input.h, input-event-codes.h; Documentation/input/event-codes.rst (SYN_DROPPED: events up to the next SYN_REPORT are void).
/// Only presses count: releases end a modifier, repeats are nothing. The keypad's digits are digits whatever Num Lock says: nobody sees it on a kiosk.
/// Alt held over keypad digits types a character by its number, as scanners set to "ALT mode" do (ISO 8859-1 with a leading 0, ASCII without).
/// Control with a letter is a control character; Control-M and Control-J are Enter, Control-I is Tab.
/// </remarks>
internal sealed class KeyDecoder(KeyboardLayout layout)
{
    private const int MaxNumber = 9_999;
    private static readonly ushort[] Modifiers =
        [KeyCodes.LeftShift, KeyCodes.RightShift, KeyCodes.LeftControl, KeyCodes.RightControl, KeyCodes.LeftAlt, KeyCodes.AltGr, KeyCodes.LeftMeta, KeyCodes.RightMeta];

    private readonly char[] _text = new char[2];
    private int _textLength, _held, _number, _numberDigits;
    private bool _isCapsLocked, _isDropping, _numberHasZero;
    private char _dead;

    /// <summary>With <see cref="KeyStep.Text"/>: stands until the next call.</summary>
    public ReadOnlySpan<char> Text => _text.AsSpan(0, _textLength);

    /// <summary>With Enter, KeypadEnter and Tab: a dead key came before, and nothing made a character of it. What was typed is not what was read.</summary>
    public bool EndedDead { get; private set; }

    /// <param name="input">24 bytes: struct input_event.</param>
    public KeyStep Take(ReadOnlySpan<byte> input)
    {
        var type = BinaryPrimitives.ReadUInt16LittleEndian(input[KeyCodes.TypeAt..]);
        var code = BinaryPrimitives.ReadUInt16LittleEndian(input[KeyCodes.CodeAt..]);
        var value = BinaryPrimitives.ReadInt32LittleEndian(input[KeyCodes.ValueAt..]);
        if (type == KeyCodes.Synchronise) return Synchronise(code);
        if (_isDropping || type != KeyCodes.Key || code >= KeyCodes.FirstButton) return KeyStep.Nothing;
        return value switch
        {
            KeyCodes.Pressed => Press(code),
            KeyCodes.Released => Release(code),
            _ => KeyStep.Nothing,
        };
    }

    /// <summary>What is held, from EVIOCGKEY.</summary>
    /// <param name="bits">Empty: nothing counts as held until it is pressed again.</param>
    public void SetKeys(ReadOnlySpan<byte> bits)
    {
        _held = 0;
        foreach (var modifier in Modifiers) Hold(modifier, KeyCodes.IsSet(bits, modifier));
        ForgetNumber();
        _dead = '\0';
    }

    /// <summary>From EVIOCGLED, at the beginning.</summary>
    public void SetCapsLock(bool isLocked) => _isCapsLocked = isLocked;

    private KeyStep Synchronise(ushort code)
    {
        if (code == KeyCodes.SynDropped) _isDropping = true;
        else if (code == KeyCodes.SynReport && _isDropping)
        {
            _isDropping = false;
            return KeyStep.Lost;
        }
        return KeyStep.Nothing;
    }

    private KeyStep Press(ushort code)
    {
        if (IsModifier(code))
        {
            Hold(code, isHeld: true);
            if (code == KeyCodes.LeftAlt) ForgetNumber();
            return KeyStep.Nothing;
        }
        switch (code)
        {
            case KeyCodes.CapsLock:
                _isCapsLocked = !_isCapsLocked;
                return KeyStep.Nothing;
            case KeyCodes.NumLock or KeyCodes.ScrollLock:
                return KeyStep.Nothing;
            case KeyCodes.Enter:
                return End(KeyStep.Enter);
            case KeyCodes.KeypadEnter:
                return End(KeyStep.KeypadEnter);
            case KeyCodes.Tab:
                return End(KeyStep.Tab);
        }
        if (KeyCodes.Keypad(code) is not '\0' and var keypad) return PressKeypad(keypad);
        if (IsHeld(KeyCodes.LeftControl, KeyCodes.RightControl)) return PressWithControl(code);
        if (IsHeld(KeyCodes.LeftAlt, KeyCodes.LeftAlt) || IsHeld(KeyCodes.LeftMeta, KeyCodes.RightMeta)) return Unknown();
        return Type(Character(code));
    }

    private char Character(ushort code)
    {
        var altGr = IsHeld(KeyCodes.AltGr, KeyCodes.AltGr);
        var shift = IsHeld(KeyCodes.LeftShift, KeyCodes.RightShift);
        if (_isCapsLocked && !altGr && (layout.CapsLock == CapsLockShifts.All || char.IsLetter(layout.Character(code, false, false)))) shift = !shift;
        return layout.Character(code, shift, altGr);
    }

    private KeyStep PressKeypad(char character)
    {
        if (!IsHeld(KeyCodes.LeftAlt, KeyCodes.LeftAlt)) return Type(character);
        if (!char.IsAsciiDigit(character)) return Unknown();
        if (_numberDigits == 0) _numberHasZero = character == '0';
        _number = Math.Min(_number * 10 + (character - '0'), MaxNumber);
        _numberDigits++;
        return KeyStep.Nothing;
    }

    private KeyStep PressWithControl(ushort code)
    {
        var letter = char.ToUpperInvariant(layout.Character(code, false, false));
        var control = letter is >= '@' and <= '_' ? (char)(letter & 0x1F) : '\0';
        return control switch
        {
            '\r' or '\n' => End(KeyStep.Enter),
            '\t' => End(KeyStep.Tab),
            '\0' => Unknown(),
            _ => Type(control),
        };
    }

    private KeyStep Release(ushort code)
    {
        if (!IsModifier(code)) return KeyStep.Nothing;
        var wasHeld = IsHeld(code, code);
        Hold(code, isHeld: false);
        if (code != KeyCodes.LeftAlt || !wasHeld || _numberDigits == 0) return KeyStep.Nothing;
        var (number, hasZero) = (_number, _numberHasZero);
        ForgetNumber();
        // 128 to 159 are no characters in ISO 8859-1, and what stands above 127 without the zero is another code page's.
        return number is > 0 and < 0x80 || (hasZero && number is >= 0xA0 and <= 0xFF) ? Type((char)number) : Unknown();
    }

    private KeyStep Type(char character)
    {
        if (character == '\0') return Unknown();
        var dead = _dead;
        _dead = '\0';
        if (dead != '\0')
        {
            _text[0] = dead;
            _text[1] = character;
            _textLength = character == ' ' || character == dead ? 1 : 2;
            return KeyStep.Text;
        }
        if (layout.IsDead(character))
        {
            _dead = character;
            return KeyStep.Nothing;
        }
        _text[0] = character;
        _textLength = 1;
        return KeyStep.Text;
    }

    private KeyStep Unknown()
    {
        _dead = '\0';
        return KeyStep.Unknown;
    }

    private KeyStep End(KeyStep end)
    {
        EndedDead = _dead != '\0';
        _dead = '\0';
        return end;
    }

    private void ForgetNumber() => (_number, _numberDigits, _numberHasZero) = (0, 0, false);

    private static bool IsModifier(ushort code) => Array.IndexOf(Modifiers, code) >= 0;

    private bool IsHeld(ushort one, ushort other) => (_held & (Bit(one) | Bit(other))) != 0;

    private void Hold(ushort code, bool isHeld) => _held = isHeld ? _held | Bit(code) : _held & ~Bit(code);

    private static int Bit(ushort code) => 1 << Array.IndexOf(Modifiers, code);
}
