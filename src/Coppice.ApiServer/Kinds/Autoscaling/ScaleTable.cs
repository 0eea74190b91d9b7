using Coppice.ApiServer.Tables;
using Coppice.Objects.Autoscaling;

namespace Coppice.ApiServer.Kinds.Autoscaling;

internal sealed class ScaleTable : KindTable<Scale>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Count("Desired", "How many pods there are to be."),
        TableColumn.Count("Available", "How many pods there are."),
        TableColumn.Age,
    ];

    protected override IReadOnlyList<object> Cells(Scale item, DateTimeOffset now) =>
        [Name(item), (long)item.Spec.Replicas, (long)item.Status.Replicas, Age(item, now)];
}
