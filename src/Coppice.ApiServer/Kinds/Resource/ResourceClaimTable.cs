using Coppice.ApiServer.Tables;
using Coppice.Objects.Resource;

namespace Coppice.ApiServer.Kinds.Resource;

internal sealed class ResourceClaimTable : KindTable<ResourceClaim>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Text("State", "Whether it has what it asks for, and whether somebody uses it."),
        TableColumn.Age,
    ];

    protected override IReadOnlyList<object> Cells(ResourceClaim item, DateTimeOffset now) => [Name(item), State(item), Age(item, now)];

    private static string State(ResourceClaim item)
    {
        var isGoing = item.Metadata.DeletionTimestamp is not null;
        IEnumerable<string> states = (item.Status.Allocation, item.Status.ReservedFor.IsEmpty) switch
        {
            (null, _) => isGoing ? [] : ["pending"],
            (_, true) => ["allocated"],
            _ => ["allocated", "reserved"],
        };
        return string.Join(',', isGoing ? states.Prepend("deleted") : states);
    }
}
