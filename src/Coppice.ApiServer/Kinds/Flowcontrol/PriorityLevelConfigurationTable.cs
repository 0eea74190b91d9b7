using Coppice.ApiServer.Tables;
using Coppice.Objects.Flowcontrol;

namespace Coppice.ApiServer.Kinds.Flowcontrol;

internal sealed class PriorityLevelConfigurationTable : KindTable<PriorityLevelConfiguration>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Text("Type", "Whether there are limits."),
        TableColumn.Text("NominalConcurrencyShares", "Its part of what is served at a time."),
        TableColumn.Text("Queues", "How many queues there are."),
        TableColumn.Text("HandSize", "Of how many queues a flow takes the shortest."),
        TableColumn.Text("QueueLengthLimit", "How many requests wait in a queue."),
        TableColumn.Age,
    ];

    protected override IReadOnlyList<object?> Cells(PriorityLevelConfiguration item, DateTimeOffset now)
    {
        var shares = item.Spec.Limited?.NominalConcurrencyShares ?? item.Spec.Exempt?.NominalConcurrencyShares;
        var queuing = item.Spec.Limited?.LimitResponse.Queuing;
        return
        [
            Name(item),
            item.Spec.Type,
            OrNone(shares),
            OrNone(queuing?.Queues),
            OrNone(queuing?.HandSize),
            OrNone(queuing?.QueueLengthLimit),
            Age(item, now),
        ];
    }

    private static object OrNone(int? number) => number is { } given ? (long)given : CellText.None;
}
