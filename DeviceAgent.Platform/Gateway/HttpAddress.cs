namespace DeviceAgent.Platform.Gateway;

/// <summary>An address that secrets and personal data may be sent to.</summary>
public static class HttpAddress
{
    private const int MaxLength = 512;

    /// <summary>The sentence of a configuration's mistake, after the key.</summary>
    public static string Rule { get; } = $"must be an https address without user, query and fragment (http only to a loopback address), at most {MaxLength} characters";

    public static bool IsAllowed(Uri url) =>
        url is { IsAbsoluteUri: true, UserInfo: "", Query: "", Fragment: "", OriginalString.Length: <= MaxLength }
        && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback));
}
