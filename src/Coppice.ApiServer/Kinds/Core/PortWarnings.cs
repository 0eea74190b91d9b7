using Coppice.ApiServer.Errors;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>Ports of a pod's containers that are there twice, or almost.</summary>
internal static class PortWarnings
{
    public static IEnumerable<string> Of(IEnumerable<(FieldPath Path, Container Container)> containers)
    {
        var seen = new List<(FieldPath Path, ContainerPort Port)>();
        foreach (var (path, container) in containers)
        {
            for (var i = 0; i < container.Ports.Count; i++)
            {
                var (at, port) = (path.Child("ports").Index(i), container.Ports[i]);
                if (!string.IsNullOrEmpty(port.HostIP) && port.HostPort == 0)
                {
                    yield return $"{at}: hostIP set without hostPort: {{Name:{port.Name} HostPort:0 ContainerPort:{port.ContainerPortValue} Protocol:{port.Protocol} HostIP:{port.HostIP}}}";
                }

                foreach (var (otherAt, other) in seen.Where(one => (one.Port.ContainerPortValue, one.Port.Protocol) == (port.ContainerPortValue, port.Protocol)))
                {
                    if (Relation(port, other) is { } relation)
                    {
                        yield return $"{at}: {relation} port definition with {otherAt}";
                    }
                }

                seen.Add((at, port));
            }
        }
    }

    private static string? Relation(ContainerPort port, ContainerPort other) =>
        (port.HostIP ?? "", port.HostPort) == (other.HostIP ?? "", other.HostPort) ? "duplicate"
        : port.HostPort == 0 || other.HostPort == 0 ? "overlapping"
        : port.HostPort == other.HostPort && string.IsNullOrEmpty(port.HostIP) != string.IsNullOrEmpty(other.HostIP) ? "dangerously ambiguous"
        : null;
}
