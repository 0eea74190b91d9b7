using Coppice.ApiServer.Tables;
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
        if (item.Metadata.OwnerReferences.FirstOrDefault(o => o.Controller == true) is not { } owner)
        {
            return CellText.None;
        }

        var slash = owner.ApiVersion.IndexOf('/');
        var kind = slash < 0 ? owner.Kind : $"{owner.Kind}.{owner.ApiVersion[..slash]}";
        return $"{kind.ToLowerInvariant()}/{owner.Name}";
    }
}
