using System.Diagnostics;
using System.Security.Cryptography;
using DeviceAgent.Devices;
using DeviceAgent.Drivers.Printing;
using DeviceAgent.Hosting;
using DeviceAgent.Issuance;
using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Platform.Gateway;
using DeviceAgent.Platform.Sync;
using DeviceAgent.Simulator;
using DeviceAgent.Simulator.Kiosk;
using DeviceAgent.Simulator.Printing;
using DeviceAgent.Simulator.Scanning;
using DeviceAgent.Tickets;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Benchmarks;

/// <summary>The agent's own parts, put together as AgentHost does, between pseudo-terminals, with a platform that answers at once.</summary>
internal sealed class InProcessKiosk : IBusTvmApi, IAsyncDisposable
{
    private readonly TimeProvider _time = TimeProvider.System;
    private readonly AgentLoop _loop = new();
    private readonly PseudoTerminal _scannerLine = new(), _printerLine = new();
    private readonly FirstByteWatch _watch = new();
    private readonly JournalKeys _keys = JournalKeys.FromKey(RandomNumberGenerator.GetBytes(JournalKeys.KeyBytes));
    private readonly ILoggerFactory _loggers = LoggerFactory.Create(logging => logging.AddProvider(new WrittenLog()));
    private readonly CancellationTokenSource _stop = new();
    private readonly SimulatedPrinter _paper;
    private readonly SimulatedScanner _wand;
    private readonly DatagramReceiver _lamps;
    private readonly SqliteJournal _journal;
    private readonly GuidanceLights _lights;
    private readonly OutboxSender _sender;
    private readonly PrinterStation _printer;
    private readonly ScannerStation _scanner;
    private readonly IssuanceDesk _desk;
    private Task _running = Task.CompletedTask;
    private TaskCompletionSource<(long Asked, long Answered)> _gateway = new();

    private InProcessKiosk(string folder)
    {
        // A roll of 80 m would end after some 600 tickets.
        _paper = new(_printerLine, SimulatedPrinterOptions.Profile("exact") with { PaperMillimetres = 1e7 }, _time);
        _paper.SaveBytesTo(_watch);
        _wand = new(_scannerLine);
        var lights = Path.Combine(folder, "lights.sock");
        _lamps = new(lights, _ => { });
        _lights = GuidanceLights.Open(new() { Backend = Devices.LightsBackend.Simulated, Path = lights }, _time, _loggers.CreateLogger("lights"));
        _journal = SqliteJournal.Create(Path.Combine(folder, SqliteJournal.FileName), new(), _keys, _time);
        _sender = new(_journal, new Dictionary<string, IReportRoute> { [ReportKinds.BusBook] = new BusBookRoute(this) }, new(), _time, Random.Shared, _loggers.CreateLogger("outbox"));
        var port = new EscPosPort(_printerLine.DevicePath, new() { BaudRate = 115_200 }, PrinterProfile.Default.ApplyTo(new()), _time);
        _printer = new(port, new() { Time = _time, Logger = _loggers.CreateLogger("printer") }, Random.Shared);
        _desk = new(new()
        {
            Journal = _journal,
            CheckJournal = _ => Task.FromResult(_journal.QuickCheck(out var findings) ? null : new JournalException(JournalFailure.Corrupt, findings)),
            Platform = this,
            Printer = _printer,
            Guidance = _lights,
            Templates = new KioskTemplates(48, "K-0001", "400-000-0000"),
            PassengerCheck = new CodeIsEnough(),
            Claims = new SoleIssuer(),
            Allocation = new TicketsFromOrder(),
            Time = _time,
            Logger = _loggers.CreateLogger("desk"),
            WakeSender = _sender.Wake,
            SenderHold = () => _sender.Hold?.Reason,
            PlatformSilentFor = () => null,
            ClockIsTrusted = () => true,
            DiskReserveUsed = () => false,
            Alarms = new NoAlarms(),
            MaxReports = 10_000,
        }, new(), Samples.Settings);
        _scanner = new(new Devices.ScannerOptions { Path = _scannerLine.DevicePath }.Port(_time), code => _desk.Offer(code), () => _desk.TakesCodes, new()
        {
            Time = _time,
            Logger = _loggers.CreateLogger("scanner"),
        });
        _desk.TakesCodesChanged += _scanner.Reconsider;
    }

    public static async Task<InProcessKiosk> StartAsync(string folder)
    {
        var kiosk = new InProcessKiosk(folder);
        kiosk._paper.Start();
        var stop = kiosk._stop.Token;
        kiosk._running = Task.WhenAll(kiosk._loop.Start(kiosk._desk.RunAsync), kiosk._loop.Start(() => kiosk._sender.RunAsync(stop)),
            kiosk._loop.Start(() => kiosk._printer.RunAsync(stop)), kiosk._loop.Start(() => kiosk._scanner.RunAsync(stop)));
        await kiosk.UntilAsync(() => kiosk._desk.State is { InHand: null, NotReady.Count: 0 } && kiosk._scanner.Device == Drivers.DeviceState.Online, TimeSpan.FromSeconds(30));
        return kiosk;
    }

    public void Send(ReadOnlySpan<byte> scanned) => _wand.ScanBytes(scanned);

    /// <summary>The moments of the next pick-up: the ticket's first byte at the printer, and the gateway's request and answer.</summary>
    public (Task<long> FirstByte, Task<(long Asked, long Answered)> Gateway) Expect()
    {
        _gateway = new();
        return (_watch.Next(), _gateway.Task);
    }

    /// <summary>The order is issued and reported, and the desk is free.</summary>
    public Task UntilIdleAsync(string orderNumber, TimeSpan limit) => UntilAsync(() => _desk.State.InHand is null && _journal.Counts.Waiting == 0
        && _journal.Find(Journey.Bus, orderNumber) is { State: IssuanceState.Issued, ReportState: "confirmed" }, limit);

    public Task<TopResult<TvmQueryOrderResponse>> QueryOrderAsync(string alitripOrderId, CancellationToken cancellationToken)
    {
        var asked = Stopwatch.GetTimestamp();
        var answer = Task.FromResult(TopResult.Of(Samples.Answer(alitripOrderId, 1)));
        _gateway.TrySetResult((asked, Stopwatch.GetTimestamp()));
        return answer;
    }

    public Task<TopResult<TvmBookOrderResponse>> SetBookOrderAsync(TvmBookOrderRequest request, CancellationToken cancellationToken) =>
        Task.FromResult(TopResult.Of(new TvmBookOrderResponse { IsSuccess = true }));

    public async ValueTask DisposeAsync()
    {
        await _loop.Start(() =>
        {
            _desk.Stop();
            _desk.StopHard();
            return Task.CompletedTask;
        });
        await _stop.CancelAsync();
        await _running;
        _desk.Dispose();
        _lights.Dispose();
        await _lamps.DisposeAsync();
        _journal.Dispose();
        _keys.Dispose();
        _paper.Dispose();
        _printerLine.Dispose();
        _scannerLine.Dispose();
        _loggers.Dispose();
        await _watch.DisposeAsync();
        _stop.Dispose();
    }

    /// <summary>Asks on the agent's loop, between pick-ups only: what is measured meets no question.</summary>
    private async Task UntilAsync(Func<bool> condition, TimeSpan limit)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await _loop.AskAsync(condition, CancellationToken.None))
        {
            if (_running.IsCompleted) await _running;
            if (Stopwatch.GetElapsedTime(started) > limit) throw new TimeoutException("The kiosk did not become idle.");
            await Task.Delay(1);
        }
    }

    /// <summary>What a log line costs is part of the pick-up; where it goes is not.</summary>
    private sealed class WrittenLog : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            TextWriter.Null.WriteLine(formatter(state, exception));

        public void Dispose()
        {
            // It holds nothing.
        }
    }

    /// <summary>Sees each byte as soon as the printer has read it from the line; ESC @ (1Bh 40h) begins a document.</summary>
    private sealed class FirstByteWatch : Stream
    {
        private volatile TaskCompletionSource<long>? _next;
        private byte _last;

        public Task<long> Next()
        {
            var next = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
            _next = next;
            return next.Task;
        }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (buffer.IsEmpty) return;
            var begins = (_last == 0x1B && buffer is [0x40, ..]) || buffer.IndexOf("\x1B@"u8) >= 0;
            if (begins && Interlocked.Exchange(ref _next, null) is { } next) next.TrySetResult(Stopwatch.GetTimestamp());
            _last = buffer[^1];
        }

        public override void Flush()
        {
            // Nothing is kept.
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
