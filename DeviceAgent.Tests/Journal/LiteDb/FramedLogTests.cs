using DeviceAgent.Journal.LiteDb;

namespace DeviceAgent.Tests.Journal.LiteDb;

/// <summary>The log by itself, with pages that LiteDB never wrote.</summary>
public sealed class FramedLogTests : IDisposable
{
    private const int FrameBytes = FramedLog.PageBytes + 32;
    private readonly JournalFolder _folder = new();

    public FramedLogTests() => File.WriteAllBytes(Log, []);

    public void Dispose() => _folder.Dispose();

    private string Log => Path.Combine(_folder.Path, "log");

    private static byte[] Page(byte content) => [.. Enumerable.Repeat(content, FramedLog.PageBytes)];

    private static void Append(FramedLog log, params ReadOnlySpan<byte> pages)
    {
        foreach (var page in pages)
        {
            log.Position = log.Length;
            log.Write(Page(page));
        }
    }

    private static byte[] Pages(FramedLog log)
    {
        var bytes = new byte[log.Length];
        log.Position = 0;
        log.ReadExactly(bytes);
        var pages = bytes.Chunk(FramedLog.PageBytes).ToList();
        Assert.All(pages, p => Assert.Equal(Page(p[0]), p));
        return [.. pages.Select(p => p[0])];
    }

    private byte[] Reopened()
    {
        using var log = FramedLog.Open(Log);
        return Pages(log);
    }

    [Fact]
    public void A_page_is_never_read_otherwise_than_it_was_written()
    {
        using var log = FramedLog.Open(Log);
        Append(log, 1, 2);
        Assert.Equal([1, 2], Pages(log));
        Assert.Equal(0, new FileInfo(Log).Length);
        log.MakeDurable();
        Append(log, 3);
        Assert.Equal([1, 2, 3], Pages(log));
    }

    [Fact]
    public void What_was_not_made_durable_is_never_there_again()
    {
        using (var log = FramedLog.Open(Log))
        {
            Append(log, 1, 2);
            log.MakeDurable();
            Append(log, 3);
        }
        Assert.Equal([1, 2], Reopened());
    }

    [Fact]
    public void A_commit_that_is_torn_anywhere_is_never_there_in_part()
    {
        using (var log = FramedLog.Open(Log))
        {
            Append(log, 1);
            log.MakeDurable();
            Append(log, 2, 3, 4);
            log.MakeDurable();
        }
        var whole = File.ReadAllBytes(Log);
        for (var sector = FrameBytes; sector < whole.Length; sector += 512)
        {
            var torn = whole.ToArray();
            torn.AsSpan(sector, Math.Min(512, torn.Length - sector)).Clear();
            File.WriteAllBytes(Log, torn);
            Assert.Equal([1], Reopened());
            File.WriteAllBytes(Log, whole[..sector]);
            Assert.Equal([1], Reopened());
        }
        File.WriteAllBytes(Log, whole);
        Assert.Equal([1, 2, 3, 4], Reopened());
    }

    [Fact]
    public void What_an_emptied_log_held_never_comes_back_behind_new_pages()
    {
        using (var log = FramedLog.Open(Log))
        {
            Append(log, 1, 2, 3);
            log.MakeDurable();
            log.SetLength(0);
            Assert.Empty(Pages(log));
            Append(log, 7);
            log.MakeDurable();
        }
        Assert.Equal(3 * FrameBytes, new FileInfo(Log).Length);
        Assert.Equal([7], Reopened());
    }

    [Fact]
    public void A_torn_commit_never_stands_behind_the_one_that_replaced_it()
    {
        using (var log = FramedLog.Open(Log))
        {
            Append(log, 1);
            log.MakeDurable();
            Append(log, 2, 3);
            log.MakeDurable();
        }
        // Frame 1 did not reach the disk, frame 2 did.
        var torn = File.ReadAllBytes(Log);
        torn.AsSpan(FrameBytes, FrameBytes).Clear();
        File.WriteAllBytes(Log, torn);
        using (var log = FramedLog.Open(Log))
        {
            Assert.Equal([1], Pages(log));
            Append(log, 2);
            log.MakeDurable();
        }
        Assert.Equal([1, 2], Reopened());
    }

    [Fact]
    public void The_log_never_takes_what_is_no_whole_page_at_its_end()
    {
        using var log = FramedLog.Open(Log);
        Append(log, 1);
        Assert.Throws<NotSupportedException>(() => log.Write(new byte[100]));
        log.Position = 0;
        Assert.Throws<NotSupportedException>(() => log.Write(Page(2)));
        Assert.Throws<NotSupportedException>(() => log.SetLength(1));
    }
}
