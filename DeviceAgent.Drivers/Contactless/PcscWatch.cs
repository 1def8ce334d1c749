using System.Runtime.InteropServices;
using System.Text;
using DeviceAgent.Drivers.Interop;

namespace DeviceAgent.Drivers.Contactless;

/// <summary>Asleep in SCardGetStatusChange until a reader or a card comes or goes: a thread and a connection to pcscd of its own.</summary>
/// <remarks>
/// Source: winscard.h of pcsc-lite, SCardGetStatusChange and SCardCancel. The connection is made and released on the thread and nowhere else: releasing it
/// waits for the call that is under way. The list of readers is one of the things waited for (<see cref="PcscLite.PlugAndPlay"/>).
/// </remarks>
internal sealed class PcscWatch
{
    // pcscd before 2.0 gives the name of all changes no count: a reader that comes between the list and the wait would not be noticed. Its library wakes up as often by itself.
    private const nuint RelistMilliseconds = 60_000;

    // SCardGetStatusChange of pcsc-lite before 2.0 takes 16 states (PCSCLITE_MAX_READERS_CONTEXTS), and one is the list's.
    private const int MaxSlots = 15;

    private readonly string _prefix;
    private readonly TaskCompletionSource<PcscError> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PcscThread _thread;
    private readonly Lock _gate = new();
    private IReadOnlyList<PcscSlot> _slots = [];
    private TaskCompletionSource _changed = New();
    private PcscContextHandle? _context;
    private PcscError _loss;
    private volatile bool _isStopping;
    private long _wakeUps;

    public PcscWatch(string prefix)
    {
        _prefix = prefix;
        _thread = new("pcsc readers", Run);
    }

    /// <summary>Success once the readers are known, otherwise why they cannot be.</summary>
    public Task<PcscError> Started => _started.Task;

    /// <summary>The thread is gone, and its connection with it.</summary>
    public Task Ended => _thread.Ended;

    /// <summary>How often the thread has come out of its wait.</summary>
    public long WakeUps => Interlocked.Read(ref _wakeUps);

    /// <summary>What is known now, and what completes with the next change.</summary>
    /// <returns>Success, or why pcscd is gone.</returns>
    public PcscError Look(out IReadOnlyList<PcscSlot> slots, out Task changed)
    {
        lock (_gate)
        {
            (slots, changed) = (_slots, _changed.Task);
            return _loss;
        }
    }

    /// <summary>Asks the thread to end.</summary>
    /// <remarks>SCardCancel does nothing just before the thread begins to wait: to be called again until <see cref="Ended"/>. Blocks while pcscd does not answer.</remarks>
    public void Stop()
    {
        _isStopping = true;
        PcscContextHandle? context;
        lock (_gate) context = _context;
        try
        {
            if (context is not null) _ = PcscLite.Cancel(context);
        }
        catch (ObjectDisposedException)
        {
            // The thread has ended meanwhile.
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Run()
    {
        var error = PcscLite.ErrorOf(PcscLite.EstablishContext(PcscLite.ScopeSystem, 0, 0, out var context));
        if (error == PcscError.Success)
        {
            lock (_gate) _context = context;
            error = Watch(context);
            context.Dispose();
        }
        else
        {
            context.SetHandleAsInvalid();
        }
        TaskCompletionSource changed;
        lock (_gate)
        {
            _loss = error;
            changed = _changed;
        }
        _started.TrySetResult(error);
        changed.TrySetResult();
    }

    /// <returns>Why it ended.</returns>
    private PcscError Watch(PcscContextHandle context)
    {
        while (!_isStopping)
        {
            var all = new PcscReaderState { Reader = Marshal.StringToCoTaskMemUTF8(PcscLite.PlugAndPlay) };
            string[] names = [];
            PcscReaderState[] states = [];
            try
            {
                // The count before the list: a reader that comes in between has changed it.
                var error = PcscLite.GetStatusChange(context, 0, new(ref all));
                if (error is not (PcscError.Success or PcscError.Timeout)) return error;
                error = List(context, out names);
                if (error != PcscError.Success) return error;
                all.CurrentState = all.EventState & ~(nuint)(uint)PcscReaderFlags.Changed;
                states = [.. names.Select(n => new PcscReaderState { Reader = Marshal.StringToCoTaskMemUTF8(n) }), all];
                error = WaitWhileTheseAreAll(context, names, states);
                if (error != PcscError.Success) return error;
            }
            finally
            {
                Marshal.FreeCoTaskMem(all.Reader);
                foreach (var state in states.AsSpan(0, Math.Max(states.Length - 1, 0))) Marshal.FreeCoTaskMem(state.Reader);
            }
        }
        return PcscError.Cancelled;
    }

    /// <returns>Success: the readers are to be listed anew.</returns>
    private PcscError WaitWhileTheseAreAll(PcscContextHandle context, string[] names, PcscReaderState[] states)
    {
        // The first call tells at once how each reader is; without a reader there is nothing to tell.
        if (names.Length == 0) Publish(names, states);
        while (!_isStopping)
        {
            ref var all = ref states[^1];
            var timeout = all.CurrentState >> 16 == 0 ? RelistMilliseconds : PcscLite.Infinite;
            var error = PcscLite.GetStatusChange(context, timeout, states);
            Interlocked.Increment(ref _wakeUps);
            if (error is PcscError.Timeout or PcscError.UnknownReader) return PcscError.Success;
            if (error == PcscError.Cancelled) continue;
            if (error != PcscError.Success) return error;
            var areAllKnown = (all.EventState & (uint)PcscReaderFlags.Changed) == 0;
            foreach (ref var state in states.AsSpan())
            {
                areAllKnown &= (state.EventState & (uint)PcscReaderFlags.Unknown) == 0;
                state.CurrentState = state.EventState & ~(nuint)(uint)PcscReaderFlags.Changed;
            }
            if (!areAllKnown) return PcscError.Success;
            Publish(names, states);
        }
        return PcscError.Success;
    }

    private void Publish(string[] names, PcscReaderState[] states)
    {
        var slots = new PcscSlot[names.Length];
        for (var i = 0; i < names.Length; i++)
        {
            ReadOnlySpan<byte> atr = states[i].Atr;
            slots[i] = PcscSlot.From(names[i], (PcscReaderFlags)(uint)states[i].EventState, atr[..(int)Math.Min(states[i].AtrLength, PcscLite.MaxAtrBytes)]);
        }
        TaskCompletionSource changed;
        lock (_gate)
        {
            _slots = slots;
            changed = _changed;
            _changed = New();
        }
        changed.SetResult();
        _started.TrySetResult(PcscError.Success);
    }

    private PcscError List(PcscContextHandle context, out string[] names)
    {
        names = [];
        var buffer = new byte[PcscLite.MaxReaderNamesBytes];
        var length = (nuint)buffer.Length;
        var error = PcscLite.ErrorOf(PcscLite.ListReaders(context, 0, ref buffer[0], ref length));
        if (error == PcscError.NoReadersAvailable) return PcscError.Success;
        if (error != PcscError.Success) return error;
        names = [.. Encoding.UTF8.GetString(buffer, 0, (int)length).Split('\0').Where(n => n.Length > 0 && n.StartsWith(_prefix, StringComparison.Ordinal)).Distinct().Take(MaxSlots)];
        return PcscError.Success;
    }
}
