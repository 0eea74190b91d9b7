using Coppice.ApiServer.Tables;
using Coppice.Objects;
using Coppice.Objects.Autoscaling.V2;

namespace Coppice.ApiServer.Kinds.Autoscaling;

internal sealed class V2HorizontalPodAutoscalerTable : KindTable<HorizontalPodAutoscaler>
{
    /// <summary>How many figures a cell shows before it only counts them.</summary>
    private const int Shown = 2;

    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Text("Reference", "What is scaled."),
        TableColumn.Text("Targets", "What was measured, and what it should be."),
        TableColumn.Text("MinPods", "The fewest pods there may be."),
        TableColumn.Count("MaxPods", "The most pods there may be."),
        TableColumn.Count("Replicas", "How many pods there were to be when it was looked last."),
        TableColumn.Age,
    ];

    protected override IReadOnlyList<object> Cells(HorizontalPodAutoscaler item, DateTimeOffset now) =>
    [
        Name(item),
        $"{item.Spec.ScaleTargetRef.Kind}/{item.Spec.ScaleTargetRef.Name}",
        Targets(item),
        item.Spec.MinReplicas?.ToString() ?? CellText.Unset,
        (long)item.Spec.MaxReplicas,
        (long)item.Status.CurrentReplicas,
        Age(item, now),
    ];

    private static string Targets(HorizontalPodAutoscaler item)
    {
        var texts = item.Spec.Metrics.Select((metric, at) => Target(metric, item.Status.CurrentMetrics.ElementAtOrDefault(at))).ToList();
        var shown = CellText.OrNone(string.Join(", ", texts.Take(Shown)));
        return texts.Count > Shown ? $"{shown} + {texts.Count - Shown} more..." : shown;
    }

    private static string Target(MetricSpec metric, MetricStatus? measured) => metric switch
    {
        { Type: MetricSourceType.External, External.Target: var target } => Figure(measured?.External?.Current, target),
        { Type: MetricSourceType.Object, Object.Target: var target } => Figure(measured?.Object?.Current, target),
        { Type: MetricSourceType.Pods, Pods.Target: var target } => $"{Text(measured?.Pods?.Current.AverageValue)}/{Text(target.AverageValue)}",
        { Type: MetricSourceType.Resource, Resource: { } resource } => $"{resource.Name}: {Use(measured?.Resource?.Current, resource.Target)}",
        { Type: MetricSourceType.ContainerResource, ContainerResource: { } container } =>
            $"{container.Name}: {Use(measured?.ContainerResource?.Current, container.Target)}",
        _ => "<unknown type>",
    };

    private static string Figure(MetricValueStatus? current, MetricTarget target) => target.AverageValue is { } average
        ? $"{Text(current?.AverageValue)}/{average} (avg)"
        : $"{Text(current?.Value)}/{Text(target.Value)}";

    private static string Use(MetricValueStatus? current, MetricTarget target)
    {
        if (target.AverageValue is { } amount)
        {
            return $"{Text(current?.AverageValue)}/{amount}";
        }

        var wanted = target.AverageUtilization is { } percent ? $"{percent}%" : "<auto>";
        return current?.AverageUtilization is { } used ? $"{used}%/{wanted}" : $"{CellText.Unknown}/{wanted}";
    }

    private static string Text(Quantity? amount) => amount?.ToString() ?? CellText.Unknown;
}
