using Coppice.ApiServer.Tables;
using Coppice.Objects;
using Coppice.Objects.Apps;

namespace Coppice.ApiServer.Kinds.Apps;

/// <summary>A number of pods of one template.</summary>
internal static class ReplicaSetKind
{
    private static readonly Kind Kind = BuiltInKinds.Of<ReplicaSet>();

    public static ServedKind Served { get; } = new(Kind, new ReplicaSetStrategy(), new ReplicatedTable<ReplicaSet>(ReplicatedFacts.Of))
    {
        Fields = FieldLabels.Of<ReplicaSet>(("status.replicas", set => $"{set.Status.Replicas}")),
        Replicas = Replicas.Of<ReplicaSet>(
            item => item.Spec.Replicas ?? 1,
            item => item.Status.Replicas,
            item => LabelQuery.Of(item.Spec.Selector),
            (item, count) => item with { Spec = item.Spec with { Replicas = count } }),
        Subresources = [Subresource.Scale(UnstoredKinds.Scale), Subresource.Status(Kind)],
    };
}
