using Coppice.ApiServer.Tables;
using Coppice.Objects.Apps;

namespace Coppice.ApiServer.Kinds.Apps;

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
