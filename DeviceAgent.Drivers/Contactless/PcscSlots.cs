using DeviceAgent.Drivers.Interop;

namespace DeviceAgent.Drivers.Contactless;

/// <summary>One reader as pcscd describes it at one moment.</summary>
/// <param name="Name">With a number for the slot at its end; a reader for both kinds of card has one name for each.</param>
/// <param name="HasCard">Something lies in it.</param>
/// <param name="Count">Goes up with each insertion and each removal (SCARD_STATE, upper half).</param>
/// <param name="Atr">Empty without a card, and for one that does not respond.</param>
internal sealed record PcscSlot(string Name, bool HasCard, uint Count, ReadOnlyMemory<byte> Atr)
{
    public static PcscSlot From(string name, PcscReaderFlags state, ReadOnlySpan<byte> atr) => new(
        name,
        (state & PcscReaderFlags.Present) != 0,
        (uint)(state & PcscReaderFlags.CounterMask) >> 16,
        (state & (PcscReaderFlags.Present | PcscReaderFlags.Mute)) == PcscReaderFlags.Present ? atr.ToArray() : default);
}

/// <summary>What is to be told next, from what was told and what is. Pure; one difference at a time, so nothing needs to be queued.</summary>
/// <remarks>What came and went between two looks is passed over; a card in place of another one is told as gone and presented.</remarks>
internal sealed class PcscNews
{
    private readonly Dictionary<string, uint?> _told = [];

    /// <returns>Null: everything is told. The slot comes with CardPresented.</returns>
    public (CardReaderEventKind Kind, string Reader, PcscSlot? Slot)? Next(IReadOnlyList<PcscSlot> slots)
    {
        foreach (var (name, card) in _told)
        {
            if (slots.Any(s => s.Name == name)) continue;
            if (card is not null) return Gone(name);
            _told.Remove(name);
            return (CardReaderEventKind.ReaderGone, name, null);
        }
        foreach (var slot in slots)
        {
            if (!_told.TryGetValue(slot.Name, out var card))
            {
                _told.Add(slot.Name, null);
                return (CardReaderEventKind.ReaderAttached, slot.Name, null);
            }
            if (card is { } count && (!slot.HasCard || slot.Count != count)) return Gone(slot.Name);
            if (card is not null || !slot.HasCard) continue;
            _told[slot.Name] = slot.Count;
            return (CardReaderEventKind.CardPresented, slot.Name, slot);
        }
        return null;
    }

    private (CardReaderEventKind, string, PcscSlot?) Gone(string name)
    {
        _told[name] = null;
        return (CardReaderEventKind.CardGone, name, null);
    }
}
