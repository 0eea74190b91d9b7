using Coppice.ApiServer.Tables;
using Coppice.Objects.Flowcontrol;

namespace Coppice.ApiServer.Kinds.Flowcontrol;

internal sealed class FlowSchemaTable : KindTable<FlowSchema>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Text("PriorityLevel", "How important the requests are."),
        TableColumn.Text("MatchingPrecedence", "Which schema comes first."),
        TableColumn.Text("DistinguisherMethod", "How the requests are told apart into flows."),
        TableColumn.Age,
        TableColumn.Text("MissingPL", "Whether the priority level is not there."),
    ];

    protected override IReadOnlyList<object?> Cells(FlowSchema item, DateTimeOffset now) =>
    [
        Name(item),
        item.Spec.PriorityLevelConfiguration.Name,
        (long)item.Spec.MatchingPrecedence,
        item.Spec.DistinguisherMethod?.Type ?? CellText.None,
        Age(item, now),
        item.Status.Conditions.FirstOrDefault(condition => condition.Type == "Dangling")?.Status ?? "?",
    ];
}
