#pragma warning disable CA1416 // The agent runs on Linux alone.
using System.Globalization;
using System.Text;

namespace DeviceAgent.Journal;

/// <summary>A small file beside the journal that remembers which one belongs here: a database that was put back from a copy, or is gone, does not go unseen.</summary>
/// <param name="Epoch">0: the marker is there and does not read.</param>
internal sealed record JournalMarker(Guid JournalId, int Epoch)
{
    private const int LongestBytes = 128;

    public static string PathFor(string journal) => Path.ChangeExtension(journal, ".marker");

    /// <returns>Null when there is none.</returns>
    /// <exception cref="JournalException">Unwritable: it is there and cannot be read.</exception>
    public static JournalMarker? Read(string journal)
    {
        var path = PathFor(journal);
        try
        {
            if (!File.Exists(path)) return null;
            using var file = File.OpenHandle(path);
            var bytes = new byte[LongestBytes];
            var words = Encoding.UTF8.GetString(bytes, 0, RandomAccess.Read(file, bytes, 0)).Split(' ', '\n');
            return words.Length >= 3 && Guid.TryParseExact(words[0], "D", out var id)
                && int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var epoch) && epoch > 0
                ? new(id, epoch)
                : new(Guid.Empty, 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JournalException(JournalFailure.Unwritable, $"{path} cannot be read: {e.Message}", inner: e);
        }
    }

    /// <exception cref="JournalException">Unwritable.</exception>
    public void Write(string journal)
    {
        var path = PathFor(journal);
        try
        {
            DurableFiles.Replace(path, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{JournalId:D} {Epoch}\n")));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JournalException(JournalFailure.Unwritable, $"{path} cannot be written: {e.Message}", inner: e);
        }
    }
}
