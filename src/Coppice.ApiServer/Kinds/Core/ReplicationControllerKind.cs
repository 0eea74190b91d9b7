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
        Subresources = [Subresource.Scale(UnstoredKinds.Scale), Subresource.Status(Kind)],
    };
}
