using Coppice.ApiServer.Tables;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

internal sealed class PersistentVolumeTable : KindTable<PersistentVolume>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Text("Capacity", "How large the volume is."),
        TableColumn.Text("Access Modes", "How the volume may be mounted."),
        TableColumn.Text("Reclaim Policy", "What happens to it when its claim is gone."),
        TableColumn.Text("Status", "Whether it is in use."),
        TableColumn.Text("Claim", "The claim that it belongs to."),
        TableColumn.Text("StorageClass", "The class that it belongs to."),
        TableColumn.Text("VolumeAttributesClass", "What quality it has."),
        TableColumn.Text("Reason", "Why the status is as it is."),
        TableColumn.Age,
        TableColumn.Wide("VolumeMode", "Whether the volume has a file system."),
    ];

    protected override IReadOnlyList<object> Cells(PersistentVolume item, DateTimeOffset now) =>
    [
        Name(item),
        item.Spec.Capacity.TryGetValue(ResourceName.Storage, out var size) ? size.ToString() : "0",
        CellText.AccessModes(item.Spec.AccessModes),
        item.Spec.PersistentVolumeReclaimPolicy ?? "",
        item.Metadata.DeletionTimestamp is null ? item.Status.Phase ?? "" : "Terminating",
        item.Spec.ClaimRef is { } claim ? $"{claim.Namespace}/{claim.Name}" : "",
        StorageClasses.NameFor(item),
        item.Spec.VolumeAttributesClassName ?? CellText.Unset,
        item.Status.Reason ?? "",
        Age(item, now),
        item.Spec.VolumeMode ?? CellText.Unset,
    ];
}
