namespace DeviceAgent.Tests.Fuzz;

/// <summary>Makes bad input out of good frames: spliced, flipped, cut, repeated, with garbage in between. A seed gives the same inputs again.</summary>
internal sealed class Fuzzer(int seed, IReadOnlyList<byte[]> corpus)
{
    /// <summary>Longest input, bytes.</summary>
    public const int MaxInput = 512;

    public const int Million = 1_000_000;

    private readonly Random _random = new(seed);
    private readonly byte[] _input = new byte[MaxInput];

    /// <param name="seed">The same seed, the same inputs.</param>
    /// <param name="corpus">Good frames of the protocol; what is longer than <see cref="MaxInput"/> is used in pieces.</param>
    /// <param name="feed">Called for each input; its memory is used again.</param>
    /// <param name="count">Inputs.</param>
    public static void Run(int seed, IReadOnlyList<byte[]> corpus, Action<ReadOnlyMemory<byte>> feed, int count = Million)
    {
        var fuzzer = new Fuzzer(seed, corpus);
        for (var i = 0; i < count; i++)
        {
            var input = fuzzer.Next();
            try
            {
                feed(input);
            }
            catch (Exception e)
            {
                Assert.Fail($"Input {i} of seed {seed} ({Convert.ToHexString(input.Span)}): {e}");
            }
        }
    }

    /// <summary>The next input; valid until the one after it.</summary>
    public ReadOnlyMemory<byte> Next()
    {
        var length = 0;
        for (var pieces = 1 + _random.Next(4); pieces > 0; pieces--)
        {
            length = _random.Next(8) == 0 ? Garbage(length) : Piece(length);
        }
        for (var changes = _random.Next(4); changes > 0 && length > 0; changes--) length = Change(length);
        return _input.AsMemory(0, length);
    }

    private int Garbage(int length)
    {
        var count = Math.Min(_random.Next(1, 32), MaxInput - length);
        _random.NextBytes(_input.AsSpan(length, count));
        return length + count;
    }

    private int Piece(int length)
    {
        var frame = corpus[_random.Next(corpus.Count)].AsSpan();
        // Mostly whole frames: what is torn all the time never gets deep.
        if (_random.Next(4) == 0) frame = frame[_random.Next(frame.Length)..];
        if (_random.Next(4) == 0) frame = frame[.._random.Next(frame.Length + 1)];
        var count = Math.Min(frame.Length, MaxInput - length);
        frame[..count].CopyTo(_input.AsSpan(length));
        return length + count;
    }

    private int Change(int length)
    {
        var at = _random.Next(length);
        switch (_random.Next(5))
        {
            case 0:
                _input[at] ^= (byte)(1 << _random.Next(8));
                return length;
            case 1:
                _input[at] = (byte)_random.Next(256);
                return length;
            case 2:
                // The values at which lengths and counts go wrong.
                ReadOnlySpan<byte> edges = [0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF];
                _input[at] = edges[_random.Next(edges.Length)];
                return length;
            case 3:
                _input.AsSpan(at + 1, length - at - 1).CopyTo(_input.AsSpan(at));
                return length - 1;
            default:
                if (length == MaxInput) return length;
                _input.AsSpan(at, length - at).CopyTo(_input.AsSpan(at + 1));
                return length + 1;
        }
    }
}
