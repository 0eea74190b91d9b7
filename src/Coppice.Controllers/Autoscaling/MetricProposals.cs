using Coppice.Controllers.Runtime;
using Coppice.Objects.Autoscaling.V2;
using Coppice.Objects;

namespace Coppice.Controllers.Autoscaling;

/// <summary>What one figure asks for.</summary>
/// <param name="Name">As messages call it.</param>
/// <param name="Measured">Of no type where nothing was measured, as in Kubernetes.</param>
/// <param name="Failure">Why it asks for nothing; else null.</param>
internal sealed record MetricProposal(int Replicas, string Name, MetricStatus Measured, MetricFailure? Failure = null);

/// <param name="Reason">For the condition and the event.</param>
/// <param name="Message">For these.</param>
/// <param name="Summary">The same as the whole computation tells it.</param>
internal sealed record MetricFailure(string Reason, string Message, string Summary);

/// <summary>What is known for one figure of an autoscaler.</summary>
/// <param name="Figures">What the pods use.</param>
/// <param name="Others">What others say of that figure.</param>
/// <param name="Existing">How many pods there are.</param>
internal readonly record struct Measurement(PodFigures Figures, OtherFigures Others, int Existing);

/// <summary>Asks each figure of an autoscaler how many pods there should be.</summary>
internal static class MetricProposals
{
    public static MetricProposal Of(MetricSpec metric, string space, Measurement measured, ReplicaCalculator calculator) => metric switch
    {
        { Type: MetricSourceType.Resource, Resource: { } resource } => OfResource(
            resource.Name,
            null,
            resource.Target,
            measured.Figures,
            calculator,
            current => new() { Type = metric.Type, Resource = new() { Name = resource.Name, Current = current } }),
        { Type: MetricSourceType.ContainerResource, ContainerResource: { } container } => OfResource(
            container.Name,
            container.Container,
            container.Target,
            measured.Figures,
            calculator,
            current => new() { Type = metric.Type, ContainerResource = new() { Name = container.Name, Container = container.Container, Current = current } }),
        { Type: MetricSourceType.Pods, Pods: { } pods } => OfPods(pods, measured.Others, calculator),
        { Type: MetricSourceType.Object, Object: { } about } => OfObject(about, space, measured.Others, measured.Existing, calculator),
        { Type: MetricSourceType.External, External: { } external } => OfExternal(external, space, measured.Others, measured.Existing, calculator),
        _ => None("InvalidMetricSourceType", $"unknown metric source type \"{metric.Type}\"", $"unknown metric source type \"{metric.Type}\""),
    };

    private static MetricProposal OfResource(
        string name, string? container, MetricTarget target, PodFigures figures, ReplicaCalculator calculator, Func<MetricValueStatus, MetricStatus> measured)
    {
        var found = figures.Of(name, container);
        var proposal = (found.Problem, target) switch
        {
            ({ } problem, _) => Proposal.None(problem),
            (_, { AverageValue: { } average }) => calculator.ByAverage(found.ByPod, name, average.MilliValue),
            (_, { AverageUtilization: { } percent }) => calculator.ByUtilization(found.ByPod, name, container, percent),
            _ => Proposal.None("neither an average utilization target nor an average value (usage) target was set"),
        };
        var kind = container is null ? "resource" : "container resource";
        if (proposal.Problem is { } why)
        {
            var message = $"failed to get {name} {(target.AverageValue is null ? "utilization" : "usage")}: {why}";
            return container is null
                ? None("FailedGetResourceMetric", message, $"failed to get {name} resource metric value: {message}")
                : None("FailedGetContainerResourceMetric", message, $"failed to get {container} container metric value: {message}");
        }

        return new(
            proposal.Replicas,
            target.AverageValue is null ? $"{name} {kind} utilization (percentage of request)" : $"{name} resource",
            measured(new() { AverageUtilization = proposal.Utilization, AverageValue = Quantity.FromMillis(proposal.Average) }));
    }

    private static MetricProposal OfPods(PodsMetricSource source, OtherFigures found, ReplicaCalculator calculator)
    {
        var (name, proposal) = (source.Metric.Name, found.Problem is null
            ? calculator.ByAverage(found.Items.DistinctBy(one => one.Key).ToDictionary(StringComparer.Ordinal), "", source.Target.AverageValue?.MilliValue ?? 0)
            : Proposal.None($"unable to get metric {source.Metric.Name}: {found.Problem}"));
        return proposal.Problem is { } why
            ? None("FailedGetPodsMetric", why, $"failed to get pods metric value: {why}")
            : new(
                proposal.Replicas,
                $"pods metric {name}",
                new() { Type = MetricSourceType.Pods, Pods = new() { Metric = source.Metric, Current = new() { AverageValue = Quantity.FromMillis(proposal.Average) } } });
    }

    // Kubernetes has the words of the failure in this order, though they make no sense, and calls a share of an object's figure external.
    private static MetricProposal OfObject(ObjectMetricSource source, string space, OtherFigures found, int existing, ReplicaCalculator calculator)
    {
        var (name, about) = (source.Metric.Name, source.DescribedObject);
        if (found.Problem is { } why)
        {
            var message = $"unable to get metric {name}: {about.Kind} on {space} {about.Name}/{why}";
            var inner = source.Target.Type == MetricTargetType.Value ? message : $"failed to get {name} object metric: {message}";
            return None("FailedGetObjectMetric", message, $"failed to get object metric value: {inner}");
        }

        var (proposal, current) = calculator.ByWhole(found.Items[0].Value.Amount, source.Target, existing);
        return new(
            proposal.Replicas,
            source.Target.Type == MetricTargetType.Value ? $"{about.Kind} metric {name}" : $"external metric {name}({SelectorText.Of(source.Metric.Selector)})",
            new() { Type = MetricSourceType.Object, Object = new() { DescribedObject = about, Metric = source.Metric, Current = current } });
    }

    private static MetricProposal OfExternal(ExternalMetricSource source, string space, OtherFigures found, int existing, ReplicaCalculator calculator)
    {
        var name = source.Metric.Name;
        if (found.Problem is { } why)
        {
            var message = $"unable to get external metric {space}/{name}/{SelectorText.Of(source.Metric.Selector)}: {why}";
            var inner = source.Target.AverageValue is null ? $"failed to get external metric {name}: {message}" : $"failed to get {name} external metric: {message}";
            return None("FailedGetExternalMetric", message, $"failed to get {name} external metric value: {inner}");
        }

        var (proposal, current) = calculator.ByWhole(found.Items.Sum(one => one.Value.Amount), source.Target, existing);
        return new(
            proposal.Replicas,
            $"external metric {name}({SelectorText.Of(source.Metric.Selector)})",
            new() { Type = MetricSourceType.External, External = new() { Metric = source.Metric, Current = current } });
    }

    private static MetricProposal None(string reason, string message, string summary) => new(0, "", new(), new(reason, message, summary));
}
