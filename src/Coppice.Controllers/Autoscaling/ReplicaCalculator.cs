using Coppice.Objects;
using Coppice.Objects.Autoscaling.V2;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Autoscaling;

/// <summary>How many pods a figure asks for; or why that cannot be told, in Kubernetes' words.</summary>
/// <param name="Utilization">The average of what the pods use, in percent of what they request; null where that is not asked.</param>
/// <param name="Average">The same in thousandths.</param>
internal readonly record struct Proposal(int Replicas, int? Utilization, long Average, string? Problem = null)
{
    public static Proposal None(string problem) => new(0, null, 0, problem);
}

/// <summary>How far a figure may be from its target, in either direction, as a fraction of it.</summary>
internal readonly record struct Tolerances(double Down, double Up)
{
    public bool Include(double ratio) => 1 - Down <= ratio && ratio <= 1 + Up;
}

/// <summary>
/// The number of pods that brings a figure to its target: as many times what there are as it is above it. Pods that are not ready yet,
/// and those of which nothing is known, are counted so that they make the change smaller. Pure.
/// </summary>
/// <param name="Pods">Those that the target's selector matches.</param>
/// <param name="Current">How many there are to be.</param>
internal sealed record ReplicaCalculator(
    IReadOnlyList<Pod> Pods, int Current, Tolerances Tolerances, AutoscalerOptions Options, DateTimeOffset Now)
{
    /// <summary>A missing pod uses all that it requests, or all of a target that is above it, where that keeps from shrinking.</summary>
    private const int WholeRequest = 100;

    /// <param name="container">Null for all of a pod.</param>
    /// <param name="target">In percent of what the pods request.</param>
    public Proposal ByUtilization(IReadOnlyDictionary<string, PodFigure> figures, string resource, string? container, int target)
    {
        var requests = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var pod in Pods)
        {
            var (request, lacking) = RequestOf(pod, resource, container);
            if (lacking is not null)
            {
                return Proposal.None($"missing request for {resource} in container {lacking} of Pod {pod.Metadata.Name}");
            }

            requests[pod.Metadata.Name!] = request;
        }

        return Calculate(Group(figures, resource), amounts => Utilization(amounts, requests, target), name => requests[name] * Math.Max(WholeRequest, target) / 100);
    }

    /// <param name="target">The average, in thousandths.</param>
    public Proposal ByAverage(IReadOnlyDictionary<string, PodFigure> figures, string resource, long target) => Calculate(
        Group(figures, resource),
        amounts =>
        {
            var average = Math.Floor(amounts.Values.Sum() / amounts.Count);
            return new(average / target, null, (long)average);
        },
        _ => target);

    /// <summary>By a figure of all pods together, or of something else.</summary>
    /// <param name="amount">In thousandths.</param>
    /// <param name="target">What it should be, or the share of it that each pod should have.</param>
    /// <param name="existing">How many pods there are.</param>
    /// <returns>The number, and the figure as it is told.</returns>
    public (Proposal Proposal, MetricValueStatus Current) ByWhole(double amount, MetricTarget target, int existing)
    {
        if (target.AverageValue is { } average)
        {
            var share = amount / (average.MilliValue * (double)existing);
            var wanted = Tolerances.Include(share) ? existing : Times(amount / average.MilliValue, 1);
            var each = (long)Math.Ceiling(existing == 0 ? amount : amount / existing);
            return (new(wanted, null, each), new() { AverageValue = Quantity.FromMillis(each) });
        }

        // From none it may grow; else it is in proportion to those that serve.
        var ratio = amount / (target.Value?.MilliValue ?? 0);
        var replicas = Current == 0 ? Times(ratio, 1)
            : Tolerances.Include(ratio) ? Current
            : Times(ratio, Pods.Count(pod => pod.Status.Phase == PodPhase.Running && PodConditions.IsTrue(pod.Status, PodConditionType.Ready)));
        return (new(replicas, null, (long)amount), new() { Value = Quantity.FromMillis((long)amount) });
    }

    /// <param name="ratioOf">Of amounts, at least one.</param>
    /// <param name="missing">What a pod uses of which nothing is known, where that keeps from shrinking.</param>
    private Proposal Calculate(PodGroups groups, Func<IReadOnlyDictionary<string, double>, Ratio> ratioOf, Func<string, double> missing)
    {
        if (Pods.Count == 0)
        {
            return Proposal.None("no pods returned by selector while calculating replica count");
        }

        if (groups.Measured.Count == 0)
        {
            return Proposal.None("did not receive metrics for targeted pods (pods might be unready)");
        }

        var found = ratioOf(groups.Measured);
        if (double.IsNaN(found.Value))
        {
            return Proposal.None("no metrics returned matched known pods");
        }

        var growsDespiteUnready = groups.Unready.Count > 0 && found.Value > 1;
        if (!growsDespiteUnready && groups.Missing.Count == 0)
        {
            return found.Propose(Tolerances.Include(found.Value) ? Current : Times(found.Value, groups.Measured.Count));
        }

        // The unknown is taken to be against the change, and must not turn it round.
        var amounts = new Dictionary<string, double>(groups.Measured, StringComparer.Ordinal);
        foreach (var name in found.Value == 1 ? [] : groups.Missing)
        {
            amounts[name] = found.Value < 1 ? missing(name) : 0;
        }

        foreach (var name in growsDespiteUnready ? groups.Unready : [])
        {
            amounts[name] = 0;
        }

        var ratio = ratioOf(amounts).Value;
        var replicas = Times(ratio, amounts.Count);
        var isTurned = (found.Value < 1 && ratio > 1) || (found.Value > 1 && ratio < 1)
            || (ratio < 1 && replicas > Current) || (ratio > 1 && replicas < Current);
        return found.Propose(Tolerances.Include(ratio) || isTurned ? Current : replicas);
    }

    private PodGroups Group(IReadOnlyDictionary<string, PodFigure> figures, string resource)
    {
        var groups = new PodGroups([], [], []);
        foreach (var pod in Pods.Where(pod => pod.Metadata.DeletionTimestamp is null && pod.Status.Phase != PodPhase.Failed))
        {
            var name = pod.Metadata.Name!;
            if (pod.Status.Phase is null or PodPhase.Pending)
            {
                groups.Unready.Add(name);
            }
            else if (!figures.TryGetValue(name, out var figure))
            {
                groups.Missing.Add(name);
            }
            else if (resource == ResourceName.Cpu && IsStarting(pod, figure))
            {
                groups.Unready.Add(name);
            }
            else
            {
                groups.Measured.Add(name, figure.Amount);
            }
        }

        return groups;
    }

    /// <summary>What it uses of the processor is what its start takes.</summary>
    private bool IsStarting(Pod pod, PodFigure figure)
    {
        if (pod.Status.StartTime is not { } start || PodConditions.Find(pod.Status, PodConditionType.Ready) is not { } ready)
        {
            return true;
        }

        var isUnready = ready.Status == ConditionStatus.False;
        var since = ready.LastTransitionTime ?? default;
        return start.After(Options.CpuInitialization) > Now
            ? isUnready || figure.At < since.After(figure.Window)
            : isUnready && start.After(Options.InitialReadiness) > since;
    }

    /// <returns>No number where nothing is requested.</returns>
    private static Ratio Utilization(IReadOnlyDictionary<string, double> amounts, Dictionary<string, double> requests, int target)
    {
        var (used, requested) = (amounts.Values.Sum(), amounts.Keys.Sum(name => requests[name]));
        if (requested == 0)
        {
            return new(double.NaN, null, 0);
        }

        var percent = (int)(used * 100 / requested);
        return new(percent / (double)target, percent, (long)(used / amounts.Count));
    }

    /// <summary>In thousandths; of all that runs side by side, unless the pod asks as a whole.</summary>
    /// <returns>And the container that asks for nothing; null if each asks.</returns>
    private static (double Amount, string? Lacking) RequestOf(Pod pod, string resource, string? container)
    {
        if (container is null && PodRequests.IsOfPods(resource) && pod.Spec.Resources?.Requests.TryGetValue(resource, out var whole) == true)
        {
            return (whole.MilliValue, null);
        }

        var running = pod.Spec.Containers.Concat(pod.Spec.InitContainers.Where(one => one.RestartPolicy == ContainerRestartPolicy.Always));
        var asked = running.Where(one => container is null || one.Name == container).ToList();
        return (asked.Sum(one => (double)one.Resources.Requests.Find(resource).MilliValue), asked.Find(one => !one.Resources.Requests.ContainsKey(resource))?.Name);
    }

    private static int Times(double ratio, int pods) => (int)Math.Min(Math.Ceiling(ratio * pods), int.MaxValue);

    /// <param name="Measured">What those use that count.</param>
    /// <param name="Unready">Those whose figures say nothing yet.</param>
    /// <param name="Missing">Those without figures.</param>
    private sealed record PodGroups(Dictionary<string, double> Measured, List<string> Unready, List<string> Missing);

    /// <summary>A figure beside its target.</summary>
    private readonly record struct Ratio(double Value, int? Utilization, long Average)
    {
        public Proposal Propose(int replicas) => new(replicas, Utilization, Average);
    }
}
