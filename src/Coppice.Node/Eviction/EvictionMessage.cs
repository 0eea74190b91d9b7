using System.Text;
using Coppice.Node.Pressure;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Eviction;

/// <summary>What a pod is told that is evicted, in the kubelet's words. Pure.</summary>
internal static class EvictionMessage
{
    public static string Of(Shortfall shortfall, PodUse use)
    {
        var resource = shortfall.Signal.Resource;
        var isInBytes = resource is ResourceName.Memory or ResourceName.Ephemeralstorage;
        var available = isInBytes ? Quantity.FromBytes(shortfall.Available) : Quantity.FromUnits(shortfall.Available);
        var text = new StringBuilder($"The node was low on resource: {resource}. Threshold quantity: {Quantity.FromBytes(shortfall.Wanted)}, available: {available}. ");
        if (!isInBytes)
        {
            return text.ToString();
        }

        var spec = use.Pod.Spec;
        if (resource == ResourceName.Memory && spec.Resources is { } whole && whole.Requests.TryGetValue(resource, out var asked))
        {
            text.Append(Larger("Pod", use.Pod.Metadata.Name ?? "", use.Used, asked, resource));
        }

        foreach (var container in spec.Containers.Concat(spec.InitContainers))
        {
            var request = container.Resources.Requests.Find(resource);
            if (use.Containers.TryGetValue(container.Name, out var used) && used > request.Value)
            {
                text.Append(Larger("Container", container.Name, used, request, resource));
            }
        }

        return text.ToString();
    }

    private static string Larger(string what, string name, long used, Quantity request, string resource) =>
        $"{what} {name} was using {Quantity.FromBytes(used)}, request is {request}, has larger consumption of {resource}. ";
}
