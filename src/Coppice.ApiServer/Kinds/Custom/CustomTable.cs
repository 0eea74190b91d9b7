using Coppice.ApiServer.Tables;
using Coppice.Objects;

namespace Coppice.ApiServer.Kinds.Custom;

/// <summary>What kubectl prints of a kind that does not say what.</summary>
internal sealed class CustomTable : KindTable<CustomObject>
{
    public override IReadOnlyList<TableColumn> Columns { get; } = [TableColumn.ObjectName, TableColumn.Age];

    protected override IReadOnlyList<object> Cells(CustomObject item, DateTimeOffset now) => [Name(item), Age(item, now)];
}
