using System.Net;
using Coppice.Network.Rules;
using Coppice.Objects.Core;

namespace Coppice.Network.Translation;

/// <summary>The host ports of this node's pods. Pure.</summary>
internal static class HostPortTranslation
{
    private const string AnyAddress = "0.0.0.0";

    /// <param name="troubles">Is added to.</param>
    public static IEnumerable<HostPortRules> Translate(IEnumerable<Pod> pods, string node, List<RuleTrouble> troubles) =>
        pods
            .Where(pod => pod.Spec.NodeName == node && !pod.Spec.HostNetwork && pod.Status.Phase is not (PodPhase.Succeeded or PodPhase.Failed))
            .SelectMany(pod => HostPorts(pod, troubles))
            .OrderBy(p => p.Namespace, StringComparer.Ordinal).ThenBy(p => p.Pod, StringComparer.Ordinal).ThenBy(p => p.HostPort);

    private static IEnumerable<HostPortRules> HostPorts(Pod pod, List<RuleTrouble> troubles)
    {
        var containers = pod.Spec.InitContainers.Select((one, i) => (Path: $"spec.initContainers[{i}]", one.Ports))
            .Concat(pod.Spec.Containers.Select((one, i) => (Path: $"spec.containers[{i}]", one.Ports)));
        var reading = new Reading(new RuleOwner("Pod", pod.Metadata.Namespace ?? "", pod.Metadata.Name ?? ""));
        var found = new List<HostPortRules>();
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

        troubles.AddRange(reading.Troubles);
        return found;
    }

    private static HostPortRules? HostPort(Pod pod, ContainerPort port, string path, Reading reading)
    {
        // No address yet: there is nothing to lead to.
        if (reading.Address(pod.Status.PodIP, "status.podIP") is not { } address)
        {
            return null;
        }

        IPAddress? host = null;
        if (port.HostIP is { Length: > 0 } and not AnyAddress && (host = reading.Address(port.HostIP, $"{path}.hostIP")) is null)
        {
            return null;
        }

        return reading.Protocol(port.Protocol, $"{path}.protocol") is { } protocol
            && reading.IsPort(port.HostPort, $"{path}.hostPort") && reading.IsPort(port.ContainerPortValue, $"{path}.containerPort")
            ? new HostPortRules(pod.Metadata.Namespace ?? "", pod.Metadata.Name ?? "", protocol, host, port.HostPort, address, port.ContainerPortValue)
            : null;
    }
}
