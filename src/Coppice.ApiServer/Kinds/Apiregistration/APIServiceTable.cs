using Coppice.ApiServer.Tables;
using Coppice.Objects.Apiregistration;

namespace Coppice.ApiServer.Kinds.Apiregistration;

internal sealed class APIServiceTable : KindTable<APIService>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Text("Service", "The service behind which it is served; Local for this server."),
        TableColumn.Text("Available", "Whether it can be asked, and if not why."),
        TableColumn.Age,
    ];

    protected override IReadOnlyList<object> Cells(APIService item, DateTimeOffset now) =>
    [
        Name(item),
        item.Spec.Service is { } service ? $"{service.Namespace}/{service.Name}" : "Local",
        Available(item),
        Age(item, now),
    ];

    private static string Available(APIService item) =>
        item.Status.Conditions.FirstOrDefault(condition => condition.Type == APIServiceConditionType.Available) is not { } found ? "Unknown"
        : found.Status == "True" || found.Reason is null ? found.Status
        : $"{found.Status} ({found.Reason})";
}
