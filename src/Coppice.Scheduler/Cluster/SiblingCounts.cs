namespace Coppice.Scheduler;

/// <summary>How many pods of one owner are on each node and in each zone, without those that are leaving.</summary>
internal sealed class SiblingCounts
{
    private readonly Dictionary<string, int> _onNode = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _inZone = new(StringComparer.Ordinal);

    public bool IsEmpty => _onNode.Count == 0;

    public int On(NodeView node) => _onNode.GetValueOrDefault(node.Name);

    /// <summary>0 for a node that is in no zone.</summary>
    public int InZoneOf(NodeView node) => node.Zone is { } zone ? _inZone.GetValueOrDefault(zone) : 0;

    public void Count(NodeView node, int sign)
    {
        Add(_onNode, node.Name, sign);
        if (node.Zone is { } zone)
        {
            Add(_inZone, zone, sign);
        }
    }

    /// <summary>Counts without zeros, or the tables would remember every name there ever was.</summary>
    public static void Add(Dictionary<string, int> counts, string name, int sign)
    {
        var count = counts.GetValueOrDefault(name) + sign;
        if (count == 0)
        {
            counts.Remove(name);
        }
        else
        {
            counts[name] = count;
        }
    }
}
