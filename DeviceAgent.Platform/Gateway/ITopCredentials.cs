namespace DeviceAgent.Platform.Gateway;

/// <summary>What a request is signed with. Asked for each request, so that a renewed session takes effect without a restart.</summary>
public interface ITopCredentials
{
    string AppKey { get; }

    /// <summary>Never logged, never sent.</summary>
    string AppSecret { get; }

    /// <summary>The seller's session; null where there is none.</summary>
    string? Session { get; }
}
