using Coppice.ApiServer.Tables;
using Coppice.Objects;
using Coppice.Objects.Apps;

namespace Coppice.ApiServer.Kinds.Apps;

internal sealed class ControllerRevisionTable : KindTable<ControllerRevision>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Text("Controller", "What the revision is one of."),
        TableColumn.Text("Revision", "The number of the revision."),
        TableColumn.Age,
    ];

    protected override IReadOnlyList<object> Cells(ControllerRevision item, DateTimeOffset now) =>
    [
        Name(item),
        Controller(item),
        item.Revision,
        Age(item, now),
    ];

    private static string Controller(ControllerRevision item)
    {
        if (ControllerRef.Of(item) is not { } owner)
        {
            return CellText.None;
        }

        var group = ControllerRef.GroupOf(owner.ApiVersion);
        return $"{(group.Length == 0 ? owner.Kind : $"{owner.Kind}.{group}").ToLowerInvariant()}/{owner.Name}";
    }
}
