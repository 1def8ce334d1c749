using System.Buffers;

namespace DeviceAgent.Drivers.Scanning;

/// <summary>What the splitter found next.</summary>
internal enum ReplyPart
{
    /// <summary>All input is taken, and it says nothing yet.</summary>
    Nothing,
    /// <summary>Bytes that belong to codes.</summary>
    Data,
    /// <summary>A reply that says yes.</summary>
    Accepted,
    /// <summary>A reply that says no.</summary>
    Refused,
}

/// <summary>Takes the replies to commands out of what a scanner sends: bytes in, codes' bytes and replies out. No clock, no I/O, no allocation after the constructor.</summary>
/// <remarks>
/// A reply is found wherever it stands, also glued to a code, and whether or not a command waits for it. Bytes that may be the beginning of one are
/// held back until the next ones decide; after silence call <see cref="GiveUp"/>. The beginning of a reply that was cut off is dropped, not given to
/// the code behind it: it is known by a control character that is not the codes' prefix.
/// </remarks>
internal sealed class ReplySplitter
{
    private readonly ReplyPattern[] _accept, _refuse;
    private readonly SearchValues<byte> _firsts;
    private readonly byte[] _prefix;
    private readonly byte[] _held = new byte[ReplyPattern.MaxBytes + ReplyPattern.MaxRun + 1];
    private readonly byte[] _released = new byte[ReplyPattern.MaxBytes + ReplyPattern.MaxRun + 1];
    private int _heldLength, _releasedLength;

    /// <param name="prefix">What the scanner puts before each code.</param>
    public ReplySplitter(IEnumerable<ReplyPattern> accept, IEnumerable<ReplyPattern> refuse, ReadOnlySpan<byte> prefix)
    {
        _prefix = prefix.ToArray();
        _accept = [.. accept];
        _refuse = [.. refuse];
        _firsts = SearchValues.Create([.. _accept.Concat(_refuse).Select(p => p.First).Distinct()]);
    }

    /// <summary>Bytes are held back: time decides, too.</summary>
    public bool IsHolding => _heldLength > 0;

    /// <summary>Replies that were cut off, since the beginning.</summary>
    public long BrokenReplies { get; private set; }

    /// <param name="input">What is taken is cut off its front.</param>
    /// <param name="data">With <see cref="ReplyPart.Data"/>: stands until the next call.</param>
    public ReplyPart Next(ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> data)
    {
        data = default;
        while (!input.IsEmpty)
        {
            if (_heldLength == 0)
            {
                var plain = input.IndexOfAny(_firsts);
                if (plain != 0)
                {
                    data = plain < 0 ? input : input[..plain];
                    input = input[data.Length..];
                    return ReplyPart.Data;
                }
            }
            _held[_heldLength] = input[0];
            var held = _held.AsSpan(0, _heldLength + 1);
            var match = Compare(held, out var end);
            if (match == ReplyMatch.No)
            {
                // The byte stays in the input: it may begin the next reply, or a code.
                if (_heldLength == 0) throw new InvalidOperationException("A first byte that fits no pattern.");
                Release();
                if (_releasedLength == 0) continue;
                data = _released.AsSpan(0, _releasedLength);
                return ReplyPart.Data;
            }
            input = input[1..];
            _heldLength++;
            if (match != ReplyMatch.Full) continue;
            _heldLength = 0;
            return end;
        }
        return ReplyPart.Nothing;
    }

    /// <summary>Nothing came for a while: what is held back is no reply any more.</summary>
    /// <returns>What of it may belong to a code.</returns>
    public ReadOnlySpan<byte> GiveUp()
    {
        _releasedLength = 0;
        if (_heldLength > 0) Release();
        return _released.AsSpan(0, _releasedLength);
    }

    private ReplyMatch Compare(ReadOnlySpan<byte> held, out ReplyPart end)
    {
        end = ReplyPart.Accepted;
        var best = Best(_accept, held);
        if (best == ReplyMatch.Full) return best;
        var refused = Best(_refuse, held);
        if (refused != ReplyMatch.Full) return refused > best ? refused : best;
        end = ReplyPart.Refused;
        return refused;
    }

    private static ReplyMatch Best(ReplyPattern[] patterns, ReadOnlySpan<byte> held)
    {
        var best = ReplyMatch.No;
        foreach (var pattern in patterns)
        {
            var match = pattern.Compare(held);
            if (match > best) best = match;
        }
        return best;
    }

    private void Release()
    {
        var held = _held.AsSpan(0, _heldLength);
        _heldLength = 0;
        _releasedLength = 0;
        if (HasForeignControl(held))
        {
            BrokenReplies++;
            return;
        }
        held.CopyTo(_released);
        _releasedLength = held.Length;
    }

    private bool HasForeignControl(ReadOnlySpan<byte> held)
    {
        if (_prefix.AsSpan().StartsWith(held)) return false;
        var rest = held.StartsWith(_prefix) ? held[_prefix.Length..] : held;
        return rest.ContainsAnyInRange((byte)0x00, (byte)0x1F);
    }
}
