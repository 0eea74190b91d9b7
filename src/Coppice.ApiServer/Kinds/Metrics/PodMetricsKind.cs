using Coppice.ApiServer.Tables;
using Coppice.Objects;
using Coppice.Objects.Metrics;

namespace Coppice.ApiServer.Kinds.Metrics;

/// <summary>What pods use, as "kubectl top pods" and autoscalers ask for it.</summary>
public static class PodMetricsKind
{
    public static ServedKind From(IObjectSource source) =>
        new(UnstoredKinds.PodMetrics, new KindStrategy<PodMetrics>(), new PodMetricsTable()) { Source = source, Verbs = ServedKind.ReadVerbs };
}

internal sealed class PodMetricsTable : KindTable<PodMetrics>
{
    public override IReadOnlyList<TableColumn> Columns { get; } = UsageCells.Columns;

    protected override IReadOnlyList<object> Cells(PodMetrics item, DateTimeOffset now) =>
        [Name(item), Sum(item, UsageCells.Cpu), Sum(item, UsageCells.Memory), item.Window ?? ""];

    private static string Sum(PodMetrics item, string resource) => item.Containers
        .Aggregate(default(Quantity), (sum, container) => sum + container.Usage.Find(resource)).ToString();
}
