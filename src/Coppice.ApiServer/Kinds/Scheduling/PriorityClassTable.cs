using Coppice.ApiServer.Tables;
using Coppice.Objects.Core;
using Coppice.Objects.Scheduling;

namespace Coppice.ApiServer.Kinds.Scheduling;

internal sealed class PriorityClassTable : KindTable<PriorityClass>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Count("Value", "The priority of the pods of this class."),
        TableColumn.Flag("Global-Default", "Whether pods that name no class are of this one."),
        TableColumn.Age,
        TableColumn.Text("PreemptionPolicy", "Whether pods of this class push out others."),
    ];

    protected override IReadOnlyList<object> Cells(PriorityClass item, DateTimeOffset now) =>
        [Name(item), (long)item.Value, item.GlobalDefault, Age(item, now), item.PreemptionPolicy ?? PreemptionPolicy.PreemptLowerPriority];
}
