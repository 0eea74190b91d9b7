using System.Collections.Immutable;
using System.Net;
using Coppice.Network.Rules;
using Coppice.Objects.Core;

namespace Coppice.Network.Translation;

/// <summary>The host ports of this node's pods. Pure.</summary>
internal static class HostPortTranslation
{
    public static ImmutableArray<HostPortRules> Translate(IEnumerable<Pod> pods, string node) =>
    [
        .. pods
            .Where(pod => pod.Spec.NodeName == node && !pod.Spec.HostNetwork && pod.Status.Phase is not ("Succeeded" or "Failed"))
            .SelectMany(HostPorts)
            .OrderBy(p => p.Namespace, StringComparer.Ordinal).ThenBy(p => p.Pod, StringComparer.Ordinal).ThenBy(p => p.HostPort),
    ];

    private static IEnumerable<HostPortRules> HostPorts(Pod pod)
    {
        // No address yet: there is nothing to lead to.
        if (!IPAddress.TryParse(pod.Status.PodIP, out var address))
        {
            yield break;
        }

        foreach (var port in pod.Spec.InitContainers.Concat(pod.Spec.Containers).SelectMany(c => c.Ports))
        {
            if (port.HostPort <= 0)
            {
                continue;
            }

            var host = IPAddress.TryParse(port.HostIP, out var given) && !given.Equals(IPAddress.Any) ? given : null;
            yield return new HostPortRules(
                pod.Metadata.Namespace ?? "", pod.Metadata.Name ?? "", ServiceTranslation.Protocol(port.Protocol), host, port.HostPort,
                address, port.ContainerPortValue);
        }
    }
}
