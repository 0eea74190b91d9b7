using Coppice.ApiServer.Tables;
using Coppice.Objects.Coordination;

namespace Coppice.ApiServer.Kinds.Coordination;

internal sealed class LeaseTable : KindTable<Lease>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Text("Holder", "Who holds the lease."),
        TableColumn.Age,
    ];

    protected override IReadOnlyList<object> Cells(Lease item, DateTimeOffset now) =>
    [
        Name(item),
        item.Spec.HolderIdentity ?? "",
        Age(item, now),
    ];
}
