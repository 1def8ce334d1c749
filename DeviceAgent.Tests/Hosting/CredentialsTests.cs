#pragma warning disable CA1416 // The agent runs on Linux alone.
using System.Text;
using DeviceAgent.Hosting;

namespace DeviceAgent.Tests.Hosting;

public sealed class CredentialsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("credentials-");

    private string State => _folder.FullName;

    private string Systemd => Path.Combine(State, "systemd");

    public CredentialsTests()
    {
        Directory.CreateDirectory(Path.Combine(State, "secrets"));
        Directory.CreateDirectory(Systemd);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string Write(string name, byte[] content, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite, bool systemd = false)
    {
        var path = Path.Combine(systemd ? Systemd : Path.Combine(State, "secrets"), name);
        File.WriteAllBytes(path, content);
        File.SetUnixFileMode(path, mode);
        return path;
    }

    private Credentials Open(bool systemd = false) => new("12345678", systemd ? Systemd : null, State);

    private string Only(bool secretsRequired = true) => Assert.Single(Open().Check(secretsRequired)).ToString();

    [Theory]
    [InlineData("abc", "abc")]
    [InlineData("abc\n", "abc")]
    [InlineData("abc\r\n", "abc")]
    public void One_line_end_of_a_secret_is_not_part_of_it(string content, string expected)
    {
        Write("top-app-secret", Encoding.ASCII.GetBytes(content));
        Assert.Empty(Open().Check(true));
        Assert.Equal(expected, Open().AppSecret);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("abc\n\n")]
    [InlineData("two words")]
    [InlineData("nul\0")]
    public void A_secret_that_is_not_one_word_is_refused_and_not_echoed(string content)
    {
        Write("top-app-secret", Encoding.ASCII.GetBytes(content));
        Assert.Contains("must hold one line", Only(), StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => Open().AppSecret);
    }

    [Fact]
    public void A_session_that_was_set_goes_before_the_older_one_of_systemd_and_nobody_else_may_read_it()
    {
        Write("top-app-secret", "abc"u8.ToArray(), systemd: true);
        Write("top-session", "old"u8.ToArray(), systemd: true);
        var credentials = Open(systemd: true);
        Assert.Equal("old", credentials.Session);
        credentials.SetSession("new");
        Assert.Equal("new", credentials.Session);
        credentials.SetSession("newer");
        Assert.Equal("newer", credentials.Session);
        Assert.Equal("newer", Open(systemd: true).Session);
        var file = Path.Combine(State, "secrets", "top-session");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal(["top-session"], Directory.GetFiles(Path.Combine(State, "secrets")).Select(Path.GetFileName));
        // The other secrets are systemd's where it has them.
        Write("top-app-secret", "other"u8.ToArray());
        Assert.Equal("abc", Open(systemd: true).AppSecret);
    }

    [Fact]
    public void A_key_or_token_that_cannot_be_used_is_told_at_the_start()
    {
        Write("top-app-secret", "abc"u8.ToArray());
        Assert.Equal((null, null), (Open().StationToken, Open().TrainKey));
        Write("station-token", "tok\n"u8.ToArray());
        Write("train-key", "0123456789ABCDEFFEDCBA9876543210"u8.ToArray());
        Assert.Empty(Open().Check(true));
        Assert.Equal(("tok", "0123456789ABCDEFFEDCBA9876543210"), (Open().StationToken, Open().TrainKey));
        Write("train-key", "two words"u8.ToArray(), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        Assert.StartsWith("train-key: has mode 0604", Only(), StringComparison.Ordinal);
        Assert.Null(Open().TrainKey);
    }

    [Fact]
    public void A_token_that_cannot_be_used_is_told_at_the_start_and_is_never_sent()
    {
        Write("top-app-secret", "abc"u8.ToArray());
        Assert.Null(Open().AlertToken);
        Write("alert-token", "t0ken\n"u8.ToArray());
        Assert.Empty(Open().Check(true));
        Assert.Equal("t0ken", Open().AlertToken);
        Write("alert-token", "two words"u8.ToArray());
        Assert.StartsWith("alert-token: must hold one line", Only(), StringComparison.Ordinal);
        Assert.Null(Open().AlertToken);
    }

    [Theory]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, "has mode 0640")]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.OtherRead, "has mode 0404")]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserExecute, "has mode 0500")]
    public void A_file_that_others_may_read_is_refused(UnixFileMode mode, string expected)
    {
        Write("top-app-secret", "abc"u8.ToArray(), mode);
        Assert.Contains(expected, Only(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_symbolic_link_and_a_folder_are_refused()
    {
        File.CreateSymbolicLink(Path.Combine(State, "secrets", "top-app-secret"), Write("elsewhere", "abc"u8.ToArray()));
        Assert.Contains("symbolic link", Only(), StringComparison.Ordinal);
        File.Delete(Path.Combine(State, "secrets", "top-app-secret"));
        Directory.CreateDirectory(Path.Combine(State, "secrets", "top-app-secret"));
        Assert.Contains("regular file", Only(), StringComparison.Ordinal);
    }

    [Fact]
    public void Only_what_is_required_may_not_be_missing()
    {
        Assert.Contains("top-app-secret: is required", Only(), StringComparison.Ordinal);
        Assert.Empty(Open().Check(secretsRequired: false));
        Assert.Null(Open().Session);
    }

    [Fact]
    public void The_state_folder_never_goes_before_systemd()
    {
        Write("top-app-secret", "own"u8.ToArray());
        Write("top-session", "own"u8.ToArray());
        Write("top-app-secret", "systemd"u8.ToArray(), UnixFileMode.UserRead | UnixFileMode.GroupRead, systemd: true);
        var credentials = Open(systemd: true);
        Assert.Empty(credentials.Check(true));
        Assert.Equal("systemd", credentials.AppSecret);
        Assert.Equal("own", credentials.Session);
    }

    [Fact]
    public void A_renewed_session_is_never_missed_and_a_broken_one_never_taken()
    {
        var credentials = Open();
        Write("top-session", "one\n"u8.ToArray());
        Assert.Equal("one", credentials.Session);
        Write("top-session", "second\n"u8.ToArray());
        Assert.Equal("second", credentials.Session);
        Write("top-session", ""u8.ToArray()); // being written
        Assert.Equal("second", credentials.Session);
        var replaced = Write("new", "three\n"u8.ToArray());
        File.Move(replaced, Path.Combine(State, "secrets", "top-session"), overwrite: true);
        Assert.Equal("three", credentials.Session);
        File.Delete(Path.Combine(State, "secrets", "top-session"));
        Assert.Null(credentials.Session);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    [InlineData(64)]
    public void A_journal_key_of_another_length_is_refused(int length)
    {
        Write("journal-key", new byte[length]);
        Assert.StartsWith("journal-key", Open().CheckJournalKey()!.ToString(), StringComparison.Ordinal);
        // The agent starts and tells it: a technician must be able to ask.
        Assert.Empty(Open().Check(secretsRequired: false));
    }

    [Fact]
    public void A_journal_key_is_raw_bytes()
    {
        Write("journal-key", [.. Enumerable.Repeat((byte)'\n', 32)]);
        Assert.Null(Open().CheckJournalKey());
    }
}
