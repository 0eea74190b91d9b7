using Coppice.ApiServer.Tables;
using Coppice.Objects.Networking;

namespace Coppice.ApiServer.Kinds.Networking;

internal sealed class NetworkPolicyTable : KindTable<NetworkPolicy>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Text("Pod-Selector", "The pods that it is for."),
        TableColumn.Age,
    ];

    protected override IReadOnlyList<object> Cells(NetworkPolicy item, DateTimeOffset now) =>
        [Name(item), CellText.Selector(item.Spec.PodSelector), Age(item, now)];
}
