using System.Net.Sockets;
using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Contactless;
using DeviceAgent.Simulator.Contactless;

namespace DeviceAgent.Tests.Contactless;

/// <summary>One pcscd at a time: libpcsclite reads the name of its socket once for the whole process.</summary>
[CollectionDefinition(nameof(PcscReaderTests))]
public sealed class OnePcscd;

/// <summary>The real driver, the real libpcsclite and the real pcscd, with cards in vsmartcard's virtual reader.</summary>
[Collection(nameof(PcscReaderTests))]
public sealed class PcscReaderTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);
    private static readonly byte[] Uid = [0x04, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6];
    private static readonly PcscOptions OfTheKiosk = new() { Reader = PcscDaemon.ReaderName };

    private static CancellationToken TestEnds => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Codes_of_every_kind_of_card_are_read_and_each_card_is_told_once()
    {
        using var daemon = await PcscDaemon.StartAsync();
        await using var reader = await OpenAsync();
        await AttachedAsync(reader, 2);
        Assert.Equal($"{PcscDaemon.ReaderName} 0 00 00, {PcscDaemon.ReaderName} 0 00 01", reader.Model);
        SimulatedCard[] cards =
        [
            new Type2Card(NdefBytes.Text("8012")) { Uid = Uid },
            new Type4Card(NdefBytes.Uri(4, "example.com/8012")) { Uid = Uid, MaxAnswer = 32, CorrectsLength = true },
            SimulatedCard.Bare(1, 2, 3, 4),
        ];
        string?[] expected = ["8012", "https://example.com/8012", null];
        for (var i = 0; i < cards.Length; i++)
        {
            using (daemon.Insert(cards[i]))
            {
                var card = await NextAsync(reader, CardReaderEventKind.CardPresented);
                Assert.Equal(expected[i], (await NdefReader.ReadAsync(card.Card!, 1024, TestEnds)).Text);
                Assert.Equal(Convert.ToHexString(cards[i].Uid), await NdefReader.ReadUidAsync(card.Card!, TestEnds));
                Assert.EndsWith("00 00", card.Reader, StringComparison.Ordinal);
            }
            await NextAsync(reader, CardReaderEventKind.CardGone);
        }
    }

    [Fact]
    public async Task A_reader_of_another_name_is_not_listened_to()
    {
        using var daemon = await PcscDaemon.StartAsync();
        await using var other = await OpenAsync(new() { Reader = "Another reader" });
        await using var second = await OpenAsync(new() { Reader = $"{PcscDaemon.ReaderName} 0 00 01" });
        Assert.Equal("", other.Model);
        await AttachedAsync(second, 1);
        using var first = daemon.Insert(new Type2Card(NdefBytes.Text("8012")) { Uid = Uid });
        using var card = daemon.Insert(new Type2Card(NdefBytes.Text("8013")) { Uid = Uid }, slot: 1);
        var presented = await NextAsync(second, CardReaderEventKind.CardPresented);
        Assert.Equal("8013", (await NdefReader.ReadAsync(presented.Card!, 1024, TestEnds)).Text);
        using var stop = new CancellationTokenSource();
        var nothing = other.ReadAsync(stop.Token).AsTask();
        Assert.False(nothing.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => nothing);
    }

    [Fact]
    public async Task A_card_that_leaves_in_the_middle_gives_no_code_and_its_return_does()
    {
        using var daemon = await PcscDaemon.StartAsync();
        await using var reader = await OpenAsync();
        await AttachedAsync(reader, 2);
        var card = new Type4Card(NdefBytes.Text("8012")) { Uid = Uid, LeavesInExchange = 4 };
        using (daemon.Insert(card))
        {
            var presented = await NextAsync(reader, CardReaderEventKind.CardPresented);
            Assert.Equal(NdefOutcome.Left, (await NdefReader.ReadAsync(presented.Card!, 1024, TestEnds)).Outcome);
        }
        // It may be presented again before pcscd has noticed.
        while ((await NextAsync(reader)).Kind != CardReaderEventKind.CardGone) { }
        card.LeavesInExchange = 0;
        using (daemon.Insert(card))
        {
            var presented = await NextAsync(reader, CardReaderEventKind.CardPresented);
            Assert.Equal("8012", (await NdefReader.ReadAsync(presented.Card!, 1024, TestEnds)).Text);
        }
    }

    [Fact]
    public async Task A_card_that_another_program_holds_is_in_use_and_read_when_it_is_free()
    {
        using var daemon = await PcscDaemon.StartAsync();
        await using var holder = await OpenAsync();
        await using var reader = await OpenAsync();
        await AttachedAsync(holder, 2);
        await AttachedAsync(reader, 2);
        using var inserted = daemon.Insert(new Type2Card(NdefBytes.Text("8012")) { Uid = Uid });
        var held = await NextAsync(holder, CardReaderEventKind.CardPresented);
        Assert.Equal("8012", (await NdefReader.ReadAsync(held.Card!, 1024, TestEnds)).Text); // and keeps it
        var wanted = await NextAsync(reader, CardReaderEventKind.CardPresented);
        Assert.Equal(NdefOutcome.InUse, (await NdefReader.ReadAsync(wanted.Card!, 1024, TestEnds)).Outcome);
        var let = holder.ReadAsync(TestEnds).AsTask(); // lets go of it
        wanted = await NextAsync(reader, CardReaderEventKind.CardPresented);
        Assert.Equal("8012", (await NdefReader.ReadAsync(wanted.Card!, 1024, TestEnds)).Text);
        Assert.False(let.IsCompleted);
    }

    [Fact]
    public async Task Nothing_wakes_up_while_no_card_is_there()
    {
        using var daemon = await PcscDaemon.StartAsync();
        await using var reader = await OpenAsync();
        await AttachedAsync(reader, 2);
        var read = reader.ReadAsync(TestEnds).AsTask();
        var before = reader.WakeUps;
        // That nothing happens takes time to see; pcscd itself asks its virtual reader twice in it.
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, TestEnds);
        Assert.Equal(before, reader.WakeUps);
        Assert.False(read.IsCompleted);
    }

    [Fact]
    public async Task Without_pcscd_the_fault_has_a_name_and_its_coming_is_enough()
    {
        PcscDaemon.Require();
        File.Delete(PcscDaemon.SocketPath);
        var error = await Assert.ThrowsAsync<DeviceLostException>(() => OpenAsync().AsTask());
        Assert.Equal((DeviceLoss.Unplugged, PcscFault.NoService), (error.Loss, PcscReader.FaultOf(error.Loss, wasOpen: false)));
        using var daemon = await PcscDaemon.StartAsync();
        await using var reader = await OpenAsync();
        await AttachedAsync(reader, 2);
    }

    [Fact]
    public async Task A_program_that_pcscd_refuses_is_told_so()
    {
        // As pcscd hangs up on a program that polkit does not allow: winscard_svc.c, ContextThread.
        PcscDaemon.Require();
        File.Delete(PcscDaemon.SocketPath);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(PcscDaemon.SocketPath));
        socket.Listen();
        var refuse = Task.Run(async () => (await socket.AcceptAsync(TestEnds)).Dispose(), TestEnds);
        var error = await Assert.ThrowsAsync<DeviceLostException>(() => OpenAsync().AsTask());
        await refuse;
        Assert.Equal((DeviceLoss.Denied, PcscFault.Denied), (error.Loss, PcscReader.FaultOf(error.Loss, wasOpen: false)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_pcscd_that_ends_is_noticed_at_once_and_the_next_one_is_taken(bool crashes)
    {
        var files = 0;
        for (var round = 0; round < 5; round++)
        {
            using var daemon = await PcscDaemon.StartAsync();
            await using var reader = await OpenAsync();
            await AttachedAsync(reader, 2);
            var card = new Type4Card(NdefBytes.Text("8012")) { Uid = Uid };
            using (daemon.Insert(card))
            {
                // In the middle of a card.
                var presented = await NextAsync(reader, CardReaderEventKind.CardPresented);
                Assert.Equal(3, (await presented.Card!.ExchangeAsync(Apdu.SelectFile(0xE103), new byte[258], TestEnds)).Count + 1);
                if (crashes) daemon.Crash();
                else daemon.Terminate();
                Assert.NotEqual(NdefOutcome.Text, await OutcomeAsync(presented.Card));
                var error = await Assert.ThrowsAsync<DeviceLostException>(async () =>
                {
                    while (true) await NextAsync(reader);
                });
                Assert.Equal((DeviceLoss.Unplugged, PcscFault.ServiceStopped), (error.Loss, PcscReader.FaultOf(error.Loss, wasOpen: true)));
            }
            if (round == 1) files = ProcessLoad.Now().Files;
        }
        Assert.InRange(ProcessLoad.Now().Files, 0, files + 30);
    }

    [Fact]
    public async Task A_pcscd_that_answers_nothing_is_stalled_and_holds_no_more_than_a_few_threads()
    {
        using var daemon = await PcscDaemon.StartAsync();
        var impatient = OfTheKiosk with { CallTimeout = PcscOptions.MinCallTimeout };
        await using (var reader = await OpenAsync())
        {
            await AttachedAsync(reader, 2);
        }
        daemon.Freeze();
        for (var i = 0; i < 6; i++)
        {
            var error = await Assert.ThrowsAsync<DeviceLostException>(() => OpenAsync(impatient).AsTask());
            Assert.Equal((DeviceLoss.Stalled, PcscFault.Stalled), (error.Loss, PcscReader.FaultOf(error.Loss, wasOpen: false)));
        }
        Assert.InRange(PcscReader.LivingThreads, 1, 8);
        daemon.Thaw();
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        while (PcscReader.LivingThreads > 0)
        {
            Assert.False(limit.IsCancellationRequested, $"{PcscReader.LivingThreads} threads are left");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestEnds);
        }
        await using var again = await OpenAsync();
        await AttachedAsync(again, 2);
    }

    [Fact]
    public async Task Inserted_and_removed_200_times_in_every_slot_at_once_nothing_is_missed_and_nothing_leaks()
    {
        // pcscd asks a virtual reader every 400 ms: fourteen slots side by side make it quicker.
        using var daemon = await PcscDaemon.StartAsync(PcscDaemon.MaxReaders);
        const int slots = PcscDaemon.MaxReaders * PcscDaemon.SlotsPerReader, rounds = 15;
        (int Files, int Threads) before;
        await using (var reader = await OpenAsync(OfTheKiosk with { CallTimeout = PcscOptions.MaxCallTimeout }))
        {
            await AttachedAsync(reader, slots);
            before = ProcessLoad.Now();
            var read = 0;
            for (var round = 0; round < rounds; round++)
            {
                var cards = Enumerable.Range(0, slots).Select(s => daemon.Insert(new Type4Card(NdefBytes.Text($"{round}/{s}")) { Uid = Uid }, s)).ToList();
                var codes = new List<string?>();
                while (codes.Count < slots)
                {
                    var presented = await NextAsync(reader, CardReaderEventKind.CardPresented);
                    codes.Add((await NdefReader.ReadAsync(presented.Card!, 1024, TestEnds)).Text);
                }
                read += codes.Count;
                Assert.Equal(Enumerable.Range(0, slots).Select(s => $"{round}/{s}").Order(), codes.Order());
                foreach (var card in cards) card.Dispose();
                for (var gone = 0; gone < slots; gone++) await NextAsync(reader, CardReaderEventKind.CardGone);
            }
            Assert.True(read >= 200);
        }
        await ProcessLoad.ReturnsToAsync(before);
        Assert.Equal(0, PcscReader.LivingThreads);
    }

    private static ValueTask<PcscReader> OpenAsync(PcscOptions? options = null) => PcscReader.OpenAsync(options ?? OfTheKiosk, null, TestEnds);

    private static async Task<NdefOutcome> OutcomeAsync(ICardChannel card)
    {
        try
        {
            return (await NdefReader.ReadAsync(card, 1024, TestEnds).AsTask().WaitAsync(Limit, TestEnds)).Outcome;
        }
        catch (DeviceLostException)
        {
            return NdefOutcome.Left;
        }
    }

    private static async Task AttachedAsync(PcscReader reader, int slots)
    {
        for (var i = 0; i < slots; i++) await NextAsync(reader, CardReaderEventKind.ReaderAttached);
    }

    private static async Task<CardReaderEvent> NextAsync(PcscReader reader) => await reader.ReadAsync(TestEnds).AsTask().WaitAsync(Limit, TestEnds);

    private static async Task<CardReaderEvent> NextAsync(PcscReader reader, CardReaderEventKind expected)
    {
        var happened = await NextAsync(reader);
        Assert.Equal(expected, happened.Kind);
        return happened;
    }
}
