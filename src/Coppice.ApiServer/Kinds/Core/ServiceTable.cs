using Coppice.ApiServer.Tables;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

internal sealed class ServiceTable : KindTable<Service>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Text("Type", "Who can reach the service, and how."),
        TableColumn.Text("Cluster-IP", "The address inside the cluster."),
        TableColumn.Text("External-IP", "The addresses from outside."),
        TableColumn.Text("Port(s)", "The ports, and those of the nodes that lead to them."),
        TableColumn.Age,
        TableColumn.Wide("Selector", "Which pods answer."),
    ];

    protected override IReadOnlyList<object> Cells(Service item, DateTimeOffset now) =>
    [
        Name(item),
        item.Spec.Type ?? "",
        CellText.OrNone(item.Spec.ClusterIPs.IsEmpty ? item.Spec.ClusterIP : item.Spec.ClusterIPs[0]),
        Outside(item),
        Ports(item),
        Age(item, now),
        CellText.Labels(item.Spec.Selector),
    ];

    private static string Outside(Service item)
    {
        var given = string.Join(",", item.Spec.ExternalIPs);
        if (item.Spec.Type == ServiceType.ExternalName)
        {
            return item.Spec.ExternalName ?? "";
        }

        if (item.Spec.Type != ServiceType.LoadBalancer)
        {
            return CellText.OrNone(given);
        }

        var balanced = item.Status.LoadBalancer.Ingress.Select(i => i.Ip ?? i.Hostname).OfType<string>().Distinct().Order(StringComparer.Ordinal);
        var all = string.Join(",", balanced.Concat(item.Spec.ExternalIPs));
        return all.Length == 0 ? "<pending>" : all;
    }

    private static string Ports(Service item) => CellText.OrNone(string.Join(
        ",",
        item.Spec.Ports.Select(p => p.NodePort > 0 ? $"{p.Port}:{p.NodePort}/{p.Protocol}" : $"{p.Port}/{p.Protocol}")));
}
