using Coppice.Objects;
using Coppice.Objects.Metrics;

namespace Coppice.Controllers.Autoscaling;

/// <summary>What was measured of one pod.</summary>
/// <param name="Amount">In thousandths.</param>
/// <param name="Window">Over how long it is an average.</param>
internal readonly record struct PodFigure(double Amount, DateTimeOffset At, TimeSpan Window);

/// <summary>What was measured of one resource of pods, by their names; or why nothing is known.</summary>
internal readonly record struct ResourceFigures(IReadOnlyDictionary<string, PodFigure> ByPod, string? Problem);

/// <summary>What the metrics API answered about the pods of a target; or why it did not.</summary>
internal sealed record PodFigures(IReadOnlyList<PodMetrics> Items, string? Problem)
{
    /// <summary>What the pods use of a resource; a pod of which a container is not measured is missing.</summary>
    /// <param name="container">Null for all of a pod.</param>
    public ResourceFigures Of(string resource, string? container)
    {
        var figures = new Dictionary<string, PodFigure>(StringComparer.Ordinal);
        var problem = Problem is { } why ? $"unable to fetch metrics from resource metrics API: {why}"
            : Items.Count == 0 ? "no metrics returned from resource metrics API"
            : null;
        foreach (var item in problem is null ? Items : [])
        {
            var containers = item.Containers.Where(one => container is null || one.Name == container).ToList();
            if (containers.Count == 0 && container is not null)
            {
                problem = $"failed to get container metrics: container {container} not present in metrics for pod {item.Metadata.Namespace}/{item.Metadata.Name}";
                break;
            }

            if (containers.Count > 0 && containers.All(one => one.Usage.ContainsKey(resource)))
            {
                var amount = containers.Sum(one => (double)one.Usage[resource].MilliValue);
                figures[item.Metadata.Name!] = new(amount, item.Timestamp ?? default, GoDuration.Parse(item.Window ?? "") ?? TimeSpan.Zero);
            }
        }

        return new(figures, problem is null ? null : $"unable to get metrics for resource {resource}: {problem}");
    }
}
