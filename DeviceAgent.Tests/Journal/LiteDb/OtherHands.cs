using DeviceAgent.Journal.LiteDb;

namespace DeviceAgent.Tests.Journal.LiteDb;

/// <summary>Other releases, and whoever else writes into a file of the LiteDB engine.</summary>
internal static class OtherHands
{
    /// <summary>Writes what no journal of this release would.</summary>
    public static void Doctor(string path, Action<LiteFile> change)
    {
        using var database = LiteFile.Open(path, 1 << 20);
        database.IsOurs = true;
        database.Begin();
        change(database);
        database.Commit();
    }
}
