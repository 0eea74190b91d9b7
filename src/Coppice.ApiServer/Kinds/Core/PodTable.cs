using Coppice.ApiServer.Tables;
using Coppice.Objects.Core;
using Coppice.Objects;

namespace Coppice.ApiServer.Kinds.Core;

internal sealed class PodTable : KindTable<Pod>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Text("Ready", "How many containers are ready, of how many."),
        TableColumn.Text("Status", "What the pod is doing, or what keeps it from doing it."),
        TableColumn.Text("Restarts", "How often containers were restarted, and how long ago the last was."),
        TableColumn.Age,
        TableColumn.Wide("IP", "The pod's address."),
        TableColumn.Wide("Node", "The node that the pod runs on."),
        TableColumn.Wide("Nominated Node", "The node that is being cleared for the pod."),
        TableColumn.Wide("Readiness Gates", "How many of the further conditions for readiness are met."),
    ];

    protected override IReadOnlyList<object> Cells(Pod item, DateTimeOffset now)
    {
        var summary = PodSummary.Of(item);
        return
        [
            Name(item),
            $"{summary.Ready}/{summary.Containers}",
            summary.Status,
            Restarts(summary, now),
            Age(item, now),
            CellText.OrNone(item.Status.PodIPs.IsEmpty ? item.Status.PodIP : item.Status.PodIPs[0].Ip),
            CellText.OrNone(item.Spec.NodeName),
            CellText.OrNone(item.Status.NominatedNodeName),
            ReadinessGates(item),
        ];
    }

    protected override RowEnd? End(Pod item) => item.Status.Phase switch
    {
        PodPhase.Succeeded => new("Succeeded", "The pod has completed successfully."),
        PodPhase.Failed => new("Failed", "The pod failed."),
        _ => null,
    };

    private static string Restarts(PodSummary summary, DateTimeOffset now) =>
        summary is { Restarts: not 0, LastRestart: { } last } ? $"{summary.Restarts} ({HumanDuration.Since(last, now)} ago)" : $"{summary.Restarts}";

    private static string ReadinessGates(Pod item)
    {
        var gates = item.Spec.ReadinessGates;
        var met = gates.Count(g => PodConditions.IsTrue(item.Status, g.ConditionType));
        return gates.IsEmpty ? CellText.None : $"{met}/{gates.Count}";
    }
}
