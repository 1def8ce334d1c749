namespace DeviceAgent.Hosting;

internal enum ConfigKind
{
    Object,
    Array,
    Text,
    Number,
    Flag,
    Null,
    /// <summary>The text of an environment variable: it takes the type that its key asks for.</summary>
    Environment,
}

/// <summary>A configured value and where it came from.</summary>
/// <param name="Text">The text of a leaf; empty for objects and arrays.</param>
internal sealed record ConfigNode(ConfigKind Kind, string Text, string Origin)
{
    public Dictionary<string, ConfigNode> Members { get; } = new(StringComparer.Ordinal);

    public List<ConfigNode> Items { get; } = [];

    /// <summary>For a person: never more than a line.</summary>
    public string Shown => Kind switch
    {
        ConfigKind.Object => "{…}",
        ConfigKind.Array => "[…]",
        ConfigKind.Text => $"\"{OptionsMistake.Printable(Text)}\"",
        _ => OptionsMistake.Printable(Text),
    };
}
