namespace Coppice.Scheduler;

/// <summary>How many pods of one owner are on each node and in each zone, without those that are being deleted.</summary>
internal sealed class SiblingCounts
{
    private readonly NameCounts _onNode = new();
    private readonly NameCounts _inZone = new();

    public bool IsEmpty => _onNode.IsEmpty;

    public int On(NodeInfo node) => _onNode.Of(node.Name);

    /// <summary>0 for a node that is in no zone.</summary>
    public int InZoneOf(NodeInfo node) => node.Zone is { } zone ? _inZone.Of(zone) : 0;

    public void Count(NodeInfo node, int sign)
    {
        _onNode.Add(node.Name, sign);
        if (node.Zone is { } zone)
        {
            _inZone.Add(zone, sign);
        }
    }
}
