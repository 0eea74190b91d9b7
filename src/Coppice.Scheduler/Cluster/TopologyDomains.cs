using System.Runtime.InteropServices;

namespace Coppice.Scheduler;

/// <summary>
/// The domains of a label, which are the nodes with the same value of it, by numbers: whoever counts by domain asks for that of hundreds of
/// nodes a plan, and a number is found without comparing any names.
/// </summary>
internal sealed class TopologyDomains(string key)
{
    /// <summary>That of a node without the label.</summary>
    public const int None = 0;

    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly Stack<int> _free = [];

    // By number, how many nodes are in it; by the nodes' slots, in which they are.
    private readonly List<int> _sizes = [0];
    private readonly List<int> _domains = [];

    /// <summary>The label.</summary>
    public string Key => key;

    /// <summary>The number of the node's domain; <see cref="None"/> if it is in none. A number that is free again is given again.</summary>
    public int Of(NodeInfo node) => node.Slot < _domains.Count ? CollectionsMarshal.AsSpan(_domains)[node.Slot] : None;

    /// <summary>In how many domains some nodes are.</summary>
    public int CountOf(NodeInfo[] nodes)
    {
        var seen = new bool[_sizes.Count];
        var count = 0;
        foreach (var node in nodes)
        {
            var domain = Of(node);
            count += domain != None && !seen[domain] ? 1 : 0;
            seen[domain] = true;
        }

        return count;
    }

    public void Enter(NodeInfo node)
    {
        if (!node.Labels.TryGetValue(key, out var name))
        {
            return;
        }

        if (!_numbers.TryGetValue(name, out var number))
        {
            if (!_free.TryPop(out number))
            {
                number = _sizes.Count;
                _sizes.Add(0);
            }

            _numbers[name] = number;
        }

        _sizes[number]++;
        while (_domains.Count <= node.Slot)
        {
            _domains.Add(None);
        }

        _domains[node.Slot] = number;
    }

    /// <summary>Nothing must be counted by the node any longer.</summary>
    public void Leave(NodeInfo node)
    {
        if (Of(node) is var number and not None)
        {
            _domains[node.Slot] = None;
            if (--_sizes[number] == 0)
            {
                _numbers.Remove(node.Labels[key]);
                _free.Push(number);
            }
        }
    }
}
