using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Semantics;

namespace Coppice.Controllers.EndpointSlices;

/// <summary>How much of the nodes' processors is in each zone, which tells how many of a service's endpoints each zone needs.</summary>
/// <param name="Of">Empty if that is not known of all of the nodes, or all of them are in one zone.</param>
internal sealed record ZoneShares(ValueMap<double> Of)
{
    private const string Zone = "topology.kubernetes.io/zone";

    /// <summary>Nodes that are ready and for everybody's pods count.</summary>
    public static ZoneShares Among(IEnumerable<Node> nodes)
    {
        var millis = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var (zone, cpu) in nodes.Select(Part).OfType<(string?, long)>())
        {
            if (string.IsNullOrEmpty(zone) || cpu == 0)
            {
                return new(default(ValueMap<double>));
            }

            millis[zone] = millis.GetValueOrDefault(zone) + cpu;
        }

        var total = millis.Values.Sum();
        return new(millis.Count < 2 ? default : millis.Select(one => KeyValuePair.Create(one.Key, one.Value / total)).ToValueMap());
    }

    /// <summary>A change of a node that may change the shares.</summary>
    public static bool IsChange(Node? old, Node? current) => PartOf(old) != PartOf(current);

    private static (string? Zone, long Cpu)? PartOf(Node? node) => node is null ? null : Part(node);

    /// <returns>Null for a node that does not count.</returns>
    private static (string? Zone, long Cpu)? Part(Node node)
    {
        var labels = node.Metadata.Labels;
        return labels.ContainsKey("node-role.kubernetes.io/control-plane") || labels.ContainsKey("node-role.kubernetes.io/master") || !NodeConditions.IsReady(node)
            ? null
            : (labels.Find(Zone), node.Status.Allocatable.Find("cpu").MilliValue);
    }
}
