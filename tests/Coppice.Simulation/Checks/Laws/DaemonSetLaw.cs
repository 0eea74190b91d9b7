using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;
using Coppice.Simulation.World;

namespace Coppice.Simulation.Checks.Laws;

/// <summary>A node has one pod of a DaemonSet, and one beside it only while that is replaced by one that may come first.</summary>
internal sealed class DaemonSetLaw(LawGround ground) : ILaw
{
    public void Look(Write write)
    {
        if (write.New is not Pod { Spec.NodeName: { Length: > 0 } node } pod
            || (write.Old as Pod)?.Spec.NodeName == node
            || pod.Metadata.OwnerReferences.FirstOrDefault(o => o is { Controller: true, Kind: nameof(DaemonSet) }) is not { } owner
            || ground.World.Find<DaemonSet>(new(pod.Metadata.Namespace!, owner.Name)) is not { } set)
        {
            return;
        }

        // What it took in from others that were there before is not of its making.
        var alive = ground.World.All<Pod>(pod.Metadata.Namespace!)
            .Where(p => p.Spec.NodeName == node && Safety.IsAlive(p) && p.Metadata.OwnerReferences.Any(o => o.Uid == owner.Uid))
            .Where(p => !ground.Meddled.Contains(p.Metadata.Uid!) && p.Metadata.CreationTimestamp > set.Metadata.CreationTimestamp)
            .ToList();
        var surges = set.Spec.UpdateStrategy.RollingUpdate?.MaxSurge?.Number > 0;
        var forms = alive.Select(p => p.Metadata.Labels.Find("controller-revision-hash")).Distinct(StringComparer.Ordinal).Count();
        if (alive.Count > (surges ? 2 : 1) || forms < alive.Count)
        {
            throw new InvalidOperationException($"{node} has {string.Join(" and ", alive.Select(p => p.Metadata.Name))} of daemon set {owner.Name}");
        }
    }
}
