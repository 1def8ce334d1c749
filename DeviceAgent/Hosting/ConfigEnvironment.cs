using DeviceAgent.Technician;

namespace DeviceAgent.Hosting;

/// <summary>DEVICE_AGENT__Section__Key laid over the file. Names are exact, as in the file.</summary>
internal static class ConfigEnvironment
{
    public const string Prefix = "DEVICE_AGENT__";

    /// <summary>Characters of one value. The longest sensible one is a list of patterns.</summary>
    internal const int MaxLength = 8192;

    public static void Overlay(ConfigNode root, IReadOnlyDictionary<string, string> environment, List<OptionsMistake> mistakes)
    {
        foreach (var (name, value) in environment.OrderBy(v => v.Key, StringComparer.Ordinal))
        {
            if (name.StartsWith(Prefix, StringComparison.Ordinal)) Lay(root, name, value, mistakes);
            else if (SecretNames.IsSecretVariable(name))
                mistakes.Add(new(OptionsMistake.Printable(name), null, SecretNames.WhereItBelongs(name), "environment"));
        }
    }

    private static void Lay(ConfigNode root, string name, string value, List<OptionsMistake> mistakes)
    {
        var origin = $"environment variable {OptionsMistake.Printable(name)}";
        var path = name[Prefix.Length..].Split("__");
        if (path.Any(p => p.Length == 0) || path.Length > ConfigFile.MaxDepth)
        {
            mistakes.Add(new(OptionsMistake.Printable(name), null, $"must be {Prefix}Section__Key", "environment"));
            return;
        }
        if (value.Length > MaxLength || value.Contains('\0'))
        {
            mistakes.Add(new(OptionsMistake.Printable(string.Join(':', path)), null, $"must be text of at most {MaxLength} characters without NUL", origin));
            return;
        }
        var node = root;
        foreach (var part in path[..^1])
        {
            if (!node.Members.TryGetValue(part, out var next)) node.Members[part] = next = new ConfigNode(ConfigKind.Object, "", origin);
            if (next.Kind != ConfigKind.Object) return; // the section itself is wrong, and is told of where it stands
            node = next;
        }
        node.Members[path[^1]] = new ConfigNode(ConfigKind.Environment, value, origin);
    }
}
