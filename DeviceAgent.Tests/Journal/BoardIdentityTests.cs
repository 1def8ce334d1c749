using DeviceAgent.Journal;

namespace DeviceAgent.Tests.Journal;

public sealed class BoardIdentityTests : IDisposable
{
    private static readonly Guid Journal = new("0d4bb6b8-0c3f-4e8e-9d0e-2f6f5ad3a001");
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("board-");

    public void Dispose() => _root.Delete(recursive: true);

    private BoardIdentity Machine(string? serial = null, string? uuid = null, string? machineId = null)
    {
        Write("sys/firmware/devicetree/base/serial-number", serial);
        Write("sys/class/dmi/id/product_uuid", uuid);
        Write("etc/machine-id", machineId);
        return BoardIdentity.Read(_root.FullName);
    }

    private void Write(string path, string? text)
    {
        var file = Path.Combine(_root.FullName, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.Delete(file);
        if (text is not null) File.WriteAllText(file, text);
    }

    private static string? WhyAnother(BoardIdentity here, BoardIdentity kept)
    {
        var stored = kept.Of(Journal).ToDictionary(k => k.Key, k => k.Value);
        return here.WhyAnother(Journal, key => stored[key]);
    }

    [Fact]
    public void What_a_machine_tells_is_read_without_its_line_ends()
    {
        Assert.Equal(new BoardIdentity("10000000a1b2c3d4", "4c4c4544-0042", "3d1219c7"), Machine("10000000a1b2c3d4\0", "4C4C4544-0042\n", "3d1219c7\n"));
        Assert.Equal(new BoardIdentity("", "", ""), Machine());
        Assert.Equal(new BoardIdentity("", "", ""), Machine("0000000000000000\0", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF\n", "uninitialized\n"));
    }

    [Fact]
    public void A_card_in_another_board_never_passes_for_the_first_although_it_carries_the_machine_id_along()
    {
        var first = Machine("10000000a1b2c3d4", null, "3d1219c7");
        Assert.Null(WhyAnother(first, first));
        Assert.Contains("another board", WhyAnother(Machine("10000000ffff0001", null, "3d1219c7"), first), StringComparison.Ordinal);
        Assert.NotNull(WhyAnother(Machine(null, null, "3d1219c7"), first));
    }

    [Fact]
    public void A_reinstalled_system_on_the_same_board_is_never_another_board()
    {
        var before = Machine("10000000a1b2c3d4", null, "3d1219c7");
        Assert.Null(WhyAnother(Machine("10000000a1b2c3d4", null, "aaaa0001"), before));
    }

    [Fact]
    public void What_only_root_may_read_never_makes_the_agents_user_see_another_board()
    {
        var asRoot = Machine(null, "4c4c4544-0042", "3d1219c7");
        var asUser = asRoot with { ProductUuid = null };
        Assert.Null(WhyAnother(asUser, asRoot));
        Assert.Null(WhyAnother(asRoot, asUser));
        Assert.NotNull(WhyAnother(asUser with { MachineId = "aaaa0001" }, asRoot));
        Assert.NotNull(WhyAnother(asRoot with { ProductUuid = "4c4c4544-0043" }, asRoot));
    }

    [Fact]
    public void Nothing_of_the_machine_can_be_told_from_what_is_kept()
    {
        var kept = Machine("10000000a1b2c3d4", null, "3d1219c7").Of(Journal);
        Assert.Equal(64, kept[0].Value!.Length);
        Assert.Equal("none", kept[1].Value);
        Assert.NotEqual(kept[0].Value, Machine("10000000a1b2c3d4", null, "3d1219c7").Of(Guid.NewGuid())[0].Value);
    }
}
