using Coppice.ApiServer.Tables;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Storage;

namespace Coppice.ApiServer.Kinds.Storage;

internal sealed class StorageClassTable : KindTable<StorageClass>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Text("Provisioner", "Who makes the volumes."),
        TableColumn.Text("ReclaimPolicy", "What happens to a volume when its claim is gone."),
        TableColumn.Text("VolumeBindingMode", "When a volume is made."),
        TableColumn.Text("AllowVolumeExpansion", "Whether volumes may be made larger."),
        TableColumn.Age,
    ];

    protected override IReadOnlyList<object> Cells(StorageClass item, DateTimeOffset now) =>
    [
        StorageClasses.IsDefault(item) ? $"{Name(item)} (default)" : Name(item),
        item.Provisioner,
        item.ReclaimPolicy ?? PersistentVolumeReclaimPolicy.Delete,
        item.VolumeBindingMode ?? CellText.Unset,
        item.AllowVolumeExpansion ?? false,
        Age(item, now),
    ];
}
