namespace DeviceAgent.Hosting;

// What agent.json says to parts that have options of their own: the composition root maps these values onto them.

/// <summary>How a request is signed.</summary>
public enum SignMethod
{
    /// <summary>"hmac-sha256".</summary>
    HmacSha256,
    /// <summary>"hmac": HMAC-MD5.</summary>
    HmacMd5,
    /// <summary>"md5".</summary>
    Md5,
}

/// <summary>How the platform is reached ("Gateway" in agent.json).</summary>
public sealed record GatewaySection
{
    /// <summary>https, or http on this machine only (the simulator). Default: the platform's gateway.</summary>
    public Uri Url { get; init; } = new(DefaultUrl);

    /// <summary>Required; 1 to 64 letters and digits. Its secret is the credential top-app-secret.</summary>
    public required string AppKey { get; init; }

    /// <summary>"hmac-sha256" (default), "hmac" or "md5".</summary>
    public SignMethod SignMethod { get; init; } = SignMethod.HmacSha256;

    /// <summary>For one request and its whole answer; 1 s to 2 min, default 20 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(20);

    internal const string DefaultUrl = "https://eco.taobao.com/router/rest";
}

/// <summary>What the lights hang on.</summary>
public enum LightsBackend
{
    /// <summary>No lights.</summary>
    None,
    /// <summary>Lines of a GPIO chip.</summary>
    Gpio,
    /// <summary>Datagrams to the simulator.</summary>
    Simulated,
}

/// <summary>The guidance lights ("Lights" in agent.json).</summary>
public sealed record LightsSection
{
    /// <summary>Default: None.</summary>
    public LightsBackend Backend { get; init; } = LightsBackend.None;

    /// <summary>With Simulated, required: absolute path of the simulator's datagram socket, at most 107 bytes (man 7 unix).</summary>
    public string? Path { get; init; }

    /// <summary>With Gpio, required: the chip's label (never its number), up to 31 characters (linux/gpio.h, GPIO_MAX_NAME_SIZE).</summary>
    public string? Chip { get; init; }

    /// <summary>Line number or line name of each output; null where the kiosk has none. With Gpio at least one.</summary>
    public LightLines Lines { get; init; } = new();
}

/// <summary>Which line drives which light; each a number or a line's name, up to 31 characters.</summary>
public sealed record LightLines
{
    /// <summary>"StatusRed".</summary>
    public string? StatusRed { get; init; }

    /// <summary>"StatusGreen".</summary>
    public string? StatusGreen { get; init; }

    /// <summary>"Scanner".</summary>
    public string? Scanner { get; init; }

    /// <summary>"Tickets".</summary>
    public string? Tickets { get; init; }

    internal IEnumerable<string> Named => new[] { StatusRed, StatusGreen, Scanner, Tickets }.OfType<string>();
}

/// <summary>Bounds of the durable queue ("Outbox" in agent.json).</summary>
public sealed record OutboxSection
{
    /// <summary>Reports that may wait before the kiosk stops issuing; 1 to 1,000,000, default 10,000 (x 1 KiB = 10 MiB).</summary>
    public int MaxReports { get; init; } = 10_000;

    /// <summary>100 ms to 10 min, default 2 s.</summary>
    public TimeSpan FirstRetryDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>100 ms to 24 h and not below FirstRetryDelay; default 10 min.</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Orders whose reports go out at the same time; 1 to 32, default 4.</summary>
    public int Concurrency { get; init; } = 4;
}

/// <summary>Tuning of the database ("Journal" in agent.json).</summary>
public sealed record JournalSection
{
    /// <summary>Pages of the write-ahead log before a checkpoint (sqlite.org, PRAGMA wal_autocheckpoint); 10 to 100,000, default 1,000.</summary>
    public int WalAutoCheckpointPages { get; init; } = 1000;
}
