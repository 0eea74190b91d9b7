using Coppice.ApiServer.Tables;
using Coppice.Objects.Policy;

namespace Coppice.ApiServer.Kinds.Policy;

internal sealed class PodDisruptionBudgetTable : KindTable<PodDisruptionBudget>
{
    private const string NotAvailable = "N/A";

    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Text("Min Available", "How many pods must stay."),
        TableColumn.Text("Max Unavailable", "How many pods may be missing."),
        TableColumn.Count("Allowed Disruptions", "How many pods may be evicted just now."),
        TableColumn.Age,
    ];

    protected override IReadOnlyList<object> Cells(PodDisruptionBudget item, DateTimeOffset now) =>
    [
        Name(item),
        item.Spec.MinAvailable?.ToString() ?? NotAvailable,
        item.Spec.MaxUnavailable?.ToString() ?? NotAvailable,
        (long)item.Status.DisruptionsAllowed,
        Age(item, now),
    ];
}
