namespace Coppice.Node.Host;

/// <summary>A mount in the words of mount(8).</summary>
/// <param name="Type">overlay, or bind where all is in one directory.</param>
public sealed record ImageMount(string Type, string Source, IReadOnlyList<string> Options)
{
    private const string Lower = "lowerdir=";

    /// <summary>
    /// Its layers, if it has several, named by what follows the directory that they are all in: the kernel takes a page of options, which a
    /// few dozen whole paths fill.
    /// </summary>
    /// <returns>That directory, and the options but for the layers; null for a mount that has none.</returns>
    public (string Directory, IReadOnlyList<string> Layers, IReadOnlyList<string> Others)? Layered()
    {
        if (Options.FirstOrDefault(one => one.StartsWith(Lower, StringComparison.Ordinal)) is not { } option)
        {
            return null;
        }

        var layers = option[Lower.Length..].Split(':');
        var shared = layers[0].Length;
        foreach (var layer in layers)
        {
            shared = Math.Min(shared, layer.AsSpan().CommonPrefixLength(layers[0]));
        }

        shared = layers[0].LastIndexOf('/', Math.Max(0, shared - 1)) + 1;
        return (layers[0][..shared], [.. layers.Select(one => one[shared..])], [.. Options.Where(one => one != option)]);
    }
}
