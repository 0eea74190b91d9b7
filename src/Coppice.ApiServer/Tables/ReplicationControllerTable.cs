using Coppice.Objects.Core;

namespace Coppice.ApiServer.Tables;

internal sealed class ReplicationControllerTable : KindTable<ReplicationController>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Count("Desired", "How many pods there are to be."),
        TableColumn.Count("Current", "How many pods there are."),
        TableColumn.Count("Ready", "How many pods are ready."),
        TableColumn.Age,
        TableColumn.Wide("Containers", "The names of the containers in the template."),
        TableColumn.Wide("Images", "The images of the containers in the template."),
        TableColumn.Wide("Selector", "Which pods are counted."),
    ];

    protected override IReadOnlyList<object> Cells(ReplicationController item, DateTimeOffset now) =>
    [
        Name(item),
        (long)(item.Spec.Replicas ?? 0),
        (long)item.Status.Replicas,
        (long)item.Status.ReadyReplicas,
        Age(item, now),
        CellText.ContainerNames(item.Spec.Template),
        CellText.ContainerImages(item.Spec.Template),
        CellText.Labels(item.Spec.Selector),
    ];
}
