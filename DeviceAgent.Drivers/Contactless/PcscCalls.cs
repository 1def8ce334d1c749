using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using DeviceAgent.Drivers.Interop;

namespace DeviceAgent.Drivers.Contactless;

/// <summary>Talks to cards: a thread for the calls that block, and a connection to pcscd of its own, made with the first card.</summary>
/// <remarks>
/// A call that hangs holds nothing but this thread; whoever waits for it decides how long. Buffers belong to the call. The connection to pcscd and to the
/// card are ended on the thread, after the call that is under way.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "The thread disposes of what it uses, at its end.")]
internal sealed class PcscCalls
{
    private readonly BlockingCollection<Action> _calls = new(boundedCapacity: 4);
    private readonly PcscThread _thread;
    private PcscContextHandle? _context;
    private PcscCardHandle? _card;
    private string? _reader;
    private nuint _protocol;

    public PcscCalls()
    {
        _thread = new("pcsc card", Run);
    }

    /// <summary>The thread is gone, and its connections with it.</summary>
    public Task Ended => _thread.Ended;

    /// <summary>Ends the thread once the call that is under way returns.</summary>
    public void Stop() => _calls.CompleteAdding();

    /// <summary>Sends a command to the card in a reader; connects to it first.</summary>
    public Task<(PcscError Error, byte[] Answer)> TransmitAsync(string reader, byte[] command, int maxAnswerBytes) => CallAsync(() =>
    {
        var error = Connect(reader);
        if (error != PcscError.Success) return (error, []);
        var sent = _protocol == PcscLite.ProtocolT0 ? Apdu.ForT0(command) : command;
        var request = new PcscIoRequest { Protocol = _protocol, Length = 2 * (nuint)nuint.Size };
        var answer = new byte[Math.Max(maxAnswerBytes, 2)];
        var length = (nuint)answer.Length;
        error = PcscLite.ErrorOf(PcscLite.Transmit(_card!, in request, in sent.Span[0], (nuint)sent.Length, 0, ref answer[0], ref length));
        if (error != PcscError.Success)
        {
            Disconnect();
            if (IsOfTheConnection(error)) Drop();
            return (error, []);
        }
        return (error, answer[..(int)length]);
    });

    /// <summary>Lets go of the card, if one is held.</summary>
    public Task DisconnectAsync() => CallAsync(() =>
    {
        Disconnect();
        return true;
    });

    /// <summary>The connection to pcscd is of no use any more.</summary>
    private static bool IsOfTheConnection(PcscError error) =>
        error is PcscError.NoService or PcscError.CommunicationError or PcscError.InvalidHandle or PcscError.ServiceStopped;

    private PcscError Connect(string reader)
    {
        if (_card is not null && _reader == reader) return PcscError.Success;
        Disconnect();
        var error = Establish();
        if (error != PcscError.Success) return error;
        error = PcscLite.ErrorOf(PcscLite.Connect(_context!, reader, PcscLite.ShareExclusive, PcscLite.ProtocolT0 | PcscLite.ProtocolT1, out var card, out _protocol));
        if (error == PcscError.Success)
        {
            (_card, _reader) = (card, reader);
            return error;
        }
        card.SetHandleAsInvalid();
        if (!IsOfTheConnection(error)) return error;
        Drop();
        // Until 1.9 pcscd hangs up on a program that may not use the card. One that lives takes a new connection.
        return error == PcscError.CommunicationError && Establish() == PcscError.Success ? PcscError.SecurityViolation : error;
    }

    private PcscError Establish()
    {
        if (_context is not null) return PcscError.Success;
        var error = PcscLite.ErrorOf(PcscLite.EstablishContext(PcscLite.ScopeSystem, 0, 0, out var context));
        if (error == PcscError.Success) _context = context;
        else context.SetHandleAsInvalid();
        return error;
    }

    private void Disconnect()
    {
        _card?.Dispose();
        _card = null;
    }

    private void Drop()
    {
        Disconnect();
        _context?.Dispose();
        _context = null;
    }

    private Task<T> CallAsync<T>(Func<T> call)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        ObjectDisposedException.ThrowIf(_calls.IsAddingCompleted, this);
        // Full: calls hang, and those who made them have given up.
        if (!_calls.TryAdd(() => done.SetResult(call()))) throw new InvalidOperationException("One exchange at a time.");
        return done.Task;
    }

    private void Run()
    {
        foreach (var call in _calls.GetConsumingEnumerable()) call();
        Drop();
        _calls.Dispose();
    }
}
