using System.Runtime.InteropServices;
using DeviceAgent.Drivers.Interop;

namespace DeviceAgent.Drivers.Contactless;

/// <summary>The PC/SC readers of this machine whose names begin alike: contactless and contact cards, through pcscd.</summary>
/// <remarks>
/// Source: winscard.h and pcsclite.h of pcsc-lite; PC/SC part 3 (UID, memory cards).
/// Owns two threads, asleep while nothing happens, and two connections to pcscd. One caller at a time.
/// A reader that is unplugged, a card that leaves or is held by another program are values; pcscd that is not there, ends, refuses or does not answer is a
/// <see cref="DeviceLostException"/>, told apart by <see cref="FaultOf"/>.
/// </remarks>
public sealed class PcscReader : ICardReader
{
    /// <summary>Where pcscd listens.</summary>
    public const string ServiceSocket = "/run/pcscd/pcscd.comm";

    // A call that pcscd does not answer holds its thread, and nothing can end it: no reader is opened while so many live.
    private const int MaxThreads = 8;

    private static readonly TimeSpan FirstCancelPause = TimeSpan.FromMilliseconds(1), RetryPause = TimeSpan.FromMilliseconds(250);

    private readonly PcscOptions _options;
    private readonly TimeProvider _time;
    private readonly PcscWatch _watch;
    private readonly PcscCalls _calls;
    private readonly PcscNews _news = new();
    private readonly CardRetries _retries = new();
    private PcscCard? _card;
    private bool _isStopped;

    private PcscReader(PcscOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _watch = new(options.Reader);
        _calls = new();
    }

    /// <inheritdoc/>
    public string Model
    {
        get
        {
            _watch.Look(out var slots, out _);
            return string.Join(", ", slots.Select(s => s.Name));
        }
    }

    /// <summary>How often the thread that listens has woken up. Nothing happens, nothing wakes it; libpcsclite itself looks for pcscd once a minute.</summary>
    internal long WakeUps => _watch.WakeUps;

    /// <summary>Threads of all readers of this process that have not ended: two for each that is open, and those that pcscd does not answer.</summary>
    internal static int LivingThreads => PcscThread.Living;

    /// <summary>Connects to pcscd. There may be no reader yet: one that comes is told.</summary>
    /// <param name="options">Validated here.</param>
    /// <param name="time">For the limits; null: the system's.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="DeviceLostException">Unplugged: pcscd is not there, or its library is not. Denied: it refuses. Stalled: it does not answer.</exception>
    public static async ValueTask<PcscReader> OpenAsync(PcscOptions options, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        string[] mistakes = [.. options.Validate(nameof(options))];
        if (mistakes.Length > 0) throw new ArgumentException(string.Join("; ", mistakes), nameof(options));
        if (!IsInstalled) throw Lost(DeviceLoss.Unplugged);
        if (LivingThreads >= MaxThreads) throw Lost(DeviceLoss.Stalled);
        var reader = new PcscReader(options, time ?? TimeProvider.System);
        try
        {
            var error = await reader.WithinLimitAsync(reader._watch.Started, cancellationToken);
            // Until 1.9 pcscd hangs up on a program that polkit does not know.
            if (error == PcscError.CommunicationError) throw Lost(DeviceLoss.Denied);
            if (error != PcscError.Success) throw Lost(LossOf(error));
            return reader;
        }
        catch
        {
            await reader.DisposeAsync();
            throw;
        }
    }

    /// <summary>What a loss means for PC/SC.</summary>
    /// <param name="loss">As it was thrown.</param>
    /// <param name="wasOpen">It came after <see cref="OpenAsync"/> had succeeded.</param>
    public static PcscFault FaultOf(DeviceLoss loss, bool wasOpen) => loss switch
    {
        DeviceLoss.Denied => PcscFault.Denied,
        DeviceLoss.Stalled => PcscFault.Stalled,
        _ when wasOpen => PcscFault.ServiceStopped,
        _ => IsInstalled ? PcscFault.NoService : PcscFault.NotInstalled,
    };

    /// <inheritdoc/>
    public async ValueTask<CardReaderEvent> ReadAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isStopped, this);
        if (_card is { IsUsed: true } used)
        {
            await WithinLimitAsync(_calls.DisconnectAsync(), cancellationToken);
            used.LetGo();
            if (used.HasFailed)
            {
                // What shakes a contact now has settled then; one that was taken away is told as gone instead.
                await Task.Delay(RetryPause, _time, cancellationToken);
            }
        }
        while (true)
        {
            var loss = _watch.Look(out var slots, out var changed);
            if (loss != PcscError.Success) throw Lost(LossOf(loss));
            if (_news.Next(slots) is { } news) return Tell(news);
            if (_card is { HasFailed: true } failed)
            {
                _card = null;
                if (_retries.TryAgain()) return Present(failed.Slot);
            }
            await changed.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Ends both threads; one that pcscd does not answer is left to end when it does.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isStopped) return;
        _isStopped = true;
        _calls.Stop();
        using var isOver = new CancellationTokenSource();
        var limit = Task.Delay(_options.CallTimeout, _time, isOver.Token);
        for (var pause = FirstCancelPause; !_watch.Ended.IsCompleted && !limit.IsCompleted; pause *= 2)
        {
            // It waits for pcscd's answer.
            await Task.WhenAny(Task.Run(_watch.Stop), limit);
            await Task.WhenAny(_watch.Ended, Task.Delay(pause, _time, isOver.Token), limit);
        }
        await Task.WhenAny(_calls.Ended, limit);
        await isOver.CancelAsync();
    }

    private static bool IsInstalled { get; } = NativeLibrary.TryLoad("libpcsclite.so.1", out _);

    internal static DeviceLostException Lost(DeviceLoss loss) => new("pcscd", loss, 0);

    internal static DeviceLoss LossOf(PcscError error) => error switch
    {
        PcscError.SecurityViolation or PcscError.NoAccess => DeviceLoss.Denied,
        PcscError.NoService or PcscError.ServiceStopped or PcscError.CommunicationError or PcscError.InvalidHandle => DeviceLoss.Unplugged,
        _ => DeviceLoss.Stalled,
    };

    /// <exception cref="DeviceLostException">Stalled: it takes too long.</exception>
    internal async ValueTask<T> WithinLimitAsync<T>(Task<T> call, CancellationToken cancellationToken)
    {
        await WithinLimitAsync((Task)call, cancellationToken);
        return await call;
    }

    private async ValueTask WithinLimitAsync(Task call, CancellationToken cancellationToken)
    {
        var wait = call.WaitAsync(_options.CallTimeout, _time, cancellationToken);
        await wait.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        if (call.IsCompleted) return;
        cancellationToken.ThrowIfCancellationRequested();
        throw Lost(DeviceLoss.Stalled);
    }

    private CardReaderEvent Tell((CardReaderEventKind Kind, string Reader, PcscSlot? Slot) news)
    {
        if (news.Slot is { } slot)
        {
            _retries.CardGone();
            return Present(slot);
        }
        _card = null;
        return new(news.Kind, news.Reader, null);
    }

    private CardReaderEvent Present(PcscSlot slot)
    {
        _card = new(this, _calls, slot);
        return new(CardReaderEventKind.CardPresented, slot.Name, _card);
    }
}

/// <summary>A card in a PC/SC reader; connected to with the first exchange, exclusively, and let go of when the reader is read again.</summary>
internal sealed class PcscCard(PcscReader reader, PcscCalls calls, PcscSlot slot) : ICardChannel
{
    public CardTechnology Technology { get; } = CardAtr.TechnologyOf(slot.Atr.Span);

    public PcscSlot Slot => slot;

    /// <summary>The connection to it may be open.</summary>
    public bool IsUsed { get; private set; }

    /// <summary>An exchange brought no answer that a second try could not bring.</summary>
    public bool HasFailed { get; private set; }

    public void LetGo() => IsUsed = false;

    public async ValueTask<CardAnswer> ExchangeAsync(ReadOnlyMemory<byte> command, Memory<byte> answer, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(command.Length, 4);
        IsUsed = true;
        var (error, bytes) = await reader.WithinLimitAsync(calls.TransmitAsync(slot.Name, command.ToArray(), answer.Length), cancellationToken);
        switch (error)
        {
            case PcscError.Success:
                bytes.CopyTo(answer.Span);
                return new(CardFault.None, bytes.Length);
            case PcscError.InsufficientBuffer:
                return CardAnswer.Without(CardFault.TooLong);
            case PcscError.SecurityViolation or PcscError.NoAccess or PcscError.NoService or PcscError.ServiceStopped:
                throw PcscReader.Lost(PcscReader.LossOf(error));
            case PcscError.SharingViolation:
                HasFailed = true;
                return CardAnswer.Without(CardFault.InUse);
            default:
                // Also when pcscd ended in the middle: the thread that listens knows, and tells with the next event.
                HasFailed = true;
                return CardAnswer.Without(CardFault.Left);
        }
    }
}
