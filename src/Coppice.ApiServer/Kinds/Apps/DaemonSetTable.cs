using Coppice.ApiServer.Tables;
using Coppice.Objects.Apps;

namespace Coppice.ApiServer.Kinds.Apps;

internal sealed class DaemonSetTable : KindTable<DaemonSet>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Count("Desired", "How many nodes are to run the pod."),
        TableColumn.Count("Current", "How many nodes have the pod."),
        TableColumn.Count("Ready", "How many nodes have the pod ready."),
        TableColumn.Count("Up-to-date", "How many nodes have the pod of the newest template."),
        TableColumn.Count("Available", "How many nodes have had the pod ready for long enough."),
        TableColumn.Text("Node Selector", "Which nodes are to run the pod."),
        TableColumn.Age,
        TableColumn.Wide("Containers", "The names of the containers in the template."),
        TableColumn.Wide("Images", "The images of the containers in the template."),
        TableColumn.Wide("Selector", "Which pods are counted."),
    ];

    protected override IReadOnlyList<object> Cells(DaemonSet item, DateTimeOffset now) =>
    [
        Name(item),
        (long)item.Status.DesiredNumberScheduled,
        (long)item.Status.CurrentNumberScheduled,
        (long)item.Status.NumberReady,
        (long)item.Status.UpdatedNumberScheduled,
        (long)item.Status.NumberAvailable,
        CellText.Labels(item.Spec.Template.Spec.NodeSelector),
        Age(item, now),
        CellText.ContainerNames(item.Spec.Template),
        CellText.ContainerImages(item.Spec.Template),
        CellText.Selector(item.Spec.Selector),
    ];
}
