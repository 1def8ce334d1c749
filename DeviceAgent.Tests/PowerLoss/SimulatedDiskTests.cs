using System.Text;

namespace DeviceAgent.Tests.PowerLoss;

/// <summary>The disk of the replay loses exactly what a disk may lose.</summary>
public sealed class SimulatedDiskTests
{
    private const string Database = "/d/s/j";
    private readonly SimulatedDisk _disk = new("/d");
    private int _place;

    private void Call(string name, string arguments, string path = "", string? error = null, params byte[][] strings) =>
        _disk.Apply(new(_place++, _place++, name, arguments, path.Length == 0 ? [] : [path], strings, error is null ? strings.LastOrDefault()?.Length ?? 0 : -1, error));

    private void Make(string path) => Call("openat", "AT_FDCWD, , O_RDWR|O_CREAT, 0600", "/", null, Encoding.UTF8.GetBytes(path));

    private void Folder(string path) => Call("mkdir", ", 0700", "", null, Encoding.UTF8.GetBytes(path));

    private void Write(int offset, byte value, int count) => Call("pwrite64", $"3, , {count}, {offset}", Database, null, [.. Enumerable.Repeat(value, count)]);

    private void Sync(string path, string? error = null) => Call("fsync", "3", path, error);

    private byte[]? After(Survival survival, int block = 4096, int seed = 1) => _disk.Cut(survival, block, new Random(seed)).GetValueOrDefault(Database);

    /// <summary>A file with a durable name and nothing in it.</summary>
    private void MakeDurable()
    {
        Folder("/d/s");
        Make(Database);
        Sync("/d/s");
        Sync("/d");
    }

    [Fact]
    public void A_write_is_never_durable_before_its_sync()
    {
        MakeDurable();
        Write(0, 1, 5000);
        Assert.Equal([], After(Survival.None)!);
        Assert.Equal(Enumerable.Repeat((byte)1, 5000), After(Survival.All)!);
        Sync(Database);
        Assert.Equal(Enumerable.Repeat((byte)1, 5000), After(Survival.None)!);
        Write(0, 2, 10);
        Assert.Equal(1, After(Survival.None)![0]);
        Assert.Equal(2, After(Survival.All)![0]);
    }

    [Theory]
    [InlineData(4096), InlineData(512)]
    public void Blocks_are_torn_from_each_other_but_never_in_themselves(int block)
    {
        MakeDurable();
        Write(0, 1, 16384);
        Sync(Database);
        Write(0, 2, 16384);
        Write(0, 3, 16384);
        var mixtures = new HashSet<string>();
        for (var seed = 0; seed < 200; seed++)
        {
            var content = After(Survival.Some, block, seed)!;
            var blocks = content.Chunk(block).Select(b => b.Distinct().Single());
            mixtures.Add(string.Concat(blocks));
        }
        Assert.True(mixtures.Count > 50, $"{mixtures.Count} mixtures");
        Assert.Contains(mixtures, m => m.Contains('1') && m.Contains('2') && m.Contains('3'));
    }

    [Fact]
    public void A_length_is_never_durable_before_its_sync()
    {
        MakeDurable();
        Write(0, 1, 8192);
        Sync(Database);
        Call("ftruncate", "3, 100", Database);
        Assert.Equal(8192, After(Survival.None)!.Length);
        Assert.Equal(100, After(Survival.All)!.Length);
        Assert.Equal([100, 8192], Enumerable.Range(0, 50).Select(s => After(Survival.Some, seed: s)!.Length).Distinct().Order());
        Call("ftruncate", "3, 8192", Database);
        Sync(Database);
        Assert.Equal(100, After(Survival.None)!.Count(b => b == 1));
    }

    [Fact]
    public void A_name_is_never_durable_before_its_folder_is_synced()
    {
        Folder("/d/s");
        Make(Database);
        Sync(Database);
        Assert.Null(After(Survival.None));
        Sync("/d/s");
        Assert.Null(After(Survival.None));
        Sync("/d");
        Assert.NotNull(After(Survival.None));
        Call("unlink", "", "", null, Encoding.UTF8.GetBytes(Database));
        Assert.NotNull(After(Survival.None));
        Assert.Null(After(Survival.All));
    }

    [Fact]
    public void A_renamed_file_is_never_gone_under_both_names()
    {
        MakeDurable();
        Make("/d/s/new");
        Call("rename", ", ", "", null, "/d/s/new"u8.ToArray(), Encoding.UTF8.GetBytes(Database));
        for (var seed = 0; seed < 20; seed++) Assert.NotNull(After(Survival.Some, seed: seed));
    }

    [Fact]
    public void What_a_failed_sync_dropped_never_comes_back_with_the_next_one()
    {
        MakeDurable();
        Write(0, 1, 4096);
        Sync(Database);
        Write(0, 2, 4096);
        Sync(Database, "EIO");
        Sync(Database);
        Assert.Equal(1, After(Survival.All)![0]);
        // Its page is written in whole once something in it is written again.
        Write(100, 3, 1);
        Sync(Database);
        Assert.Equal((2, 3), (After(Survival.None)![0], After(Survival.None)![100]));
    }

    [Fact]
    public void A_call_that_is_not_replayed_is_never_overlooked()
    {
        MakeDurable();
        Assert.Throws<InvalidDataException>(() => Call("fallocate", "3, 0, 0, 100", Database));
        Assert.Throws<InvalidDataException>(() => Call("mmap", "NULL, 100, PROT_WRITE, MAP_SHARED, 3, 0", Database));
        Assert.Throws<InvalidDataException>(() => Call("write", "3, , 1", Database, null, "a"u8.ToArray()));
        Assert.Throws<InvalidDataException>(() => Call("pwrite64", "3, , 1, 0", "/d/s/other", null, "a"u8.ToArray()));
        Call("write", "3, , 1", "/elsewhere", null, "a"u8.ToArray());
    }
}
