using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Containers;

/// <summary>What a pod asks of its node: what its containers need together, or its init containers one after the other, if that is more. Pure.</summary>
internal static class PodRequests
{
    public static ValueMap<Quantity> Of(PodSpec spec)
    {
        var running = new SortedDictionary<string, Quantity>(StringComparer.Ordinal);
        var most = new SortedDictionary<string, Quantity>(StringComparer.Ordinal);
        foreach (var container in spec.InitContainers)
        {
            if (container.RestartPolicy == RestartPolicy.Always)
            {
                Add(running, container.Resources.Requests);
                Raise(most, running);
                continue;
            }

            var atOnce = new SortedDictionary<string, Quantity>(running, StringComparer.Ordinal);
            Add(atOnce, container.Resources.Requests);
            Raise(most, atOnce);
        }

        foreach (var container in spec.Containers)
        {
            Add(running, container.Resources.Requests);
        }

        Raise(most, running);
        // Requests of the pod itself take the containers' place.
        if (spec.Resources is { } whole)
        {
            foreach (var (name, amount) in whole.Requests)
            {
                most[name] = amount;
            }
        }

        Add(most, spec.Overhead);
        return most.ToValueMap();
    }

    private static void Add(SortedDictionary<string, Quantity> sum, IEnumerable<KeyValuePair<string, Quantity>> amounts)
    {
        foreach (var (name, amount) in amounts)
        {
            sum[name] = sum.GetValueOrDefault(name) + amount;
        }
    }

    private static void Raise(SortedDictionary<string, Quantity> most, SortedDictionary<string, Quantity> amounts)
    {
        foreach (var (name, amount) in amounts)
        {
            if (!most.TryGetValue(name, out var before) || amount > before)
            {
                most[name] = amount;
            }
        }
    }
}
