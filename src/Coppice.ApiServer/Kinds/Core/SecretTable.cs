using Coppice.ApiServer.Tables;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

internal sealed class SecretTable : KindTable<Secret>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Text("Type", "What the secret is for."),
        TableColumn.Text("Data", "How many entries there are."),
        TableColumn.Age,
    ];

    protected override IReadOnlyList<object> Cells(Secret item, DateTimeOffset now) =>
    [
        Name(item),
        item.Type ?? "",
        (long)item.Data.Count,
        Age(item, now),
    ];
}
