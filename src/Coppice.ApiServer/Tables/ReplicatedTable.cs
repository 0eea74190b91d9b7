using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Tables;

/// <summary>What keeps a number of pods of one template: ReplicaSets and ReplicationControllers look the same.</summary>
internal sealed class ReplicatedTable<T>(Func<T, ReplicatedFacts> factsOf) : KindTable<T>
    where T : KubernetesObject
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Count("Desired", "How many pods there are to be."),
        TableColumn.Count("Current", "How many pods there are."),
        TableColumn.Count("Ready", "How many pods are ready."),
        TableColumn.Age,
        TableColumn.Wide("Containers", "The names of the containers in the template."),
        TableColumn.Wide("Images", "The images of the containers in the template."),
        TableColumn.Wide("Selector", "Which pods are counted."),
    ];

    protected override IReadOnlyList<object> Cells(T item, DateTimeOffset now)
    {
        var facts = factsOf(item);
        return
        [
            Name(item),
            (long)(facts.Desired ?? 0),
            (long)facts.Current,
            (long)facts.Ready,
            Age(item, now),
            CellText.ContainerNames(facts.Template),
            CellText.ContainerImages(facts.Template),
            facts.Selector,
        ];
    }
}

/// <summary>Of a replicated kind, what its row shows.</summary>
internal readonly record struct ReplicatedFacts(int? Desired, int Current, int Ready, PodTemplateSpec? Template, string Selector)
{
    public static ReplicatedFacts Of(ReplicaSet set) =>
        new(set.Spec.Replicas, set.Status.Replicas, set.Status.ReadyReplicas, set.Spec.Template, CellText.Selector(set.Spec.Selector));

    public static ReplicatedFacts Of(ReplicationController controller) =>
        new(controller.Spec.Replicas, controller.Status.Replicas, controller.Status.ReadyReplicas, controller.Spec.Template, CellText.Labels(controller.Spec.Selector));
}
