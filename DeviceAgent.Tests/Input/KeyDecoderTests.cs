using System.Text;
using DeviceAgent.Drivers.Input;
using DeviceAgent.Simulator.Scanning;

namespace DeviceAgent.Tests.Input;

public sealed class KeyDecoderTests
{
    private const ushort KeyQ = 16, KeyA = 30, KeyM = 50, KeySemicolon = 39, KeyY = 21, KeyZ = 44, Key102 = 86, KeyE = 18, KeyGrave = 41, KeyRightBrace = 27;

    [Fact]
    public void No_character_of_the_keyboard_is_lost_or_shifted_wrongly()
    {
        const string all = "ABCabc019 !@#$%^&*()_+-=[]{};':\"`~\\|,./<>?]Q1qwertyuiopasdfghjklzxcvbnm";
        Assert.Equal(all + "⏎", Decode("us", new TypedKeys().Type(all + "\r")));
    }

    [Fact]
    public void Shift_is_held_as_long_as_either_key_is()
    {
        var keys = new TypedKeys().Press(TypedKeys.LeftShift).Press(TypedKeys.RightShift).Tap(KeyA).Release(TypedKeys.LeftShift).Tap(KeyA).Release(TypedKeys.RightShift).Tap(KeyA);
        Assert.Equal("AAa", Decode("us", keys));
    }

    [Fact]
    public void Caps_lock_never_touches_digits_and_is_undone_by_shift()
    {
        var keys = new TypedKeys().Tap(TypedKeys.CapsLock).Type("ab12AB").Tap(TypedKeys.CapsLock).Type("ab");
        Assert.Equal("AB12abab", Decode("us", keys));
        Assert.Equal("AB", Decode("us", new TypedKeys().Type("ab"), isCapsLocked: true));
        // The French keyboard's lock shifts its digits, which stand above the signs.
        Assert.Equal("12&é", Decode("fr", new TypedKeys().Tap(TypedKeys.CapsLock, 2, 3, TypedKeys.CapsLock, 2, 3)));
    }

    [Fact]
    public void Keypad_digits_are_never_lost_whatever_num_lock_and_shift_say()
    {
        const string digits = "0123456789";
        Assert.Equal(digits, Decode("us", new TypedKeys().TypeOnKeypad(digits)));
        Assert.Equal(digits, Decode("us", new TypedKeys().Tap(TypedKeys.NumLock).TypeOnKeypad(digits)));
        Assert.Equal(digits, Decode("fr", new TypedKeys().Press(TypedKeys.LeftShift).TypeOnKeypad(digits).Tap(TypedKeys.NumLock)));
        Assert.Equal("+-*/.", Decode("us", new TypedKeys().Tap(78, 74, 55, 98, 83)));
    }

    [Fact]
    public void A_key_that_repeats_is_one_character()
    {
        var keys = new TypedKeys().Press(KeyA).Repeat(KeyA).Repeat(KeyA).Release(KeyA).Press(TypedKeys.LeftShift).Repeat(TypedKeys.LeftShift).Tap(KeyA).Release(TypedKeys.LeftShift);
        Assert.Equal("aA", Decode("us", keys));
    }

    [Theory]
    [InlineData("us", "qm;", "yz")]
    [InlineData("gb", "qm;", "yz")]
    [InlineData("de", "qmö", "zy")]
    [InlineData("fr", "a,m", "yw")]
    public void Keys_make_the_characters_of_their_layout(string layout, string first, string second)
    {
        Assert.Equal(first, Decode(layout, new TypedKeys().Tap(KeyQ, KeyM, KeySemicolon)));
        Assert.Equal(second, Decode(layout, new TypedKeys().Tap(KeyY, KeyZ)));
    }

    [Fact]
    public void Digits_of_an_azerty_keyboard_come_with_shift()
    {
        Assert.Equal("1234567890", Decode("fr", new TypedKeys().Press(TypedKeys.LeftShift).Tap(2, 3, 4, 5, 6, 7, 8, 9, 10, 11).Release(TypedKeys.LeftShift)));
        Assert.Equal("&é\"'(-è_çà", Decode("fr", new TypedKeys().Tap(2, 3, 4, 5, 6, 7, 8, 9, 10, 11)));
    }

    [Fact]
    public void Alt_gr_and_both_levels_above_are_told_apart()
    {
        Assert.Equal("@€|~\\", Decode("de", new TypedKeys().TapWith(TypedKeys.AltGr, KeyQ, KeyE, Key102, KeyRightBrace, 12)));
        Assert.Equal("][@#", Decode("fr", new TypedKeys().TapWith(TypedKeys.AltGr, 12, 6, 11, 4)));
        Assert.Equal("Éé", Decode("gb", new TypedKeys().Press(TypedKeys.AltGr).TapWith(TypedKeys.LeftShift, KeyE).Tap(KeyE)));
    }

    [Fact]
    public void A_dead_key_waits_for_the_next_one_and_is_never_dropped()
    {
        Assert.Equal("^1", Decode("de", new TypedKeys().Tap(KeyGrave, TypedKeys.Space, 2)));
        Assert.Equal("^", Decode("de", new TypedKeys().Tap(KeyGrave, KeyGrave)));
        Assert.Equal("^a", Decode("de", new TypedKeys().Tap(KeyGrave, KeyA)));
        // What is read is not what was typed.
        Assert.Equal("1␀⏎2", Decode("de", new TypedKeys().Tap(2, KeyGrave, TypedKeys.Enter, 3)));
    }

    [Fact]
    public void Characters_typed_by_their_number_are_read()
    {
        var keys = new TypedKeys();
        foreach (var number in (string[])["065", "0049", "46", "0233"]) keys.Press(TypedKeys.LeftAlt).TypeOnKeypad(number).Release(TypedKeys.LeftAlt);
        Assert.Equal("A1.é", Decode("us", keys));
        // Of another code page, of none, and out of any range.
        foreach (var number in (string[])["233", "0150", "0", "99999999999"])
            Assert.Equal("␀", Decode("us", new TypedKeys().Press(TypedKeys.LeftAlt).TypeOnKeypad(number).Release(TypedKeys.LeftAlt)));
        Assert.Equal("", Decode("us", new TypedKeys().Tap(TypedKeys.LeftAlt)));
    }

    [Fact]
    public void Control_codes_are_never_letters()
    {
        Assert.Equal("⏎⏎⇥\u001d", Decode("us", new TypedKeys().TapWith(TypedKeys.LeftControl, KeyM, 36, 23, KeyRightBrace)));
        Assert.Equal("␀␀", Decode("us", new TypedKeys().TapWith(TypedKeys.LeftControl, 2).TapWith(TypedKeys.LeftAlt, KeyA)));
    }

    [Fact]
    public void A_key_that_makes_no_character_is_told_and_not_passed_over() =>
        Assert.Equal("a␀b", Decode("us", new TypedKeys().Type("a").Tap(59).Type("b"))); // F1

    [Fact]
    public void Buttons_of_a_mouse_are_nothing() => Assert.Equal("ab", Decode("us", new TypedKeys().Type("a").Tap(0x110, 0x2FF).Type("b")));

    [Fact]
    public void After_events_were_dropped_nothing_is_read_before_the_state_is_known()
    {
        var decoder = new KeyDecoder(KeyboardLayout.Find("us"));
        var keys = new TypedKeys().Type("8").Press(TypedKeys.LeftShift).Overflow().Type("0");
        // Void up to the next report, and then the state is to be asked for.
        Assert.Equal("8⚠0", Decode(decoder, new TypedKeys().Type("8").Overflow().Press(KeyA).EndReport().Type("0")));
        Assert.StartsWith("8⚠", Decode(decoder, keys), StringComparison.Ordinal);
        decoder.SetKeys([]);
        Assert.Equal("1", Decode(decoder, new TypedKeys().Type("1")));
        var bits = new byte[96];
        bits[TypedKeys.LeftShift / 8] |= 1 << (TypedKeys.LeftShift % 8);
        decoder.SetKeys(bits);
        Assert.Equal("A", Decode(decoder, new TypedKeys().Tap(KeyA)));
        Assert.Equal("a", Decode(decoder, new TypedKeys().Release(TypedKeys.LeftShift).Tap(KeyA)));
    }

    [Fact]
    public void Every_mistake_of_a_layout_is_named()
    {
        Assert.Contains("format must be 1", Mistake("{}"), StringComparison.Ordinal);
        Assert.Contains("is no JSON", Mistake("x"), StringComparison.Ordinal);
        Assert.Contains("must be an object", Mistake("[]"), StringComparison.Ordinal);
        var error = Mistake("""{ "format": 1, "x": 1, "dead": "123456789", "capsLock": "on", "keys": { "KEY_F1": "a", "KEY_A": "", "KEY_B": "abcde", "KEY_C": 1 } }""");
        string[] expected = ["x is no key of a keyboard layout", "name must be 1 to 32 characters", "dead must be at most 8", "capsLock must be \"letters\" or \"all\"",
            "keys.KEY_F1 is no key that makes a character", "keys.KEY_A must be 1 to 4 characters", "keys.KEY_B must be 1 to 4 characters", "keys.KEY_C must be 1 to 4"];
        Assert.All(expected, e => Assert.Contains(e, error, StringComparison.Ordinal));
        Assert.Contains("keys must be an object", Mistake("""{ "format": 1, "name": "x" }"""), StringComparison.Ordinal);
    }

    [Fact]
    public void A_layout_of_the_users_own_is_found_by_name_and_by_path()
    {
        var folder = Directory.CreateTempSubdirectory("layouts").FullName;
        var path = Path.Combine(folder, "own.json");
        File.WriteAllText(path, """{ "format": 1, "name": "own", "keys": { "KEY_A": "xX", "KEY_1": "1 €" } }""");
        foreach (var layout in (KeyboardLayout[])[KeyboardLayout.Find("own", folder), KeyboardLayout.Find(path)])
        {
            Assert.Equal("x1␀€", Decode(new KeyDecoder(layout), new TypedKeys().Tap(KeyA, 2).TapWith(TypedKeys.LeftShift, 2).TapWith(TypedKeys.AltGr, 2)));
        }
        Directory.Delete(folder, recursive: true);
        Assert.All(KeyboardLayout.BuiltIn, name => Assert.Equal(name, KeyboardLayout.Find(name).Name));
    }

    private static string Mistake(string json) => Assert.Throws<InvalidDataException>(() => KeyboardLayout.Parse(Encoding.UTF8.GetBytes(json), "own.json")).Message;

    private static string Decode(string layout, TypedKeys keys, bool isCapsLocked = false)
    {
        var decoder = new KeyDecoder(KeyboardLayout.Find(layout));
        decoder.SetCapsLock(isCapsLocked);
        return Decode(decoder, keys);
    }

    private static string Decode(KeyDecoder decoder, TypedKeys keys)
    {
        var text = new StringBuilder();
        foreach (var input in keys.ToArray().Chunk(24))
        {
            var step = decoder.Take(input);
            if (step is KeyStep.Enter or KeyStep.KeypadEnter or KeyStep.Tab && decoder.EndedDead) text.Append('␀');
            text.Append(step switch
            {
                KeyStep.Text => decoder.Text.ToString(),
                KeyStep.Enter or KeyStep.KeypadEnter => "⏎",
                KeyStep.Tab => "⇥",
                KeyStep.Unknown => "␀",
                KeyStep.Lost => "⚠",
                _ => "",
            });
        }
        return text.ToString();
    }
}
