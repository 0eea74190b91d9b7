using System.Globalization;
using Coppice.Node.Runtime;
using YamlDotNet.RepresentationModel;

namespace Coppice.Node.Devices.Cdi;

/// <summary>One specification, as JSON or YAML.</summary>
/// <param name="Kind">As in "example.com/gpu".</param>
/// <param name="Edits">What comes with any of its devices.</param>
internal sealed record CdiSpec(string Kind, ContainerEdits Edits, IReadOnlyList<CdiDevice> Devices)
{
    /// <exception cref="FormatException">It is none, or wants what cannot be given to a container here.</exception>
    public static CdiSpec Parse(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        var root = stream.Documents.Count == 1 && stream.Documents[0].RootNode is YamlMappingNode map ? map : throw new FormatException("it is no object");
        var kind = Text(root, "kind") ?? throw new FormatException("it has no kind");
        return new(kind, EditsIn(root), [.. List(root, "devices").Select(device => new CdiDevice(
            Text(device, "name") ?? throw new FormatException("a device has no name"), EditsIn(device)))]);
    }

    private static ContainerEdits EditsIn(YamlMappingNode node)
    {
        if (Find(node, "containerEdits") is not YamlMappingNode edits)
        {
            return ContainerEdits.None;
        }

        // The runtime's interface has no way to say these: a container without them would seem to have its device.
        foreach (var unknown in (string[])["hooks", "intelRdt", "netDevices"])
        {
            if (Find(edits, unknown) is YamlSequenceNode { Children.Count: > 0 } or YamlMappingNode { Children.Count: > 0 })
            {
                throw new FormatException($"{unknown} cannot be given to a container");
            }
        }

        return new(
            [.. Values(edits, "env").Select(Variable)],
            [.. List(edits, "deviceNodes").Select(Device)],
            [.. List(edits, "mounts").Select(Mount)],
            [.. Values(edits, "additionalGids").Select(one => long.Parse(one, NumberStyles.None, CultureInfo.InvariantCulture))]);
    }

    private static KeyValuePair<string, string> Variable(string text) =>
        text.IndexOf('=') is var sign and > 0 ? new(text[..sign], text[(sign + 1)..]) : throw new FormatException($"{text} is no variable");

    private static ContainerDevice Device(YamlMappingNode node)
    {
        var path = Text(node, "path") ?? throw new FormatException("a device node has no path");
        return new(Text(node, "hostPath") ?? path, path, Text(node, "permissions") is { Length: > 0 } permissions ? permissions : "rwm");
    }

    private static ContainerMount Mount(YamlMappingNode node)
    {
        var options = Values(node, "options").ToList();
        return new(
            Text(node, "hostPath") ?? throw new FormatException("a mount has no hostPath"),
            Text(node, "containerPath") ?? throw new FormatException("a mount has no containerPath"),
            options.Contains("ro"),
            options.Exists(one => one is "shared" or "rshared") ? MountPropagation.Bidirectional
                : options.Exists(one => one is "slave" or "rslave") ? MountPropagation.HostToContainer
                : MountPropagation.Private);
    }

    private static YamlNode? Find(YamlMappingNode node, string name) => node.Children.TryGetValue(new YamlScalarNode(name), out var found) ? found : null;

    private static string? Text(YamlMappingNode node, string name) => (Find(node, name) as YamlScalarNode)?.Value;

    private static IEnumerable<YamlMappingNode> List(YamlMappingNode node, string name) => (Find(node, name) as YamlSequenceNode)?.Children.OfType<YamlMappingNode>() ?? [];

    private static IEnumerable<string> Values(YamlMappingNode node, string name) =>
        (Find(node, name) as YamlSequenceNode)?.Children.OfType<YamlScalarNode>().Select(one => one.Value ?? "") ?? [];
}

/// <param name="Name">Within the kind.</param>
internal sealed record CdiDevice(string Name, ContainerEdits Edits);
