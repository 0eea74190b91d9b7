using Coppice.ApiServer.Tables;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

internal sealed class ConfigMapTable : KindTable<ConfigMap>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Text("Data", "How many entries there are."),
        TableColumn.Age,
    ];

    protected override IReadOnlyList<object> Cells(ConfigMap item, DateTimeOffset now) =>
    [
        Name(item),
        (long)(item.Data.Count + item.BinaryData.Count),
        Age(item, now),
    ];
}
