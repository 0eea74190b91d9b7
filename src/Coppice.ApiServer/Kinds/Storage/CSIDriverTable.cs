using Coppice.ApiServer.Tables;
using Coppice.Objects.Storage;

namespace Coppice.ApiServer.Kinds.Storage;

internal sealed class CSIDriverTable : KindTable<CSIDriver>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Flag("AttachRequired", "Whether volumes are attached to a node before they are mounted."),
        TableColumn.Flag("PodInfoOnMount", "Whether it wants to know of the pod."),
        TableColumn.Flag("StorageCapacity", "Whether the scheduler heeds how much room there is."),
        TableColumn.Text("TokenRequests", "For whom it wants tokens."),
        TableColumn.Flag("RequiresRepublish", "Whether it is asked to mount again and again."),
        TableColumn.Text("Modes", "What volumes it has: persistent ones, ephemeral ones."),
        TableColumn.Age,
    ];

    protected override IReadOnlyList<object> Cells(CSIDriver item, DateTimeOffset now) =>
    [
        Name(item),
        item.Spec.AttachRequired ?? true,
        item.Spec.PodInfoOnMount ?? false,
        item.Spec.StorageCapacity ?? false,
        item.Spec.TokenRequests.IsEmpty ? CellText.Unset : string.Join(",", item.Spec.TokenRequests.Select(r => r.Audience)),
        item.Spec.RequiresRepublish ?? false,
        CellText.OrNone(string.Join(",", item.Spec.VolumeLifecycleModes)),
        Age(item, now),
    ];
}
