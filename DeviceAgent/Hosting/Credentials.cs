using System.Security.Cryptography;
using System.Text;
using DeviceAgent.Journal;
using DeviceAgent.Platform.Gateway;
using DeviceAgent.Technician;

namespace DeviceAgent.Hosting;

/// <summary>The kiosk's secrets: files that systemd hands over, or files with mode 0600 below the state folder. Never shown, never logged.</summary>
/// <remarks>
/// Source: systemd.exec(5), CREDENTIALS. A file in $CREDENTIALS_DIRECTORY goes before the one in the state folder; systemd guards the former
/// itself (its ACLs make the mode look wider), so only the latter's mode and owner (this user or root) are checked.
/// A renewed top-session is taken up without a restart: each look at <see cref="Session"/> costs one statx. Of the session alone the file in the
/// state folder goes first: `session set` writes it there, later than whatever systemd was given.
/// </remarks>
public sealed class Credentials : ITopCredentials
{
    private const int JournalKeyBytes = 32; // AES-256
    private const int MaxTextBytes = 4096;
    private readonly string? _systemdFolder;
    private readonly string _stateFolder;
    private readonly Lock _sessionLock = new();
    private string? _appSecret;
    private string? _session;
    private FileStamp? _sessionStamp;
    private string? _sessionPath;

    /// <param name="credentialsDirectory">$CREDENTIALS_DIRECTORY; null where there is none.</param>
    public Credentials(string appKey, string? credentialsDirectory, string stateFolder)
    {
        AppKey = appKey;
        _systemdFolder = string.IsNullOrEmpty(credentialsDirectory) ? null : credentialsDirectory;
        _stateFolder = Path.Combine(stateFolder, "secrets");
    }

    public string AppKey { get; }

    /// <exception cref="InvalidOperationException">There is none that can be used; <see cref="Check"/> says why.</exception>
    public string AppSecret => _appSecret ??= ReadText(SecretNames.AppSecret, out var fault)
        ?? throw new InvalidOperationException($"There is no app secret: {fault ?? "no such file"}.");

    /// <summary>Null where there is none. A file that became unusable (half written, wrong mode) leaves the last good session in place.</summary>
    public string? Session
    {
        get
        {
            lock (_sessionLock)
            {
                var path = PathOf(SecretNames.Session);
                var stamp = FileIdentity.Of(path);
                if (stamp == _sessionStamp && path == _sessionPath) return _session;
                var read = ReadText(SecretNames.Session, out var fault);
                if (fault is null) _session = read;
                (_sessionStamp, _sessionPath) = (stamp, path);
                return _session;
            }
        }
    }

    /// <summary>What the webhook of the alarms knows us by; null where there is none, or none that can be used. Read each time: alarms are rare.</summary>
    public string? AlertToken => ReadText(SecretNames.AlertToken, out _);

    /// <summary>What the station's system knows us by; null where there is none, or none that can be used.</summary>
    public string? StationToken => ReadText(SecretNames.StationToken, out _);

    /// <summary>The train cipher's key; null where there is none, or none that can be used. Read once, at start.</summary>
    public string? TrainKey => ReadText(SecretNames.TrainKey, out _);

    /// <summary>Puts a new session in the place of the old one, durably: the file in the state folder, mode 0600.</summary>
    /// <param name="session">1 to 4,095 printable ASCII characters without spaces.</param>
    /// <exception cref="IOException">It could not be written; the old one stays.</exception>
    public void SetSession(string session)
    {
        DurableFiles.MakeFolder(_stateFolder);
        DurableFiles.Replace(Path.Combine(_stateFolder, SecretNames.Session), Encoding.ASCII.GetBytes(session + "\n"));
    }

    /// <summary>What is wrong with the files, by name and rule; never their content. The journal reads its key itself.</summary>
    public IReadOnlyList<OptionsMistake> Check(bool secretsRequired)
    {
        var mistakes = new List<OptionsMistake>();
        var secret = ReadText(SecretNames.AppSecret, out var fault);
        if (fault is not null) mistakes.Add(new(SecretNames.AppSecret, null, fault, PathOf(SecretNames.AppSecret)));
        else if (secret is null && secretsRequired)
            mistakes.Add(new(SecretNames.AppSecret, null, "is required: the app key's secret, as text, in a file of mode 0600", $"not found: {PathOf(SecretNames.AppSecret)}"));
        ReadText(SecretNames.Session, out fault);
        if (fault is not null) mistakes.Add(new(SecretNames.Session, null, fault, PathOf(SecretNames.Session)));
        foreach (var name in new[] { SecretNames.AlertToken, SecretNames.StationToken, SecretNames.TrainKey })
        {
            ReadText(name, out fault);
            if (fault is not null) mistakes.Add(new(name, null, fault, PathOf(name)));
        }
        return mistakes;
    }

    /// <summary>What is wrong with the journal's key; null when it is usable or not there. No mistake of the configuration: the agent starts and tells it.</summary>
    public OptionsMistake? CheckJournalKey()
    {
        var key = Read(SecretNames.JournalKey, JournalKeyBytes, out var fault);
        if (key is not null && key.Length != JournalKeyBytes) fault = $"must hold exactly {JournalKeyBytes} bytes";
        if (key is not null) CryptographicOperations.ZeroMemory(key);
        return fault is null ? null : new(SecretNames.JournalKey, null, fault, PathOf(SecretNames.JournalKey));
    }

    private string PathOf(string name)
    {
        var own = Path.Combine(_stateFolder, name);
        if (name == SecretNames.Session && FileIdentity.Of(own) is not null) return own;
        var given = _systemdFolder is null ? null : Path.Combine(_systemdFolder, name);
        return given is not null && FileIdentity.Of(given) is not null ? given : own;
    }

    private string? ReadText(string name, out string? fault)
    {
        if (Read(name, MaxTextBytes, out fault) is not { } bytes) return null;
        var content = bytes.AsSpan();
        if (content.EndsWith("\n"u8)) content = content[..^1];
        if (content.EndsWith("\r"u8)) content = content[..^1];
        // Secrets are ASCII words; anything else is a wrong file (or one that is still being written).
        var usable = content.Length > 0 && !content.ContainsAnyExceptInRange((byte)0x21, (byte)0x7E);
        var text = usable ? Encoding.ASCII.GetString(content) : null;
        CryptographicOperations.ZeroMemory(bytes);
        if (!usable) fault = "must hold one line of printable ASCII without spaces";
        return text;
    }

    /// <returns>Null, without a fault, when there is no such file.</returns>
    private byte[]? Read(string name, int maxBytes, out string? fault)
    {
        var path = PathOf(name);
        var errno = FileIdentity.Open(path, out var file);
        using (file)
        {
            fault = errno switch
            {
                0 => WhyRefused(FileIdentity.Of(file), maxBytes, path.StartsWith(_stateFolder + "/", StringComparison.Ordinal)),
                2 or 20 => null, // ENOENT, ENOTDIR
                _ when FileIdentity.IsLink(errno) => "is a symbolic link; must be the file itself",
                _ => $"cannot be opened (errno {errno})",
            };
            if (errno != 0 || fault is not null) return null;
            var bytes = new byte[maxBytes + 1];
            var length = 0;
            while (length < bytes.Length && RandomAccess.Read(file, bytes.AsSpan(length), length) is > 0 and var read) length += read;
            if (length > maxBytes) fault = $"is longer than {maxBytes} bytes";
            return length > maxBytes ? null : bytes[..length];
        }
    }

    private static string? WhyRefused(FileStamp? stamp, int maxBytes, bool ownFile) => stamp switch
    {
        null => "cannot be looked at",
        { IsRegular: false } => "must be a regular file",
        { Length: var length } when length > maxBytes => $"is longer than {maxBytes} bytes",
        { Owner: var owner } when ownFile && owner != 0 && owner != FileIdentity.EffectiveUser => $"belongs to user {owner}; must belong to this user or root",
        { Permissions: var mode } when ownFile && (mode & ~0b110_000_000) != 0 => $"has mode {Convert.ToString(mode, 8).PadLeft(4, '0')}; must be 0600 or narrower",
        _ => null,
    };
}
