using Coppice.ApiServer.Tables;
using Coppice.Objects.Storage;

namespace Coppice.ApiServer.Kinds.Storage;

internal sealed class VolumeAttributesClassTable : KindTable<VolumeAttributesClass>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Text("DriverName", "The driver that knows the attributes."),
        TableColumn.Age,
    ];

    protected override IReadOnlyList<object> Cells(VolumeAttributesClass item, DateTimeOffset now) => [Name(item), item.DriverName, Age(item, now)];
}
