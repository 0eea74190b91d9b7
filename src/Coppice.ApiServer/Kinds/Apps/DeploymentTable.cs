using Coppice.ApiServer.Tables;
using Coppice.Objects.Apps;

namespace Coppice.ApiServer.Kinds.Apps;

internal sealed class DeploymentTable : KindTable<Deployment>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Text("Ready", "How many pods are ready, of how many."),
        TableColumn.Text("Up-to-date", "How many pods are of the newest template."),
        TableColumn.Text("Available", "How many pods have been ready for long enough."),
        TableColumn.Age,
        TableColumn.Wide("Containers", "The names of the containers in the template."),
        TableColumn.Wide("Images", "The images of the containers in the template."),
        TableColumn.Wide("Selector", "Which pods are counted."),
    ];

    protected override IReadOnlyList<object> Cells(Deployment item, DateTimeOffset now) =>
    [
        Name(item),
        $"{item.Status.ReadyReplicas}/{item.Spec.Replicas ?? 0}",
        (long)item.Status.UpdatedReplicas,
        (long)item.Status.AvailableReplicas,
        Age(item, now),
        CellText.ContainerNames(item.Spec.Template),
        CellText.ContainerImages(item.Spec.Template),
        CellText.Selector(item.Spec.Selector),
    ];
}
