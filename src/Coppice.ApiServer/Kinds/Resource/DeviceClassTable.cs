using Coppice.ApiServer.Tables;
using Coppice.Objects.Resource;

namespace Coppice.ApiServer.Kinds.Resource;

internal sealed class DeviceClassTable : KindTable<DeviceClass>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Age,
    ];

    protected override IReadOnlyList<object> Cells(DeviceClass item, DateTimeOffset now) => [Name(item), Age(item, now)];
}
