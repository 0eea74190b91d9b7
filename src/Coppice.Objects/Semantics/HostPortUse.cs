using Coppice.Objects.Core;

namespace Coppice.Objects;

/// <summary>
/// A port of the node's own that a container takes. Scheduler and node decide by this alone whether two pods fit beside each other, so
/// that no node refuses what was sent to it.
/// </summary>
public readonly record struct HostPortUse(string Address, string Protocol, int Port)
{
    // "::" is none: in Kubernetes it stands for one address beside the others, and so a pod may have it beside one with a port of IPv4.
    private const string AnyAddress = "0.0.0.0";

    /// <summary>What a pod takes as long as it runs.</summary>
    public static IReadOnlyList<HostPortUse> Of(PodSpec spec)
    {
        var uses = new List<HostPortUse>();
        foreach (var container in spec.Containers)
        {
            Add(uses, container);
        }

        foreach (var container in spec.InitContainers)
        {
            // Only sidecars keep their ports beside the containers'.
            if (container.RestartPolicy == ContainerRestartPolicy.Always)
            {
                Add(uses, container);
            }
        }

        return uses;
    }

    /// <summary>One of them would find the port taken.</summary>
    public bool Collides(HostPortUse other) =>
        Port == other.Port && Protocol == other.Protocol
        && (Address == other.Address || Address == AnyAddress || other.Address == AnyAddress);

    private static void Add(List<HostPortUse> uses, Container container)
    {
        foreach (var port in container.Ports)
        {
            if (port.HostPort > 0)
            {
                uses.Add(new(
                    string.IsNullOrEmpty(port.HostIP) ? AnyAddress : port.HostIP, string.IsNullOrEmpty(port.Protocol) ? Core.Protocol.TCP : port.Protocol, port.HostPort));
            }
        }
    }
}
