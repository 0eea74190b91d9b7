using Coppice.ApiServer.Tables;
using Coppice.Objects;
using Coppice.Objects.Networking;

namespace Coppice.ApiServer.Kinds.Networking;

internal sealed class IngressTable : KindTable<Ingress>
{
    private const int ShownHosts = 3;

    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Text("Class", "Who carries it out."),
        TableColumn.Text("Hosts", "The hosts that there are rules for."),
        TableColumn.Text("Address", "Where it can be reached."),
        TableColumn.Text("Ports", "The ports that it listens on."),
        TableColumn.Age,
    ];

    protected override IReadOnlyList<object> Cells(Ingress item, DateTimeOffset now) =>
    [
        Name(item),
        item.Spec.IngressClassName ?? CellText.None,
        Hosts(item.Spec.Rules),
        Addresses(item.Status.LoadBalancer),
        item.Spec.Tls.IsEmpty ? "80" : "80, 443",
        Age(item, now),
    ];

    /// <summary>The first few. As in Kubernetes, rules without a host are among those that are only counted.</summary>
    private static string Hosts(ValueList<IngressRule> rules)
    {
        var shown = new List<string>();
        var isCut = false;
        foreach (var rule in rules)
        {
            isCut |= shown.Count == ShownHosts;
            if (!isCut && !string.IsNullOrEmpty(rule.Host))
            {
                shown.Add(rule.Host);
            }
        }

        var text = shown.Count == 0 ? "*" : string.Join(",", shown);
        return isCut ? $"{text} + {rules.Count - ShownHosts} more..." : text;
    }

    private static string Addresses(IngressLoadBalancerStatus status) => string.Join(",", status.Ingress
        .Select(way => way.Ip ?? way.Hostname)
        .Where(way => !string.IsNullOrEmpty(way))
        .Distinct()
        .Order(StringComparer.Ordinal));
}
