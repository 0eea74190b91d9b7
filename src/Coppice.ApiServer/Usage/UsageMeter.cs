using Coppice.ApiServer.Kinds;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;
using Coppice.Objects.Metrics;
using Microsoft.Extensions.Logging;

namespace Coppice.ApiServer.Usage;

/// <summary>
/// What metrics-server is in other clusters: it looks at every node now and then, and tells from the last two looks what nodes and pods
/// use. A container that only the last look saw is measured since its start, so that nobody waits for a second one.
/// </summary>
/// <param name="look">At the node of a name; null if it cannot be reached.</param>
public sealed partial class UsageMeter(
    ObjectCache<Node> nodes, ObjectCache<Pod> pods, Func<string, CancellationToken, ValueTask<NodeSample?>> look, TimeProvider time, ILogger log)
{
    /// <summary>metrics-server's default.</summary>
    private static readonly TimeSpan Resolution = TimeSpan.FromSeconds(15);

    // Nodes are measured by two looks, and whoever starts a cluster should not wait for the second.
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    private volatile IReadOnlyDictionary<string, Looks> _looks = new Dictionary<string, Looks>();

    public IObjectSource Nodes => field ??= new MeasuredObjects<Node>(nodes, MeasureNode);

    public IObjectSource Pods => field ??= new MeasuredObjects<Pod>(pods, MeasurePod);

    /// <summary>Looks until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await nodes.WaitUntilSyncedAsync();
                await LookAsync(stop);
                await Task.Delay(_looks.Count > 0 && _looks.Values.All(looks => looks.Before is not null) ? Resolution : FirstPause, time, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>Looks once at every node.</summary>
    internal async Task LookAsync(CancellationToken stop)
    {
        var seen = new Dictionary<string, Looks>(StringComparer.Ordinal);
        foreach (var name in nodes.Items.Select(node => node.Metadata.Name!))
        {
            if (await TryLookAsync(name, stop) is { } sample)
            {
                seen[name] = new Looks(sample, _looks.GetValueOrDefault(name)?.Last);
            }
        }

        _looks = seen;
    }

    private async ValueTask<NodeSample?> TryLookAsync(string node, CancellationToken stop)
    {
        try
        {
            return await look(node, stop);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            LogUnseen(node, e.Message);
            return null;
        }
    }

    private NodeMetrics? MeasureNode(Node node)
    {
        // An average since the machine was started says nothing.
        if (_looks.GetValueOrDefault(node.Metadata.Name!) is not { Before: { } before } looks)
        {
            return null;
        }

        var (usage, window) = UsageRate.Between(looks.Last.Node, looks.Last.At, before.Node, before.At);
        return usage.IsEmpty ? null : new NodeMetrics
        {
            ApiVersion = UnstoredKinds.NodeMetrics.ApiVersion,
            Kind = UnstoredKinds.NodeMetrics.Name,
            Metadata = MetadataOf(node, looks.Last.At),
            Timestamp = looks.Last.At,
            Window = GoDuration.Write(window),
            Usage = usage,
        };
    }

    private PodMetrics? MeasurePod(Pod pod)
    {
        if (pod.Spec.NodeName is not { } node
            || _looks.GetValueOrDefault(node) is not { } looks
            || looks.Last.Pods.GetValueOrDefault(pod.Metadata.Uid ?? "") is not { Containers.Count: > 0 } sample)
        {
            return null;
        }

        var before = looks.Before?.Pods.GetValueOrDefault(pod.Metadata.Uid ?? "");
        var longest = TimeSpan.Zero;
        var containers = new List<ContainerMetrics>();
        foreach (var (name, totals) in sample.Containers)
        {
            UsageTotals? earlier = before is not null && before.Containers.TryGetValue(name, out var found) ? found : null;
            var (usage, window) = UsageRate.Between(totals, looks.Last.At, earlier, looks.Before?.At);
            if (!usage.IsEmpty)
            {
                longest = window > longest ? window : longest;
                containers.Add(new ContainerMetrics { Name = name, Usage = usage });
            }
        }

        return containers.Count == 0 ? null : new PodMetrics
        {
            ApiVersion = UnstoredKinds.PodMetrics.ApiVersion,
            Kind = UnstoredKinds.PodMetrics.Name,
            Metadata = MetadataOf(pod, looks.Last.At),
            Timestamp = looks.Last.At,
            Window = GoDuration.Write(longest),
            Containers = containers.ToValueList(),
        };
    }

    /// <summary>With the labels of whom it is about, so that one can select by them.</summary>
    private static ObjectMeta MetadataOf(KubernetesObject of, DateTimeOffset at) => new()
    {
        Name = of.Metadata.Name,
        Namespace = of.Metadata.Namespace,
        Labels = of.Metadata.Labels,
        CreationTimestamp = ApiTime.Truncate(at),
    };

    [LoggerMessage(2002, LogLevel.Warning, "What node {Node} uses is not known: {Why}")]
    private partial void LogUnseen(string node, string why);

    /// <param name="Before">Null if there was one look so far.</param>
    private sealed record Looks(NodeSample Last, NodeSample? Before);
}
