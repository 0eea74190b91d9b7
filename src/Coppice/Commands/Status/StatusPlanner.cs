using ClusterNode = Coppice.Objects.Core.Node;
using Coppice.ApiServer.Kinds.Core;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Commands.Status;

/// <summary>From objects to the few lines a person wants to see. Pure.</summary>
internal static class StatusPlanner
{
    private const string Ready = "Ready";

    public static IReadOnlyList<NodeLine> Nodes(IReadOnlyList<ClusterNode> nodes, IReadOnlyList<Pod> pods) =>
    [
        .. from node in nodes
           let ready = Condition(node, Ready)?.Status == ConditionStatus.True
           select new NodeLine(
               node.Metadata.Name ?? "",
               (ready ? Ready : "NotReady") + (node.Spec.Unschedulable ? ",SchedulingDisabled" : ""),
               node.Status.Addresses.FirstOrDefault(one => one.Type == "InternalIP")?.Address ?? "",
               Amount(node, "cpu").ToString(),
               Amount(node, "memory").Value,
               pods.Count(pod => pod.Spec.NodeName == node.Metadata.Name)),
    ];

    /// <summary>The most frequent first.</summary>
    public static IReadOnlyList<PodTally> Pods(IReadOnlyList<Pod> pods) =>
    [
        .. from pod in pods
           group pod by PodSummary.Of(pod).Status into state
           orderby state.Count() descending, state.Key
           select new PodTally(state.Key, state.Count()),
    ];

    public static IReadOnlyList<Problem> Problems(IReadOnlyList<ClusterNode> nodes, IReadOnlyList<Pod> pods) =>
        [.. nodes.SelectMany(OfNode), .. pods.Select(OfPod).OfType<Problem>()];

    /// <summary>What a server that is ready still remarks: "[+]store ok (The disk is full …)" is such a line.</summary>
    public static IEnumerable<Problem> OfServer(string health)
    {
        const string Ok = " ok (";
        foreach (var line in health.Split('\n').Where(line => line.StartsWith("[+]", StringComparison.Ordinal) && line.EndsWith(')')))
        {
            if (line.IndexOf(Ok, StringComparison.Ordinal) is var at and > 0)
            {
                var check = line["[+]".Length..at];
                yield return new Problem(check, check == "disk" ? "WritesSlow" : "WritesRefused", line[(at + Ok.Length)..^1]);
            }
        }
    }

    private static IEnumerable<Problem> OfNode(ClusterNode node) =>
        from condition in node.Status.Conditions
        let healthy = condition.Type == Ready ? ConditionStatus.True : ConditionStatus.False
        where condition.Status != healthy
        select new Problem($"node {node.Metadata.Name}", condition.Reason ?? condition.Type, condition.Message ?? "");

    private static Problem? OfPod(Pod pod)
    {
        var summary = PodSummary.Of(pod);
        var well = pod.Status.Phase == PodPhase.Succeeded
            || (pod.Status.Phase == PodPhase.Running && summary.Ready == summary.Containers)
            || pod.Metadata.DeletionTimestamp is not null;
        if (well)
        {
            return null;
        }

        var why = summary.Status == PodPhase.Running ? $"{summary.Ready}/{summary.Containers} ready" : summary.Status;
        return new Problem($"pod {pod.Metadata.Namespace}/{pod.Metadata.Name}", why, Detail(pod));
    }

    // What a container waits for and how it ended last say more than a condition; a condition says more than nothing.
    private static string Detail(Pod pod)
    {
        var containers = pod.Status.InitContainerStatuses.Concat(pod.Status.ContainerStatuses).Where(one => !one.Ready).ToList();
        var said = containers.Select(one => one.State.Waiting?.Message).Concat(containers.Select(LastEnd)).Where(text => text is { Length: > 0 }).ToList();
        if (said.Count > 0)
        {
            return string.Join("; ", said);
        }

        return pod.Status.Conditions.FirstOrDefault(one => one.Status != ConditionStatus.True && one.Message is { Length: > 0 })?.Message ?? pod.Status.Message ?? "";
    }

    private static string? LastEnd(ContainerStatus container) => (container.State.Terminated ?? container.LastState.Terminated) is { } end
        ? $"container {container.Name} ended last with exit code {end.ExitCode} ({end.Reason ?? "Error"})"
        : null;

    private static NodeCondition? Condition(ClusterNode node, string type) => node.Status.Conditions.FirstOrDefault(one => one.Type == type);

    private static Quantity Amount(ClusterNode node, string resource) =>
        node.Status.Allocatable.TryGetValue(resource, out var amount) ? amount : default;
}
