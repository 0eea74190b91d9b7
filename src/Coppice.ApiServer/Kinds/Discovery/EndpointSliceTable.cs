using Coppice.ApiServer.Tables;
using Coppice.Objects.Discovery;

namespace Coppice.ApiServer.Kinds.Discovery;

internal sealed class EndpointSliceTable : KindTable<EndpointSlice>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Text("AddressType", "What the endpoints are named by: IPv4, IPv6 or FQDN."),
        TableColumn.Text("Ports", "The ports that the endpoints have in common."),
        TableColumn.Text("Endpoints", "The addresses, ready or not."),
        TableColumn.Age,
    ];

    protected override IReadOnlyList<object> Cells(EndpointSlice item, DateTimeOffset now) =>
    [
        Name(item),
        item.AddressType,
        CellText.Few([.. item.Ports.Select(Port)], CellText.Unset),
        CellText.Few([.. item.Endpoints.SelectMany(e => e.Addresses)], CellText.Unset),
        Age(item, now),
    ];

    /// <summary>A port without a number stands for all of them, or for one by name.</summary>
    private static string Port(EndpointPort port) => port.Port is { } number ? $"{number}" : port.Name ?? "*";
}
