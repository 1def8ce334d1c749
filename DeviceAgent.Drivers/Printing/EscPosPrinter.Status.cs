namespace DeviceAgent.Drivers.Printing;

/// <summary>What the printer tells of its state, asked or by itself, and the mouth that holds a ticket.</summary>
public sealed partial class EscPosPrinter
{
    private const byte Paper = 0x01 << 3, Error = 0x01 << 2, Online = 0x01 << 1, Panel = 0x01 << 6;

    private static readonly byte[][] StatusQuestions = [[0x10, 0x04, 1], [0x10, 0x04, 2], [0x10, 0x04, 3], [0x10, 0x04, 4]];
    private static readonly byte[] FullQuestion = [0x10, 0x04, 20], MotorQuestion = [0x10, 0x04, 17];
    private static readonly byte[] EnableAutomaticStatus = [0x1D, 0x61, Online | Error | Paper | Panel];

    // A motor needs its time to bring a ticket to the mouth: before, no ticket there is none taken.
    private static readonly TimeSpan PresentingTime = TimeSpan.FromSeconds(3);

    private bool _hasAutomaticStatus;
    private bool _automaticStatusSeen;
    private bool? _answersFull;
    private bool _portIsFull;
    private uint? _lastTold;
    private bool _isRetracted;

    /// <inheritdoc/>
    public event Action<PrinterStatus?>? StatusTold;

    /// <inheritdoc/>
    /// <remarks>False again after each ESC @ until the unit has shown that it still does (GS a: its setting may end with ESC @), and after it was off.</remarks>
    public bool TellsStatusChanges { get; private set; }

    /// <summary>DLE EOT 1-4, one after the other: the answers do not tell which question they answer.</summary>
    /// <returns>Null when the job's echo came meanwhile.</returns>
    private async Task<PrinterStatus?> AskStatusAsync(CancellationToken cancellationToken)
    {
        if (_options.StatusForm == PrinterStatusForm.Kiosk)
        {
            _full = null;
            // A unit that has never answered it may well not know it.
            for (var tries = _answersFull == true ? 2 : 1; tries > 0 && _full is null && _answersFull != false; tries--)
            {
                if (await AskAsync(FullQuestion, () => _full is not null, cancellationToken)) return null;
            }
            if (_full is { } full)
            {
                _answersFull = true;
                return _status = WithMedia(PrinterStatusRules.Judge(new PrinterAnswers { Full = full }));
            }
        }
        _portIsFull = false;
        var answers = new byte?[4];
        for (int n = 0, silent = 0; n < answers.Length && silent < 2;)
        {
            _answer = null;
            if (await AskAsync(StatusQuestions[n], () => _answer is not null, cancellationToken)) return null;
            answers[n] = _answer;
            // The first question is asked twice before the printer counts as off; a unit may well not know one of the others.
            silent = _answer is null ? silent + 1 : 0;
            if (_answer is not null || n > 0) n++;
        }
        byte? motor = null;
        if (_options.StatusForm == PrinterStatusForm.Kiosk && answers[0] is not null)
        {
            // It is there, and does not know the question.
            _answersFull ??= false;
            _answer = null;
            if (await AskAsync(MotorQuestion, () => _answer is not null, cancellationToken)) return null;
            motor = _answer;
        }
        return _status = WithMedia(PrinterStatusRules.Judge(new PrinterAnswers
        {
            // A port that takes no question (USB and TCP, while the printer stands still with a full buffer) is no printer that is off.
            Automatic = _portIsFull && answers is [null, null, null, null] ? _lastTold : null,
            Printer = answers[0],
            OfflineCause = answers[1],
            ErrorCause = answers[2],
            Paper = answers[3],
            Motor = motor,
        }));
    }

    /// <returns>True when the job's echo came meanwhile.</returns>
    private async Task<bool> AskAsync(byte[] question, Func<bool> answered, CancellationToken cancellationToken)
    {
        TakeWaiting();
        _answer = null;
        if (await _line.WriteAsync(question, _options.ReplyTimeout, cancellationToken))
            await TakeUntilAsync(() => answered() || _jobEchoed, _options.ReplyTimeout, cancellationToken);
        else
            _portIsFull = true;
        return _jobEchoed;
    }

    /// <summary>GS a: the unit answers at once where it can do this at all.</summary>
    private async Task EnableAutomaticStatusAsync(CancellationToken cancellationToken)
    {
        TakeWaiting();
        (_automaticStatusSeen, _line.QueuesAutomaticStatus) = (false, true);
        try
        {
            if (EchoesProcessId) await MarkAsync(EnableAutomaticStatus, _options.ReplyTimeout, cancellationToken);
            else if (!_line.IsStopped && await _line.WriteAsync(EnableAutomaticStatus, _options.ReplyTimeout, cancellationToken))
                await TakeUntilAsync(() => _automaticStatusSeen, _options.ReplyTimeout, cancellationToken);
        }
        finally
        {
            _line.QueuesAutomaticStatus = false;
        }
        TellsStatusChanges = _automaticStatusSeen;
        _hasAutomaticStatus |= _automaticStatusSeen;
    }

    private void OnAutomaticStatus(uint status)
    {
        // One that nobody has asked for, or that is damaged, tells nothing that could be relied on.
        if (!_hasAutomaticStatus || !PrinterStatusRules.IsAutomatic(status)) return;
        _lastTold = status;
        StatusTold?.Invoke(_identified ? WithMedia(PrinterStatusRules.Judge(new PrinterAnswers { Automatic = status })) : null);
    }

    private PrinterStatus WithMedia(PrinterStatus status) =>
        _isRetracted && status.Media != MediaState.Present ? status with { Media = MediaState.Retracted } : status;

    /// <summary>Presents what is cut, and waits until it is taken; what nobody takes in time is left, thrown out or pulled back in.</summary>
    private async Task PresentAsync(PrinterPresenter presenter, CancellationToken cancellationToken)
    {
        // The echo has come; what is asked from here on must not be taken for its answer.
        var (job, requested) = (_job, _jobRequested);
        (_job, _jobEchoed) = (null, false);
        try
        {
            await _line.WriteAsync(presenter.Present, _options.ReplyTimeout, cancellationToken);
            var media = await AwaitTakenAsync(presenter, cancellationToken);
            if (media == MediaState.Present && presenter.WhenNotTaken == NotTakenAction.Retract)
            {
                // From the first byte on nobody can say that it is still there.
                _isRetracted = true;
                await _line.WriteAsync(presenter.Retract, _options.ReplyTimeout, cancellationToken);
                media = MediaState.Retracted;
            }
            else if (media == MediaState.Present && presenter.WhenNotTaken == NotTakenAction.Eject)
            {
                await _line.WriteAsync(presenter.Eject, _options.ReplyTimeout, cancellationToken);
                media = MediaState.NotPresent;
            }
            if (_status is { } seen) _status = seen with { Media = media };
        }
        catch (DeviceLostException) when (_isRetracted)
        {
            _status = (_status ?? PrinterStatusRules.NoAnswer) with { Media = MediaState.Retracted };
            throw;
        }
        finally
        {
            (_job, _jobRequested, _jobEchoed) = (job, requested, true);
        }
    }

    /// <returns>NotPresent: taken. Present: nobody took it in time. Unknown: the printer does not tell.</returns>
    private async Task<MediaState> AwaitTakenAsync(PrinterPresenter presenter, CancellationToken cancellationToken)
    {
        var start = _time.GetTimestamp();
        var wasThere = false;
        while (true)
        {
            var media = await AskMediaAsync(presenter, cancellationToken);
            wasThere |= media == MediaState.Present;
            var elapsed = _time.GetElapsedTime(start);
            if (media == MediaState.NotPresent && (wasThere || elapsed >= PresentingTime)) return media;
            if (elapsed >= presenter.TakeTimeout) return media;
            await Task.Delay(_options.StatusInterval, _time, cancellationToken);
        }
    }

    private async Task<MediaState> AskMediaAsync(PrinterPresenter presenter, CancellationToken cancellationToken)
    {
        var status = await AskStatusAsync(cancellationToken) ?? PrinterStatusRules.NoAnswer;
        if (status.Media is not (MediaState.Unknown or MediaState.Retracted) || presenter.AskStatus.IsEmpty || status.Device == DeviceState.PowerOff) return status.Media;
        TakeWaiting();
        _plain = null;
        if (await _line.WriteAsync(presenter.AskStatus, _options.ReplyTimeout, cancellationToken))
            await TakeUntilAsync(() => _plain is not null, _options.ReplyTimeout, cancellationToken);
        return PrinterStatusRules.Judge(new PrinterAnswers { Presenter = _plain }).Media;
    }
}
