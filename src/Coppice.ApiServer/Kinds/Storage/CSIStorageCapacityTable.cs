using Coppice.ApiServer.Tables;
using Coppice.Objects.Storage;

namespace Coppice.ApiServer.Kinds.Storage;

internal sealed class CSIStorageCapacityTable : KindTable<CSIStorageCapacity>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Text("StorageClassName", "The class of volumes."),
        TableColumn.Text("Capacity", "How much room there is."),
    ];

    protected override IReadOnlyList<object> Cells(CSIStorageCapacity item, DateTimeOffset now) =>
        [Name(item), item.StorageClassName, item.Capacity?.ToString() ?? ""];
}
