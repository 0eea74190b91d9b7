using Coppice.ApiServer.Tables;
using Coppice.Objects.Resource;

namespace Coppice.ApiServer.Kinds.Resource;

internal sealed class ResourceClaimTemplateTable : KindTable<ResourceClaimTemplate>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Age,
    ];

    protected override IReadOnlyList<object> Cells(ResourceClaimTemplate item, DateTimeOffset now) => [Name(item), Age(item, now)];
}
