using Coppice.ApiServer.Tables;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

internal sealed class ServiceAccountTable : KindTable<ServiceAccount>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Text("Secrets", "How many secrets the account names."),
        TableColumn.Age,
    ];

    protected override IReadOnlyList<object> Cells(ServiceAccount item, DateTimeOffset now) =>
    [
        Name(item),
        (long)item.Secrets.Count,
        Age(item, now),
    ];
}
