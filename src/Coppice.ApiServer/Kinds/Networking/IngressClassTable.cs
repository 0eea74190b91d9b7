using Coppice.ApiServer.Tables;
using Coppice.Objects.Networking;

namespace Coppice.ApiServer.Kinds.Networking;

internal sealed class IngressClassTable : KindTable<IngressClass>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Text("Controller", "Who carries out the ingresses of this class."),
        TableColumn.Text("Parameters", "The object with more settings for it."),
        TableColumn.Age,
    ];

    protected override IReadOnlyList<object> Cells(IngressClass item, DateTimeOffset now) =>
    [
        Name(item),
        item.Spec.Controller ?? "",
        item.Spec.Parameters is { } parameters ? Text(parameters) : CellText.None,
        Age(item, now),
    ];

    private static string Text(IngressClassParametersReference parameters) =>
        parameters.ApiGroup is { } group ? $"{parameters.Kind}.{group}/{parameters.Name}" : $"{parameters.Kind}/{parameters.Name}";
}
