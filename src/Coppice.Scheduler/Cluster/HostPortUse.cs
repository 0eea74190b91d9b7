using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>A port of the node's own that a container takes.</summary>
internal readonly record struct HostPortUse(string Address, string Protocol, int Port)
{
    private const string AnyAddress = "0.0.0.0";

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
                uses.Add(new(string.IsNullOrEmpty(port.HostIP) ? AnyAddress : port.HostIP, port.Protocol ?? "TCP", port.HostPort));
            }
        }
    }
}
