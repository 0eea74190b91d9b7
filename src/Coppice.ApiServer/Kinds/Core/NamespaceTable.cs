using Coppice.ApiServer.Tables;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

internal sealed class NamespaceTable : KindTable<Namespace>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Text("Status", "Active, or on its way out."),
        TableColumn.Age,
    ];

    protected override IReadOnlyList<object> Cells(Namespace item, DateTimeOffset now) =>
    [
        Name(item),
        item.Status.Phase ?? "",
        Age(item, now),
    ];
}
