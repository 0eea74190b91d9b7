using Coppice.ApiServer.Tables;
using Coppice.Objects.Networking;

namespace Coppice.ApiServer.Kinds.Networking;

internal sealed class ServiceCIDRTable : KindTable<ServiceCIDR>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Text("CIDRs", "The addresses."),
        TableColumn.Age,
    ];

    protected override IReadOnlyList<object> Cells(ServiceCIDR item, DateTimeOffset now) =>
        [Name(item), string.Join(",", item.Spec.Cidrs), Age(item, now)];
}
