using Coppice.ApiServer.Tables;
using Coppice.Objects.Resource;

namespace Coppice.ApiServer.Kinds.Resource;

internal sealed class ResourceSliceTable : KindTable<ResourceSlice>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Text("Node", "The one node where the devices are."),
        TableColumn.Text("Driver", "Whose devices they are."),
        TableColumn.Text("Pool", "The pool that they are of."),
        TableColumn.Age,
    ];

    protected override IReadOnlyList<object> Cells(ResourceSlice item, DateTimeOffset now) => [Name(item), item.Spec.NodeName ?? "", item.Spec.Driver, item.Spec.Pool.Name, Age(item, now)];
}
