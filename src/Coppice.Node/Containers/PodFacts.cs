using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Containers;

/// <summary>What is known of a pod only on its node, when a container is about to start.</summary>
/// <param name="HostAddresses">The node's addresses, the primary first.</param>
/// <param name="PodAddresses">The pod's, the primary first; the node's own with host network; empty before there is a sandbox.</param>
/// <param name="Allocatable">The node's, which stand in for limits that are not set.</param>
public sealed record PodFacts(
    string NodeName, IReadOnlyList<string> HostAddresses, IReadOnlyList<string> PodAddresses, ValueMap<Quantity> Allocatable)
{
    /// <summary>A text that a container left in a volume of the pod, by the volume's name and its path there; null if there is none.</summary>
    public Func<string, string, string?> VolumeText { get; init; } = (_, _) => null;
}

/// <summary>Where the values of environment variables come from. A look-up of what does not exist gives null.</summary>
/// <param name="Services">All services of the cluster, by namespace and name.</param>
public sealed record EnvironmentSources(
    Func<string, string, ValueTask<ConfigMap?>> ConfigMap,
    Func<string, string, ValueTask<Secret?>> Secret,
    Func<IReadOnlyList<Service>> Services);

/// <summary>A container cannot be made from what its pod says; the message is Kubernetes', the reason CreateContainerConfigError.</summary>
public sealed class ContainerConfigException(string message) : Exception(message)
{
    public const string Reason = "CreateContainerConfigError";
}
