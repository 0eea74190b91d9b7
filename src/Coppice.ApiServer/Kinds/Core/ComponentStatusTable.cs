using Coppice.ApiServer.Tables;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

internal sealed class ComponentStatusTable : KindTable<ComponentStatus>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Text("Status", "Whether it works."),
        TableColumn.Text("Message", "What it says of itself."),
        TableColumn.Text("Error", "Why it could not be asked."),
    ];

    protected override IReadOnlyList<object> Cells(ComponentStatus item, DateTimeOffset now)
    {
        var healthy = item.Conditions.FirstOrDefault(one => one.Type == ComponentConditionType.Healthy);
        var status = healthy is null ? "Unknown" : healthy.Status == ConditionStatus.True ? "Healthy" : "Unhealthy";
        return [Name(item), status, healthy?.Message ?? "", healthy?.Error ?? ""];
    }
}
