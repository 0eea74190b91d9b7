using Coppice.Node.Host;
using Coppice.Node.Runtime;

namespace Coppice.Node.Devices.Cdi;

/// <summary>What a specification says of a container, before the machine's own device nodes are looked at.</summary>
/// <param name="Edits">All but the device nodes.</param>
internal sealed record CdiEdits(ContainerEdits Edits, IReadOnlyList<CdiDeviceNode> DeviceNodes)
{
    public static readonly CdiEdits None = new(ContainerEdits.None, []);

    public bool IsEmpty => Edits.IsEmpty && DeviceNodes.Count == 0;

    /// <exception cref="UnresolvableDevicesException">A device node is not on this machine, or is another than was said.</exception>
    public ContainerEdits Resolve() => Edits with { DeviceNodes = [.. DeviceNodes.Select(one => one.Resolve())] };
}

/// <param name="HostPath">Whose type and numbers count where none are said.</param>
/// <param name="Node">Its type is empty, and its numbers are 0, where nothing is said.</param>
internal sealed record CdiDeviceNode(string HostPath, DeviceNode Node)
{
    public DeviceNode Resolve()
    {
        if (Node.Type.Length > 0 && (Node.Major != 0 || Node.Type == "p"))
        {
            return Node;
        }

        var found = Look();
        if (Node.Type.Length > 0 && Node.Type != found.Type)
        {
            throw Failed($"CDI device (\"{Node.Path}\", \"{HostPath}\"), host type mismatch ({Node.Type}, {found.Type})");
        }

        return Node.Major != 0 ? Node with { Type = found.Type } : Node with { Type = found.Type, Major = found.Major, Minor = found.Minor };
    }

    private DeviceNumber Look()
    {
        try
        {
            return LinuxCalls.DeviceOf(HostPath) ?? throw Failed($"failed to stat CDI host device \"{HostPath}\": not a device node");
        }
        catch (IOException failed)
        {
            throw Failed($"failed to stat CDI host device \"{HostPath}\": {failed.Message}");
        }
    }

    private static UnresolvableDevicesException Failed(string message) => new($"CDI device injection failed: failed to inject devices: {message}");
}
