using Coppice.ApiServer.Tables;
using Coppice.Objects;
using Coppice.Objects.Metrics;

namespace Coppice.ApiServer.Kinds.Metrics;

/// <summary>What nodes use, as "kubectl top nodes" asks for it.</summary>
public static class NodeMetricsKind
{
    public static ServedKind From(IObjectSource source) =>
        new(UnstoredKinds.NodeMetrics, new KindStrategy<NodeMetrics>(), new NodeMetricsTable()) { Source = source, Verbs = ServedKind.ReadVerbs };
}

internal sealed class NodeMetricsTable : KindTable<NodeMetrics>
{
    public override IReadOnlyList<TableColumn> Columns { get; } = UsageCells.Columns;

    protected override IReadOnlyList<object> Cells(NodeMetrics item, DateTimeOffset now) =>
        [Name(item), UsageCells.Of(item.Usage, UsageCells.Cpu), UsageCells.Of(item.Usage, UsageCells.Memory), item.Window ?? ""];
}
