using Coppice.Objects;

namespace Coppice.ApiServer.Tables;

/// <summary>What kubectl prints of built-in kinds that have no columns of their own in Kubernetes: name and date.</summary>
internal sealed class CreatedAtTable<T> : KindTable<T>
    where T : KubernetesObject
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
        [TableColumn.ObjectName, new("Created At", "date", "", 0, "When the object was created.")];

    protected override IReadOnlyList<object> Cells(T item, DateTimeOffset now) =>
        [Name(item), ApiTime.Write(item.Metadata.CreationTimestamp ?? default)];
}
