using Coppice.ApiServer.Tables;
using Coppice.Objects.Storage;

namespace Coppice.ApiServer.Kinds.Storage;

internal sealed class CSINodeTable : KindTable<CSINode>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Count("Drivers", "How many drivers the node has."),
        TableColumn.Age,
    ];

    protected override IReadOnlyList<object> Cells(CSINode item, DateTimeOffset now) => [Name(item), (long)item.Spec.Drivers.Count, Age(item, now)];
}
