using Coppice.ApiServer.Tables;
using Coppice.Objects;
using Coppice.Objects.Apps;

namespace Coppice.ApiServer.Kinds.Apps;

/// <summary>A number of pods that keep their names and their storage.</summary>
internal static class StatefulSetKind
{
    private static readonly Kind Kind = BuiltInKinds.Of<StatefulSet>();

    public static ServedKind Served { get; } = new(Kind, new StatefulSetStrategy(), new StatefulSetTable())
    {
        Replicas = Replicas.Of<StatefulSet>(
            item => item.Spec.Replicas ?? 1,
            item => item.Status.Replicas,
            item => LabelQuery.Of(item.Spec.Selector),
            (item, count) => item with { Spec = item.Spec with { Replicas = count } }),
        Subresources = [Subresource.Scale(UnstoredKinds.Scale), Subresource.Status(Kind)],
    };
}

internal sealed class StatefulSetTable : KindTable<StatefulSet>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Text("Ready", "How many pods are ready, of how many there are to be."),
        TableColumn.Age,
        TableColumn.Wide("Containers", "The names of the containers in the template."),
        TableColumn.Wide("Images", "The images of the containers in the template."),
    ];

    protected override IReadOnlyList<object> Cells(StatefulSet item, DateTimeOffset now) =>
    [
        Name(item),
        $"{item.Status.ReadyReplicas}/{item.Spec.Replicas ?? 0}",
        Age(item, now),
        CellText.ContainerNames(item.Spec.Template),
        CellText.ContainerImages(item.Spec.Template),
    ];
}
