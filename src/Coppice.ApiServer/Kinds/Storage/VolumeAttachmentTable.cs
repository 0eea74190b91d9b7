using Coppice.ApiServer.Tables;
using Coppice.Objects.Storage;

namespace Coppice.ApiServer.Kinds.Storage;

internal sealed class VolumeAttachmentTable : KindTable<VolumeAttachment>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Text("Attacher", "The driver that has to do it.") with { Format = "name" },
        TableColumn.Text("PV", "The volume."),
        TableColumn.Text("Node", "The node."),
        TableColumn.Flag("Attached", "Whether it is attached."),
        TableColumn.Age,
    ];

    protected override IReadOnlyList<object> Cells(VolumeAttachment item, DateTimeOffset now) =>
    [
        Name(item),
        item.Spec.Attacher,
        item.Spec.Source.PersistentVolumeName ?? "",
        item.Spec.NodeName,
        item.Status.Attached,
        Age(item, now),
    ];
}
