namespace DeviceAgent.Drivers.Contactless;

/// <summary>A PN532 (or PN533) on a serial line in HSU mode.</summary>
/// <remarks>
/// Source: NXP, PN532 User Manual (UM0701-02), 7.2.1 Diagnose, 7.2.2 GetFirmwareVersion, 7.2.10 SAMConfiguration, 7.3.1 RFConfiguration,
/// 7.3.5 InListPassiveTarget, 7.3.8 InDataExchange, table 15 (error codes).
/// Owns the port: disposing the reader closes it. One caller at a time.
/// The chip itself waits for a card (InListPassiveTarget without end), so nothing is sent or woken while none is there, but for the question
/// whether it still lives. A card that left is a value; a chip that does not answer is a <see cref="DeviceLostException"/>, Stalled.
/// </remarks>
public sealed class Pn532Reader : ICardReader
{
    private const byte Diagnose = 0x00, SamConfiguration = 0x14, RfConfiguration = 0x32, InListPassiveTarget = 0x4A;

    // Diagnose: is the ISO/IEC 14443-4 card still there. RFConfiguration: item 5, tries of an activation, FFh without end.
    private const byte CardPresenceTest = 0x06, MaxRetries = 0x05, Endless = 0xFF, Few = 0x02;

    private static readonly TimeSpan SettledAfter = TimeSpan.FromSeconds(30);

    private readonly Pn532Link _link;
    private readonly Pn532Options _options;
    private readonly TimeProvider _time;
    private readonly CardRetries _retries = new();
    private Pn532Card? _card;
    private long _cardSince;
    private byte _tries = Endless;

    private Pn532Reader(Pn532Link link, Pn532Options options, TimeProvider time)
    {
        _link = link;
        _options = options;
        _time = time;
    }

    /// <inheritdoc/>
    public string Model { get; private set; } = "";

    /// <summary>Wakes the chip, gives up what it did for an earlier program, and asks what it is.</summary>
    /// <param name="port">Owned from now on; 115,200 baud 8N1 unless the chip was told otherwise.</param>
    /// <param name="path">The port's name, for errors.</param>
    /// <param name="options">Validated here.</param>
    /// <param name="time">For every wait; null: the system's.</param>
    /// <param name="cancellationToken">Gives up; the port is closed then.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="DeviceLostException">The port is gone; Stalled: nothing answers as a PN532 does. The port is closed.</exception>
    public static async ValueTask<Pn532Reader> OpenAsync(Stream port, string path, Pn532Options options, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(port);
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(options);
        string[] mistakes = [.. options.Validate(nameof(options))];
        if (mistakes.Length > 0) throw new ArgumentException(string.Join("; ", mistakes), nameof(options));
        var clock = time ?? TimeProvider.System;
        var reader = new Pn532Reader(new(port, path, options, clock), options, clock);
        try
        {
            await reader.SetUpAsync(cancellationToken);
            return reader;
        }
        catch
        {
            await reader.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<CardReaderEvent> ReadAsync(CancellationToken cancellationToken)
    {
        if (_card is null)
        {
            _card = new(_link, _options, await WaitForTargetAsync(cancellationToken));
            _cardSince = _time.GetTimestamp();
            return new(CardReaderEventKind.CardPresented, Model, _card);
        }
        while (true)
        {
            await Task.Delay(_time.GetElapsedTime(_cardSince) < SettledAfter ? _options.PresenceInterval : _options.PresenceInterval * 8, _time, cancellationToken);
            if (await FindAgainAsync(_card, cancellationToken) is not { } card)
            {
                _card = null;
                _retries.CardGone();
                return new(CardReaderEventKind.CardGone, Model, null);
            }
            if (card == _card) continue;
            _card = card;
            return new(CardReaderEventKind.CardPresented, Model, card);
        }
    }

    /// <summary>Closes the port.</summary>
    public ValueTask DisposeAsync() => _link.DisposeAsync();

    private async ValueTask SetUpAsync(CancellationToken cancellationToken)
    {
        // A chip just powered up takes little more than these two; normal mode, no security module.
        await _link.WakeAsync();
        await _link.FallInStepAsync();
        var (chip, version, revision) = _link.Firmware;
        Model = $"PN5{chip:X2} {version}.{revision}";
        await ExpectAsync(SamConfiguration, new byte[] { 0x01 }, cancellationToken);
    }

    /// <summary>A command that a living chip always answers.</summary>
    private async ValueTask ExpectAsync(byte code, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        if ((await CommandAsync(code, data, _options.AnswerTimeout, cancellationToken)).End != Pn532End.Answered) throw _link.Stalled();
    }

    private ValueTask<Pn532Answer> CommandAsync(byte code, ReadOnlyMemory<byte> data, TimeSpan timeout, CancellationToken cancellationToken) =>
        _link.CommandAsync(code, data, timeout, mayRepeat: true, cancellationToken);

    private async ValueTask<Pn532Target> WaitForTargetAsync(CancellationToken cancellationToken)
    {
        await SetTriesAsync(Endless, cancellationToken);
        while (true)
        {
            var answer = await ListAsync(_options.CheckInterval, cancellationToken);
            if (answer.End == Pn532End.Refused) throw _link.Stalled();
            if (answer.End == Pn532End.Answered)
            {
                if (Pn532Target.TryParse(answer.Data.Span, out var target)) return target;
                // Clones give up after a while, some at once.
                await Task.Delay(_options.PresenceInterval, _time, cancellationToken);
            }
            else
            {
                // It was aborted. One that has lost its power meanwhile does not answer, or refuses the next list and is set up anew by opening it.
                await _link.FallInStepAsync();
            }
        }
    }

    /// <returns>The same card, the same one to be read anew because an exchange with it had failed, another one, or null.</returns>
    private async ValueTask<Pn532Card?> FindAgainAsync(Pn532Card card, CancellationToken cancellationToken)
    {
        if (card.Technology == CardTechnology.Apdu && !card.HasFailed)
        {
            // A telephone has another number after each activation: it is asked, not activated again.
            var presence = await CommandAsync(Diagnose, new byte[] { CardPresenceTest }, _options.AnswerTimeout, cancellationToken);
            return presence.End == Pn532End.Answered && presence.Data.Span is [0x00, ..] ? card : null;
        }
        await SetTriesAsync(Few, cancellationToken);
        var answer = await ListAsync(_options.AnswerTimeout, cancellationToken);
        if (answer.End != Pn532End.Answered || !Pn532Target.TryParse(answer.Data.Span, out var target)) return null;
        if (!target.IsSameCard(card.Target))
        {
            _retries.CardGone();
            _cardSince = _time.GetTimestamp();
            return new(_link, _options, target);
        }
        return card.HasFailed && _retries.TryAgain() ? new(_link, _options, target) : card;
    }

    private ValueTask<Pn532Answer> ListAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        CommandAsync(InListPassiveTarget, new byte[] { 0x01, 0x00 }, timeout, cancellationToken);

    private async ValueTask SetTriesAsync(byte tries, CancellationToken cancellationToken)
    {
        if (_tries == tries) return;
        await ExpectAsync(RfConfiguration, new byte[] { MaxRetries, 0xFF, 0x01, tries }, cancellationToken);
        _tries = tries;
    }
}

/// <summary>How often a card that could not be read is tried again before it must be taken away. Pure.</summary>
internal sealed class CardRetries
{
    private int _used;

    public void CardGone() => _used = 0;

    public bool TryAgain()
    {
        if (_used == ICardReader.MaxRetries) return false;
        _used++;
        return true;
    }
}
