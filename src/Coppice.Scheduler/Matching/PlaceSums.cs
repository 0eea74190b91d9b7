namespace Coppice.Scheduler;

/// <summary>
/// A number for each place (each value of a label of nodes), by label: what a node is worth is found by its own labels, however many
/// places there are.
/// </summary>
internal sealed class PlaceSums
{
    private readonly Dictionary<string, Dictionary<string, long>> _byLabel = new(StringComparer.Ordinal);

    public bool IsEmpty => _byLabel.Count == 0;

    /// <summary>Adds to the place of a node; a node without the label is in none.</summary>
    public void Add(NodeView node, string label, long amount)
    {
        if (!node.Labels.TryGetValue(label, out var place))
        {
            return;
        }

        if (!_byLabel.TryGetValue(label, out var places))
        {
            _byLabel[label] = places = new(StringComparer.Ordinal);
        }

        places[place] = places.GetValueOrDefault(place) + amount;
    }

    /// <summary>Whether the node's place by this label has a number.</summary>
    public bool Has(NodeView node, string label) =>
        _byLabel.TryGetValue(label, out var places) && node.Labels.TryGetValue(label, out var place) && places.ContainsKey(place);

    public bool HasAny(NodeView node)
    {
        foreach (var label in _byLabel.Keys)
        {
            if (Has(node, label))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The numbers of all places that a node is in.</summary>
    public long Of(NodeView node)
    {
        long sum = 0;
        foreach (var (label, places) in _byLabel)
        {
            if (node.Labels.TryGetValue(label, out var place))
            {
                sum += places.GetValueOrDefault(place);
            }
        }

        return sum;
    }
}
