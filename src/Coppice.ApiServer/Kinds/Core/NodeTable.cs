using Coppice.ApiServer.Tables;
using Coppice.Objects.Core;
using Coppice.Objects;

namespace Coppice.ApiServer.Kinds.Core;

internal sealed class NodeTable : KindTable<Node>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Text("Status", "Whether the node is ready and takes new pods."),
        TableColumn.Text("Roles", "What the node is for."),
        TableColumn.Age,
        TableColumn.Text("Version", "The version of its agent."),
        TableColumn.Wide("Internal-IP", "The address inside the cluster."),
        TableColumn.Wide("External-IP", "The address from outside."),
        TableColumn.Wide("OS-Image", "The operating system."),
        TableColumn.Wide("Kernel-Version", "The kernel."),
        TableColumn.Wide("Container-Runtime", "What runs the containers."),
    ];

    protected override IReadOnlyList<object> Cells(Node item, DateTimeOffset now) =>
    [
        Name(item),
        Status(item),
        Roles(item),
        Age(item, now),
        item.Status.NodeInfo.KubeletVersion,
        Address(item, NodeAddressType.InternalIP),
        Address(item, NodeAddressType.ExternalIP),
        OrUnknown(item.Status.NodeInfo.OsImage),
        OrUnknown(item.Status.NodeInfo.KernelVersion),
        OrUnknown(item.Status.NodeInfo.ContainerRuntimeVersion),
    ];

    private const string RolePrefix = "node-role.kubernetes.io/";

    private const string RoleLabel = "kubernetes.io/role";

    private static string Status(Node item)
    {
        var ready = NodeConditions.Find(item.Status, NodeConditionType.Ready)?.Status switch
        {
            null => "Unknown",
            ConditionStatus.True => "Ready",
            _ => "NotReady",
        };
        return item.Spec.Unschedulable ? $"{ready},SchedulingDisabled" : ready;
    }

    private static string Roles(Node item)
    {
        var roles = item.Metadata.Labels
            .Select(l => l.Key.StartsWith(RolePrefix, StringComparison.Ordinal) ? l.Key[RolePrefix.Length..] : l.Key == RoleLabel ? l.Value : "")
            .Where(r => r.Length > 0);
        return CellText.OrNone(string.Join(",", roles.Distinct().Order(StringComparer.Ordinal)));
    }

    private static string Address(Node item, string type) => CellText.OrNone(item.Status.Addresses.FirstOrDefault(a => a.Type == type)?.Address);

    private static string OrUnknown(string text) => text.Length == 0 ? CellText.Unknown : text;
}
