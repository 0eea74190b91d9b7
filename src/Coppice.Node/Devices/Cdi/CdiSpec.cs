using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Coppice.Node.Devices.Cdi;

/// <summary>One specification, as JSON or YAML.</summary>
/// <param name="Kind">As in "example.com/gpu".</param>
/// <param name="Edits">What comes with any of its devices.</param>
internal sealed partial record CdiSpec(string Kind, CdiEdits Edits, IReadOnlyList<CdiDevice> Devices)
{
    private static readonly Dictionary<string, Version> SpecFields = new(StringComparer.OrdinalIgnoreCase)
    {
        ["cdiVersion"] = CdiVersions.First, ["kind"] = CdiVersions.First, ["devices"] = CdiVersions.First, ["containerEdits"] = CdiVersions.First, ["annotations"] = CdiVersions.Annotations,
    };

    private static readonly Dictionary<string, Version> DeviceFields = new(StringComparer.OrdinalIgnoreCase)
    {
        ["name"] = CdiVersions.First, ["containerEdits"] = CdiVersions.First, ["annotations"] = CdiVersions.Annotations,
    };

    /// <exception cref="FormatException">It is none, or wants what cannot be given to a container here.</exception>
    public static CdiSpec Parse(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        var map = stream.Documents.Count == 1 && stream.Documents[0].RootNode is YamlMappingNode one ? one : throw new FormatException("it is no object");
        var version = CdiVersions.Parse(map.Children.TryGetValue(new YamlScalarNode("cdiVersion"), out var said) ? (said as YamlScalarNode)?.Value : null);
        var root = new CdiObject(map, version, SpecFields);
        var kind = root.Required("kind");
        if (kind.Split('/') is not [var vendor, var type] || !VendorOrClass().IsMatch(vendor) || !VendorOrClass().IsMatch(type) || (type.Contains('.') && version < CdiVersions.Annotations))
        {
            throw new FormatException($"{kind} is no kind");
        }

        var devices = root.Objects("devices").Select(device => DeviceIn(device, version)).ToList();
        return devices.Count == 0 || devices.DistinctBy(device => device.Name).Count() < devices.Count
            ? throw new FormatException("it has no devices, or two of one name")
            : new(kind, CdiEditsReader.Read(root, version), devices);
    }

    private static CdiDevice DeviceIn(YamlMappingNode node, Version version)
    {
        var device = new CdiObject(node, version, DeviceFields);
        var name = device.Required("name");
        if (!DeviceName().IsMatch(name) || (!char.IsAsciiLetter(name[0]) && version < CdiVersions.HostPaths))
        {
            throw new FormatException($"{name} is no name of a device");
        }

        return CdiEditsReader.Read(device, version) is { IsEmpty: false } edits ? new(name, edits) : throw new FormatException($"{name} has empty container edits");
    }

    [GeneratedRegex(@"^[A-Za-z]([A-Za-z0-9_.-]*[A-Za-z0-9])?\z")]
    private static partial Regex VendorOrClass();

    [GeneratedRegex(@"^[A-Za-z0-9]([A-Za-z0-9_.:-]*[A-Za-z0-9])?\z")]
    private static partial Regex DeviceName();
}

/// <param name="Name">Within the kind.</param>
internal sealed record CdiDevice(string Name, CdiEdits Edits);
