using Coppice.ApiServer.Tables;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>A number of pods of one template, in the oldest form.</summary>
internal static class ReplicationControllerKind
{
    private static readonly Kind Kind = BuiltInKinds.Of<ReplicationController>();

    public static ServedKind Served { get; } = new(Kind, new ReplicationControllerStrategy(), new ReplicatedTable<ReplicationController>(ReplicatedFacts.Of))
    {
        Fields = FieldLabels.Of<ReplicationController>(("status.replicas", set => $"{set.Status.Replicas}")),
        Replicas = Replicas.Of<ReplicationController>(
            item => item.Spec.Replicas ?? 1,
            item => item.Status.Replicas,
            item => LabelQuery.Of(item.Spec.Selector),
            (item, count) => item with { Spec = item.Spec with { Replicas = count } }),
        Subresources = [Subresource.Scale(UnstoredKinds.Scale), Subresource.Status(Kind)],
    };
}
