using Coppice.ApiServer.Tables;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

internal sealed class EndpointsTable : KindTable<Endpoints>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Text("Endpoints", "The addresses and ports that are ready."),
        TableColumn.Age,
    ];

    protected override IReadOnlyList<object> Cells(Endpoints item, DateTimeOffset now) =>
    [
        Name(item),
        Addresses(item),
        Age(item, now),
    ];

    private static string Addresses(Endpoints item) => CellText.Few([.. item.Subsets.SelectMany(Addresses)], CellText.None);

    private static IEnumerable<string> Addresses(EndpointSubset subset) => subset.Ports.IsEmpty
        ? subset.Addresses.Select(a => a.Ip)
        : subset.Ports.SelectMany(port => subset.Addresses.Select(a => HostPort.Of(a.Ip, port.Port)));
}
