using System.Net;
using Coppice.Network.Nftables;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Network.Translation;

/// <summary>The host ports of this node's pods. Pure.</summary>
internal static class HostPortTranslation
{
    /// <param name="warnings">Is added to.</param>
    public static IEnumerable<HostPortInfo> Translate(IEnumerable<Pod> pods, string node, RuleFamilies families, List<RuleWarning> warnings) =>
        pods
            .Where(pod => IsAskedBy(pod) && pod.Spec.NodeName == node && !pod.Spec.HostNetwork && pod.Status.Phase is not (PodPhase.Succeeded or PodPhase.Failed))
            .SelectMany(pod => HostPorts(pod, families, warnings))
            .OrderBy(p => p.Namespace, StringComparer.Ordinal).ThenBy(p => p.Pod, StringComparer.Ordinal).ThenBy(p => p.HostPort);

    /// <summary>Whether a pod wants any. Few do, of many that are looked at.</summary>
    public static bool IsAskedBy(Pod pod) => IsAskedBy(pod.Spec.Containers) || IsAskedBy(pod.Spec.InitContainers);

    private static bool IsAskedBy(ValueList<Container> containers)
    {
        foreach (var container in containers)
        {
            foreach (var port in container.Ports)
            {
                if (port.HostPort > 0)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static IEnumerable<HostPortInfo> HostPorts(Pod pod, RuleFamilies families, List<RuleWarning> warnings)
    {
        var containers = pod.Spec.InitContainers.Select((one, i) => (Path: $"spec.initContainers[{i}]", one.Ports))
            .Concat(pod.Spec.Containers.Select((one, i) => (Path: $"spec.containers[{i}]", one.Ports)));
        var reading = new FieldReader(new RuleOwner("Pod", pod.Metadata.Namespace ?? "", pod.Metadata.Name ?? ""), families);
        var found = new List<HostPortInfo>();
        foreach (var (path, ports) in containers)
        {
            foreach (var (port, i) in ports.Select((port, i) => (port, i)))
            {
                if (port.HostPort > 0 && HostPort(pod, port, $"{path}.ports[{i}]", reading) is { } one)
                {
                    found.Add(one);
                }
            }
        }

        warnings.AddRange(reading.Warnings);
        return found;
    }

    private static HostPortInfo? HostPort(Pod pod, ContainerPort port, string path, FieldReader reading)
    {
        // No address yet: there is nothing to lead to.
        if (PodAddresses.Of(pod).Select(one => reading.Address(one, "status.podIP")).FirstOrDefault(one => one is not null) is not { } address)
        {
            return null;
        }

        IPAddress? host = null;
        if (port.HostIP is { Length: > 0 })
        {
            if (reading.Address(port.HostIP, $"{path}.hostIP") is not { } given)
            {
                return null;
            }

            // Any address of that family.
            host = given.Equals(IPAddress.Any) || given.Equals(IPAddress.IPv6Any) ? null : given;
        }

        return reading.Protocol(port.Protocol, $"{path}.protocol") is { } protocol
            && reading.IsPort(port.HostPort, $"{path}.hostPort") && reading.IsPort(port.ContainerPortValue, $"{path}.containerPort")
            ? new HostPortInfo(pod.Metadata.Namespace ?? "", pod.Metadata.Name ?? "", protocol, host, port.HostPort, address, port.ContainerPortValue)
            : null;
    }
}
