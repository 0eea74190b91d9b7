using Coppice.ApiServer.Tables;
using Coppice.Objects;
using Coppice.Objects.Apiextensions;

namespace Coppice.ApiServer.Kinds.Apiextensions;

internal sealed class CustomResourceDefinitionTable : KindTable<CustomResourceDefinition>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        new TableColumn("Created At", "date", "", 0, "When the definition was made."),
    ];

    protected override IReadOnlyList<object> Cells(CustomResourceDefinition item, DateTimeOffset now) =>
        [Name(item), item.Metadata.CreationTimestamp is { } made ? ApiTime.Write(made) : ""];
}
