using Coppice.ApiServer.Tables;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

internal sealed class ResourceQuotaTable : KindTable<ResourceQuota>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Text("Request", "What is asked for and counted, and the most of it."),
        TableColumn.Text("Limit", "What may be used at most, and the most of that."),
        TableColumn.Age,
    ];

    protected override IReadOnlyList<object> Cells(ResourceQuota item, DateTimeOffset now) =>
        [Name(item), Of(item, limits: false), Of(item, limits: true), Age(item, now)];

    private static string Of(ResourceQuota item, bool limits) => string.Join(", ", item.Status.Hard
        .Where(amount => amount.Key.StartsWith("limits", StringComparison.Ordinal) == limits)
        .Select(amount => $"{amount.Key}: {item.Status.Used.Find(amount.Key)}/{amount.Value}"));
}
