using System.Globalization;
using Coppice.ApiServer.Tables;
using Coppice.Objects;

namespace Coppice.ApiServer.Kinds.Rbac;

/// <summary>Roles and ClusterRoles look the same.</summary>
internal sealed class RoleTable<T> : KindTable<T>
    where T : KubernetesObject
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        new TableColumn("Created At", "date", "", 0, "When the object was created."),
    ];

    protected override IReadOnlyList<object> Cells(T item, DateTimeOffset now) =>
    [
        Name(item),
        item.Metadata.CreationTimestamp is { } created ? created.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) : CellText.Unknown,
    ];
}
