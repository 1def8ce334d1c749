namespace DeviceAgent.Drivers.Printing;

/// <summary>Who the unit is and what it can do: asked once for each unit, where somebody keeps the answers.</summary>
public sealed partial class EscPosPrinter
{
    private const int FirmwareText = 65, MakerText = 66, ModelText = 67, SerialText = 68, LanguagesText = 69;

    /// <inheritdoc/>
    public PrinterCapabilities? Capabilities => !_identified ? null : new()
    {
        Identity = Identity,
        EchoesProcessId = EchoesProcessId,
        CutCounter = _cutCounter,
        HasTwoByteCharacters = _type is { } t ? (t & 0x01) != 0 : null,
        HasCutter = _type is { } type ? (type & 0x02) != 0 : null,
        TellsStatusChanges = _hasAutomaticStatus,
        HasFullStatus = _answersFull == true,
    };

    private async Task IdentifyAsync(CancellationToken cancellationToken)
    {
        if (_mayStandInsideCommand && !await PadAsync(Watch(_options.ProbeTimeout), cancellationToken)) return;
        EchoesProcessId = await MarkAsync([], _options.ProbeTimeout, cancellationToken) || EchoesProcessId;
        (_cutCounter, _type, _hasAutomaticStatus, TellsStatusChanges, _lastTold) = (null, null, false, false, null);
        // What is stored of a unit counts only when nothing can be mixed up: its number and its firmware are asked all the same.
        var asksKnown = EchoesProcessId && _options.KnownUnit is not null;
        var texts = new Dictionary<int, string?>();
        var silent = false;
        int[] questions = asksKnown ? [SerialText, FirmwareText, MakerText, ModelText, LanguagesText] : [FirmwareText, MakerText, ModelText, SerialText, LanguagesText];
        PrinterCapabilities? known = null;
        foreach (var n in questions)
        {
            _answersAreOwed = false;
            (var settled, texts[n]) = await AskTextAsync([0x1D, 0x49, (byte)n], cancellationToken);
            silent |= !settled;
            if (asksKnown && n == FirmwareText && !silent && texts[SerialText] is { } serial) known = Known(serial, texts[FirmwareText]);
            if (known is not null) break;
        }
        _answersAreOwed = false;
        // Without an echo a late answer may have been taken for the next one: only when no more come is the identity believed.
        if (silent && await AwaitStragglerAsync(cancellationToken)) return;
        Identity = known?.Identity ?? new(Maker: texts[MakerText], Model: texts[ModelText], Firmware: texts[FirmwareText], SerialNumber: texts[SerialText], Languages: texts[LanguagesText]);
        if (known is not null) (_cutCounter, _type) = (known.CutCounter, TypeOf(known));
        else if (EchoesProcessId) _type = await AskTypeAsync(cancellationToken);
        _identified = true;
        if (_options.AutomaticStatus == AutomaticStatusUse.Probe && known is not { TellsStatusChanges: false }) await EnableAutomaticStatusAsync(cancellationToken);
    }

    private PrinterCapabilities? Known(string serial, string? firmware) =>
        _options.KnownUnit!(serial) is { EchoesProcessId: true } known && known.Identity.SerialNumber == serial && known.Identity.Firmware == firmware ? known : null;

    private static byte? TypeOf(PrinterCapabilities known) => known is { HasTwoByteCharacters: { } wide, HasCutter: { } cutter }
        ? (byte)((wide ? 0x01 : 0) | (cutter ? 0x02 : 0))
        : null;

    /// <summary>GS I 2, one byte: only on a unit that echoes is it certain which question a byte answers.</summary>
    private async Task<byte?> AskTypeAsync(CancellationToken cancellationToken)
    {
        TakeWaiting();
        _plain = null;
        return await MarkAsync([0x1D, 0x49, 2], _options.ReplyTimeout, cancellationToken) ? _plain : null;
    }

    private async Task<bool> AwaitStragglerAsync(CancellationToken cancellationToken)
    {
        _text = null;
        await TakeUntilAsync(() => _text is not null, _options.ReplyTimeout, cancellationToken);
        return _text is not null;
    }

    /// <summary>Sends a question that is answered in buffer order.</summary>
    /// <returns>Whether it is certain that no answer is still to come, and the answer.</returns>
    private async Task<(bool Settled, string? Text)> AskTextAsync(byte[] question, CancellationToken cancellationToken)
    {
        TakeWaiting();
        _text = null;
        if (EchoesProcessId)
        {
            var settled = await MarkAsync(question, _options.ReplyTimeout, cancellationToken);
            return (settled, settled && _text is { Length: > 0 } text ? text : null);
        }
        if (_answersAreOwed || _line.IsStopped) return (false, null);
        _answersAreOwed = true;
        if (!await _line.WriteAsync(question, _options.ReplyTimeout, cancellationToken)) return (false, null);
        await TakeUntilAsync(() => _text is not null, _options.ReplyTimeout, cancellationToken);
        if (_text is null) return (false, null);
        _answersAreOwed = false;
        return (true, _text.Length > 0 ? _text : null);
    }

    /// <summary>Sends a question and an id of the driver's own; true when that id came back.</summary>
    private async Task<bool> MarkAsync(byte[] question, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (_line.IsStopped) return false;
        var marker = ProcessId.FromNumber(-1 - _nextOwnId);
        _nextOwnId = (_nextOwnId + 1) % OwnIds;
        _marker = marker;
        if (!await _line.WriteAsync((byte[])[.. question, .. EchoRequest(marker)], timeout, cancellationToken)) return false;
        await TakeUntilAsync(() => _markerEchoed == marker, timeout, cancellationToken);
        return _markerEchoed == marker;
    }
}
