using Coppice.Objects;

namespace Coppice.ApiServer.Tables;

/// <summary>How objects of one kind are printed.</summary>
public interface IKindTable
{
    IReadOnlyList<TableColumn> Columns { get; }

    TableRow Row(KubernetesObject item, DateTimeOffset now);
}

/// <summary>How objects of one type are printed.</summary>
internal abstract class KindTable<T> : IKindTable
    where T : KubernetesObject
{
    public abstract IReadOnlyList<TableColumn> Columns { get; }

    public TableRow Row(KubernetesObject item, DateTimeOffset now) => new(Cells((T)item, now), End((T)item));

    /// <summary>One a column: a string, a <see cref="long"/>, a <see cref="double"/>, a <see cref="bool"/>, or null for nothing.</summary>
    protected abstract IReadOnlyList<object?> Cells(T item, DateTimeOffset now);

    protected virtual RowEnd? End(T item) => null;

    protected static string Name(T item) => item.Metadata.Name ?? "";

    protected static string Age(T item, DateTimeOffset now) => HumanDuration.Since(item.Metadata.CreationTimestamp, now);
}
