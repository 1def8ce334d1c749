#pragma warning disable CA1416 // The agent runs on Linux alone.
using System.Text;
using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Tests.Simulation;
using static DeviceAgent.Tests.Journal.JournalSamples;

namespace DeviceAgent.Tests.Journal;

/// <summary>The key, and what becomes of personal data without it.</summary>
public sealed class JournalKeysTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly VirtualTime _time = new();
    private readonly JournalFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private DateTimeOffset Now => _time.GetUtcNow();

    private string KeyFile => Path.Combine(_folder.Path, "secrets", "journal-key");

    private static JournalKeys Other() => JournalKeys.FromKey(new byte[JournalKeys.KeyBytes]);

    [Fact]
    public void A_value_never_opens_with_another_key_elsewhere_or_changed()
    {
        using var other = Other();
        var plain = "secret"u8.ToArray();
        var box = _folder.Keys.Seal(plain, "outbox", 7, "personal");
        Assert.Equal(plain, _folder.Keys.Open(box, "outbox", 7, "personal"));
        Assert.NotEqual(box, _folder.Keys.Seal(plain, "outbox", 7, "personal"));
        Assert.Null(other.Open(box, "outbox", 7, "personal"));
        Assert.Null(JournalKeys.None.Open(box, "outbox", 7, "personal"));
        Assert.Null(_folder.Keys.Open(box, "outbox", 8, "personal"));
        Assert.Null(_folder.Keys.Open(box, "outbox", 7, "payload"));
        Assert.Null(_folder.Keys.Open(box, "issuance", 7, "personal"));
        for (var i = 0; i < box.Length; i++)
        {
            var changed = (byte[])box.Clone();
            changed[i] ^= 1;
            Assert.Null(_folder.Keys.Open(changed, "outbox", 7, "personal"));
            Assert.Null(_folder.Keys.Open(box.AsSpan(0, i), "outbox", 7, "personal"));
        }
        Assert.Equal(JournalFailure.KeyMissing, Assert.Throws<JournalException>(() => JournalKeys.None.Seal(plain, "outbox", 7, "personal")).Reason);
    }

    [Fact]
    public void A_key_is_made_once_and_never_while_a_journal_would_miss_the_lost_one()
    {
        Assert.Equal("", JournalKeys.Load(_folder.Path, null).KeyId);
        File.WriteAllText(_folder.Database, "");
        Assert.Equal("", JournalKeys.LoadOrMake(_folder.Path, null, _folder.Database).KeyId);
        Assert.False(File.Exists(KeyFile));
        File.Delete(_folder.Database);

        using var made = JournalKeys.LoadOrMake(_folder.Path, null, _folder.Database);
        Assert.Equal(8, made.KeyId.Length);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(KeyFile));
        Assert.Equal(JournalKeys.KeyBytes, new FileInfo(KeyFile).Length);
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(KeyFile)!));
        using var again = JournalKeys.LoadOrMake(_folder.Path, null, _folder.Database);
        Assert.Equal(made.KeyId, again.KeyId);
    }

    [Fact]
    public void A_key_that_others_can_read_or_that_has_the_wrong_length_is_never_used()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(KeyFile)!);
        foreach (var length in new[] { 0, 31, 33, 64 })
        {
            File.WriteAllBytes(KeyFile, new byte[length]);
            File.SetUnixFileMode(KeyFile, OwnerOnly);
            Assert.Equal(JournalFailure.KeyUnusable, Assert.Throws<JournalException>(() => JournalKeys.Load(_folder.Path, null)).Reason);
        }
        File.WriteAllBytes(KeyFile, new byte[32]);
        foreach (var wider in new[] { UnixFileMode.GroupRead, UnixFileMode.OtherRead, UnixFileMode.GroupWrite, UnixFileMode.UserExecute })
        {
            File.SetUnixFileMode(KeyFile, OwnerOnly | wider);
            Assert.Equal(JournalFailure.KeyUnusable, Assert.Throws<JournalException>(() => JournalKeys.Load(_folder.Path, null)).Reason);
        }
        File.SetUnixFileMode(KeyFile, OwnerOnly);
        using var good = JournalKeys.Load(_folder.Path, null);
        using var same = Other();
        Assert.Equal(same.KeyId, good.KeyId);
    }

    [Fact]
    public void A_credential_is_never_overruled_by_a_file()
    {
        using var fromFile = JournalKeys.LoadOrMake(_folder.Path, null, _folder.Database);
        var credentials = Directory.CreateDirectory(Path.Combine(_folder.Path, "credentials")).FullName;
        using var noCredential = JournalKeys.Load(_folder.Path, credentials);
        Assert.Equal(fromFile.KeyId, noCredential.KeyId);
        File.WriteAllBytes(Path.Combine(credentials, JournalKeys.FileName), new byte[32]);
        using var credential = JournalKeys.Load(_folder.Path, credentials);
        using var expected = Other();
        Assert.Equal(expected.KeyId, credential.KeyId);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_lost_key_never_holds_up_a_report(bool replaced)
    {
        long report, accepted;
        using (var journal = _folder.Create(_time))
        {
            report = journal.Issue("1", Now);
            accepted = journal.TakeOn("2", Now);
        }
        using var keys = replaced ? Other() : JournalKeys.None;
        using var without = _folder.Open(_time, keys);
        Assert.False(without.CanKeepPersonalData);
        Assert.Null(without.Find(Journey.Bus, "2")!.Accepted);
        var taken = Assert.Single(without.Take(Now, 10, new HashSet<string>()));
        Assert.Null(taken.Personal);
        Assert.Equal(Report.Payload, taken.Payload);
        without.MarkSending(report, Now);
        without.Confirm(report, Now, "applied");

        var intent = without.RecordIntent(Journey.Bus, "3", Now);
        Assert.Equal(JournalFailure.KeyMissing, Assert.Throws<JournalException>(() => without.Accept(intent, Accepted("3"), [], Now)).Reason);
        without.Release(intent, "no key", [], Now);
        without.Complete(accepted, [Report], Now);
        Assert.Null(Assert.Single(without.Take(Now, 10, new HashSet<string>())).Personal);
    }

    [Fact]
    public void A_sealed_value_that_was_moved_never_shows_somebody_elses_data()
    {
        using var journal = _folder.Create(_time);
        journal.Issue("1", Now);
        journal.Issue("2", Now);
        journal.Database.Execute("""
            UPDATE issuance SET accepted = (SELECT accepted FROM issuance WHERE id = 3 - issuance.id);
            UPDATE outbox SET personal = CASE id WHEN 1 THEN (SELECT accepted FROM issuance WHERE id = 1) ELSE x'00' END;
            """);
        Assert.Null(journal.Find(Journey.Bus, "1")!.Accepted);
        Assert.Null(journal.Find(Journey.Bus, "2")!.Accepted);
        Assert.All(journal.Take(Now, 10, new HashSet<string>()), r => Assert.Null(r.Personal));
    }

    [Fact]
    public void Content_of_a_newer_release_is_never_guessed_at()
    {
        var json = JournalJson.Write(Accepted("1"));
        Assert.NotNull(JournalJson.Read(json));
        var text = Encoding.UTF8.GetString(json);
        Assert.Null(JournalJson.Read(Encoding.UTF8.GetBytes(text.Replace("\"version\":1", "\"version\":2", StringComparison.Ordinal))));
        Assert.Null(JournalJson.Read(Encoding.UTF8.GetBytes(text.Replace("\"of\":1", "\"of\":9", StringComparison.Ordinal))));
        Assert.Null(JournalJson.Read("{"u8));
        Assert.Null(JournalJson.Read("null"u8));
        var random = new Random(3);
        for (var i = 0; i < 20_000; i++)
        {
            var mutated = (byte[])json.Clone();
            mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            JournalJson.Read(mutated);
        }
    }
}
