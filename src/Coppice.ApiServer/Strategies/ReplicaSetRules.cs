using Coppice.Objects;
using Coppice.Objects.Apps;

namespace Coppice.ApiServer.Strategies;

/// <summary>ReplicaSets.</summary>
internal sealed class ReplicaSetRules : KindStrategy<ReplicaSet>
{
    public override ReplicaSet Default(ReplicaSet item) => item with
    {
        Spec = item.Spec with { Replicas = item.Spec.Replicas ?? 1, Template = PodDefaults.Default(item.Spec.Template) },
    };

    public override ReplicaSet PrepareForCreate(ReplicaSet item) => item with { Metadata = FirstGeneration(item), Status = new() };

    public override ReplicaSet PrepareForUpdate(ReplicaSet item, ReplicaSet old) => item with
    {
        Metadata = NextGeneration(item, old, item.Spec != old.Spec),
        Status = old.Status,
    };

    public override ReplicaSet PrepareForStatusUpdate(ReplicaSet item, ReplicaSet old) => item with
    {
        Spec = old.Spec,
        Metadata = StatusMetadata(item, old),
    };
}
