#pragma warning disable CA1416 // The agent runs on Linux alone.
using System.Security.Cryptography;
using DeviceAgent.Journal;
using DeviceAgent.Tests.Journal;
using DeviceAgent.Tests.Serial;
using DeviceAgent.Tests.Simulation;

namespace DeviceAgent.Tests.PowerLoss;

/// <summary>Files that the agent's user may not use, seen by a user without root's rights.</summary>
public sealed class DeniedAccessTests : IDisposable
{
    private const UnixFileMode OwnerFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly JournalFolder _folder = new();
    private readonly string _secrets, _key;

    public DeniedAccessTests()
    {
        _secrets = Path.Combine(_folder.Path, "secrets");
        _key = Path.Combine(_secrets, JournalKeys.FileName);
    }

    public void Dispose()
    {
        File.SetUnixFileMode(_folder.Path, OwnerFolder);
        _folder.Dispose();
    }

    // In octal: folder, file.
    [Theory]
    [InlineData("555", "666")]
    [InlineData("777", "000")]
    [InlineData("777", "444")]
    [InlineData("000", "666")]
    public void A_journal_that_may_not_be_written_is_never_opened_and_never_taken_for_a_missing_one(string folder, string file)
    {
        using (var journal = _folder.Create(new VirtualTime())) journal.Issue("1", journal.Identity.CreatedAt);
        var before = SHA256.HashData(File.ReadAllBytes(_folder.Database));
        File.SetUnixFileMode(_folder.Database, Mode(file));
        File.SetUnixFileMode(_folder.Path, Mode(folder));
        Assert.Equal(JournalFailure.Unwritable, Refusal(() => _folder.Open(new VirtualTime()).Dispose()));

        File.SetUnixFileMode(_folder.Path, OwnerFolder);
        File.SetUnixFileMode(_folder.Database, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Equal(before, SHA256.HashData(File.ReadAllBytes(_folder.Database)));
        using var again = _folder.Open(new VirtualTime());
        Assert.Equal(1, again.CountIssuances().Issued);
    }

    [Theory]
    [InlineData("555"), InlineData("000")]
    public void A_folder_that_may_not_be_written_never_gets_half_a_journal(string folder)
    {
        File.SetUnixFileMode(_folder.Path, Mode(folder));
        Assert.Equal(JournalFailure.Unwritable, Refusal(() => _folder.Create(new VirtualTime()).Dispose()));
        File.SetUnixFileMode(_folder.Path, OwnerFolder);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Theory]
    [InlineData(false), InlineData(true)]
    public void A_key_that_may_not_be_read_is_never_a_crash_and_never_replaced(bool credential)
    {
        Directory.CreateDirectory(_secrets);
        File.WriteAllBytes(_key, RandomNumberGenerator.GetBytes(JournalKeys.KeyBytes));
        var before = File.ReadAllBytes(_key);
        File.SetUnixFileMode(_key, UnixFileMode.None);
        File.SetUnixFileMode(_folder.Path, Mode("777"));
        var credentials = credential ? _secrets : null;
        Assert.Equal(JournalFailure.KeyUnusable, Refusal(() => JournalKeys.Load(_folder.Path, credentials).Dispose()));
        Assert.Equal(JournalFailure.KeyUnusable, Refusal(() => JournalKeys.LoadOrMake(_folder.Path, credentials, _folder.Database).Dispose()));
        File.SetUnixFileMode(_key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Equal(before, File.ReadAllBytes(_key));
        Assert.Single(Directory.EnumerateFileSystemEntries(_secrets));
    }

    private static UnixFileMode Mode(string octal) => (UnixFileMode)Convert.ToInt32(octal, 8);

    private static JournalFailure Refusal(Action action)
    {
        Exception? error = null;
        var thread = new Thread(() =>
        {
            Unprivileged.DropRightsOfThisThread();
            error = Record.Exception(action);
        });
        thread.Start();
        Assert.True(thread.Join(Limit));
        return Assert.IsType<JournalException>(error).Reason;
    }
}
