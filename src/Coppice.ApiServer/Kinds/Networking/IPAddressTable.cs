using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Tables;
using Coppice.Objects.Networking;

namespace Coppice.ApiServer.Kinds.Networking;

internal sealed class IPAddressTable : KindTable<IPAddress>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Text("ParentRef", "What has the address."),
        TableColumn.Age,
    ];

    protected override IReadOnlyList<object> Cells(IPAddress item, DateTimeOffset now) =>
    [
        Name(item),
        item.Spec.ParentRef is { } parent ? Text(parent) : CellText.None,
        Age(item, now),
    ];

    private static string Text(ParentReference parent)
    {
        var resource = new GroupResource(parent.Group ?? "", parent.Resource).ToString().ToLowerInvariant();
        return string.IsNullOrEmpty(parent.Namespace) ? $"{resource}/{parent.Name}" : $"{resource}/{parent.Namespace}/{parent.Name}";
    }
}
