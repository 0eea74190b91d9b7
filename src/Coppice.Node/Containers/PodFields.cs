using System.Globalization;
using System.Text;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Containers;

/// <summary>The fields of a pod and of its containers' resources that variables and downwardAPI files may show. Pure.</summary>
public static class PodFields
{
    private const string DefaultServiceAccount = "default";

    /// <exception cref="ContainerConfigException">There is no such field to show.</exception>
    public static string Value(Pod pod, string path, PodFacts facts)
    {
        var meta = pod.Metadata;
        if (Subscript(path, "metadata.labels") is { } label)
        {
            return meta.Labels.Find(label) ?? "";
        }

        if (Subscript(path, "metadata.annotations") is { } annotation)
        {
            return meta.Annotations.Find(annotation) ?? "";
        }

        return path switch
        {
            "metadata.name" => meta.Name ?? "",
            "metadata.namespace" => meta.Namespace ?? "",
            "metadata.uid" => meta.Uid ?? "",
            "metadata.labels" => Lines(meta.Labels),
            "metadata.annotations" => Lines(meta.Annotations),
            "spec.nodeName" => pod.Spec.NodeName ?? facts.NodeName,
            "spec.serviceAccountName" => pod.Spec.ServiceAccountName ?? DefaultServiceAccount,
            "status.hostIP" => facts.HostAddresses.FirstOrDefault() ?? "",
            "status.hostIPs" => string.Join(',', facts.HostAddresses),
            "status.podIP" => facts.PodAddresses.FirstOrDefault() ?? "",
            "status.podIPs" => string.Join(',', facts.PodAddresses),
            _ => throw new ContainerConfigException($"unsupported fieldPath: {path}"),
        };
    }

    /// <param name="container">The one that it is for, unless the selector names another.</param>
    /// <exception cref="ContainerConfigException">There is no such container or resource.</exception>
    public static string Resource(Pod pod, Container? container, ResourceFieldSelector selector, PodFacts facts)
    {
        if (selector.ContainerName is { Length: > 0 } name)
        {
            container = pod.Spec.Containers.Concat(pod.Spec.InitContainers).FirstOrDefault(one => one.Name == name);
            if (container is null)
            {
                throw new ContainerConfigException($"container {name} not found");
            }
        }

        var dot = selector.Resource.IndexOf('.');
        if (container is null || dot < 0)
        {
            throw new ContainerConfigException($"unsupported container resource : {selector.Resource}");
        }

        var resource = selector.Resource[(dot + 1)..];
        var isLimit = selector.Resource[..dot] == "limits";
        if (!isLimit && selector.Resource[..dot] != "requests")
        {
            throw new ContainerConfigException($"unsupported container resource : {selector.Resource}");
        }

        var amount = isLimit
            ? Limit(pod, container, resource, facts)
            : container.Resources.Requests.Find(resource);
        var divisor = selector.Divisor.IsZero ? Quantity.FromUnits(1) : selector.Divisor;
        return resource switch
        {
            "cpu" => DivideUp(amount.MilliValue, divisor.MilliValue),
            "memory" or "ephemeral-storage" => DivideUp(amount.Value, divisor.Value),
            _ when resource.StartsWith("hugepages-", StringComparison.Ordinal) => DivideUp(amount.Value, divisor.Value),
            _ => throw new ContainerConfigException($"unsupported container resource : {selector.Resource}"),
        };
    }

    // The container's own, or that of the pod as a whole, or what the node has.
    private static Quantity Limit(Pod pod, Container container, string resource, PodFacts facts) =>
        container.Resources.Limits.Find(resource) is { IsZero: false } own ? own
        : resource is "cpu" or "memory" && pod.Spec.Resources?.Limits.Find(resource) is { IsZero: false } whole ? whole
        : facts.Allocatable.Find(resource);

    private static string DivideUp(long amount, long divisor) =>
        ((amount / divisor) + (amount % divisor == 0 ? 0 : 1)).ToString(CultureInfo.InvariantCulture);

    private static string? Subscript(string path, string map) =>
        path.StartsWith(map + "['", StringComparison.Ordinal) && path.EndsWith("']", StringComparison.Ordinal) ? path[(map.Length + 2)..^2] : null;

    // One entry a line, as key="value" with the escapes of a Go string.
    private static string Lines(ValueMap<string> map) =>
        string.Join('\n', map.Select(one => $"{one.Key}=\"{Escape(one.Value)}\""));

    private static string Escape(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var letter in text)
        {
            result.Append(letter switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                < ' ' => $"\\x{(int)letter:x2}",
                _ => letter.ToString(),
            });
        }

        return result.ToString();
    }
}
