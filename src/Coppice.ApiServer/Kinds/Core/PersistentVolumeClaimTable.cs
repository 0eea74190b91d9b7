using Coppice.ApiServer.Tables;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

internal sealed class PersistentVolumeClaimTable : KindTable<PersistentVolumeClaim>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Text("Status", "Whether a volume was found."),
        TableColumn.Text("Volume", "The volume that was found."),
        TableColumn.Text("Capacity", "The size of the volume."),
        TableColumn.Text("Access Modes", "How the volume may be mounted."),
        TableColumn.Text("StorageClass", "Where volumes for the claim come from."),
        TableColumn.Text("VolumeAttributesClass", "What quality of volume is asked for."),
        TableColumn.Age,
        TableColumn.Wide("VolumeMode", "Whether the volume has a file system."),
    ];

    protected override IReadOnlyList<object> Cells(PersistentVolumeClaim item, DateTimeOffset now) =>
    [
        Name(item),
        item.Metadata.DeletionTimestamp is null ? item.Status.Phase ?? "" : "Terminating",
        item.Spec.VolumeName ?? "",
        Bound(item) && item.Status.Capacity.TryGetValue(ResourceName.Storage, out var size) ? size.ToString() : Bound(item) ? "0" : "",
        Bound(item) ? CellText.AccessModes(item.Status.AccessModes) : "",
        StorageClasses.NameFor(item),
        item.Spec.VolumeAttributesClassName ?? CellText.Unset,
        Age(item, now),
        item.Spec.VolumeMode ?? CellText.Unset,
    ];

    private static bool Bound(PersistentVolumeClaim item) => item.Spec.VolumeName is not null;
}
