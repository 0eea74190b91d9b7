namespace Coppice.Scheduler;

/// <summary>
/// What would be with all that wait for nodes on these, as far as a pod leaves them their room: scores count them, as filters do. When it
/// is disposed of, all is as it was.
/// </summary>
internal sealed class Expectation : IDisposable
{
    private readonly List<Trial> _trials = [];

    public Expectation(PodInfo pod, ClusterSnapshot cluster, Nominations nominations, NodeInfo[] nodes)
    {
        (Cluster, Nodes) = (cluster, nodes);
        if (nominations.IsEmpty)
        {
            return;
        }

        Nodes = Array.ConvertAll(nodes, node => With(nominations.Above(pod, node.Name), node));
        if (_trials.Count > 0)
        {
            // What is counted now for the first time counts all nodes as they are expected.
            var all = new SortedList<string, NodeInfo>(cluster.NodesByName, StringComparer.Ordinal);
            _trials.ForEach(trial => all[trial.Node.Name] = trial.Node);
            Cluster = cluster with { NodesByName = all };
        }

        NodeInfo With(IReadOnlyList<PodInfo> waiting, NodeInfo node)
        {
            if (waiting.Count == 0)
            {
                return node;
            }

            var trial = new Trial(cluster.Sums, node, isSeenBeyond: true);
            _trials.Add(trial);
            foreach (var one in waiting)
            {
                trial.Add(one);
            }

            return trial.Node;
        }
    }

    public ClusterSnapshot Cluster { get; }

    /// <summary>In the order in which they were given.</summary>
    public NodeInfo[] Nodes { get; }

    public void Dispose() => _trials.ForEach(trial => trial.Dispose());
}
