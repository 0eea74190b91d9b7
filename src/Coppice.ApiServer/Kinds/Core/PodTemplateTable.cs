using Coppice.ApiServer.Tables;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

internal sealed class PodTemplateTable : KindTable<PodTemplate>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Text("Containers", "The names of the containers in the template."),
        TableColumn.Text("Images", "The images of the containers in the template."),
        TableColumn.Text("Pod Labels", "The labels of the template."),
    ];

    protected override IReadOnlyList<object> Cells(PodTemplate item, DateTimeOffset now) =>
    [
        Name(item),
        CellText.ContainerNames(item.Template),
        CellText.ContainerImages(item.Template),
        CellText.Labels(item.Template.Metadata.Labels),
    ];
}
