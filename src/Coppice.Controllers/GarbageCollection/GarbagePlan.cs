using Coppice.Objects;
using Coppice.Objects.Meta;

namespace Coppice.Controllers.GarbageCollection;

/// <summary>What is known of one of an object's owners.</summary>
internal enum OwnerState
{
    /// <summary>There, and not waiting for its dependents: a reason to stay.</summary>
    Solid,

    /// <summary>Being deleted in the foreground: it goes when its dependents are gone.</summary>
    Waiting,

    /// <summary>Gone, or another object of the same name is there.</summary>
    Absent,
}

/// <summary>What to do with an object.</summary>
internal abstract record GarbagePlan
{
    /// <summary>Leave it.</summary>
    public sealed record Keep : GarbagePlan;

    /// <summary>Delete it, with this propagation to its own dependents.</summary>
    public sealed record Delete(string Propagation) : GarbagePlan;

    /// <summary>It has another owner to live for: take out the references to those that go.</summary>
    public sealed record DropReferences(ValueList<OwnerReference> Left) : GarbagePlan;

    /// <summary>It waits for these dependents, which have to go first.</summary>
    public sealed record AwaitDependents : GarbagePlan;

    /// <summary>Its dependents are to stay: take the references to it out of them, then let it go.</summary>
    public sealed record OrphanDependents : GarbagePlan;

    /// <summary>Nothing holds it any longer: take this finalizer out.</summary>
    public sealed record DropFinalizer(string Finalizer) : GarbagePlan;
}

/// <summary>Kubernetes' rules of garbage collection by owner references, for one object.</summary>
internal static class GarbagePlanner
{
    public const string Foreground = "foregroundDeletion";
    public const string Orphan = "orphan";

    /// <param name="dependentsOf">All objects that name one among their owners.</param>
    public static GarbagePlan Plan(
        KubernetesObject item, IReadOnlyList<OwnerState> owners, Func<KubernetesObject, IReadOnlyList<KubernetesObject>> dependentsOf)
    {
        var metadata = item.Metadata;
        if (metadata.DeletionTimestamp is not null)
        {
            return metadata.Finalizers.Contains(Orphan) ? new GarbagePlan.OrphanDependents()
                : !metadata.Finalizers.Contains(Foreground) ? new GarbagePlan.Keep()
                : Blocking(item, dependentsOf).Any(d => !WaitsFor(d, item, dependentsOf)) ? new GarbagePlan.AwaitDependents()
                : new GarbagePlan.DropFinalizer(Foreground);
        }

        if (owners.Count == 0 || owners.All(o => o == OwnerState.Solid))
        {
            return new GarbagePlan.Keep();
        }

        if (owners.Contains(OwnerState.Solid))
        {
            return new GarbagePlan.DropReferences(metadata.OwnerReferences.Where((_, i) => owners[i] == OwnerState.Solid).ToValueList());
        }

        // An owner that waits for this one also waits for what depends on this one.
        return new GarbagePlan.Delete(
            owners.Contains(OwnerState.Waiting) && dependentsOf(item).Count > 0 ? DeletionPropagation.Foreground
            : metadata.Finalizers.Contains(Orphan) ? DeletionPropagation.Orphan
            : metadata.Finalizers.Contains(Foreground) ? DeletionPropagation.Foreground
            : DeletionPropagation.Background);
    }

    /// <summary>
    /// Whether one object's end needs another's first. Where owners and dependents form a ring, or one owns itself, each would wait for
    /// the next for ever: whoever is waited for in turn need not be waited for.
    /// </summary>
    private static bool WaitsFor(KubernetesObject first, KubernetesObject end, Func<KubernetesObject, IReadOnlyList<KubernetesObject>> dependentsOf)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { first.Metadata.Uid! };
        var next = new Stack<KubernetesObject>([first]);
        while (next.TryPop(out var one))
        {
            if (one.Metadata.Uid == end.Metadata.Uid)
            {
                return true;
            }

            foreach (var dependent in IsWaiting(one) ? Blocking(one, dependentsOf) : [])
            {
                if (seen.Add(dependent.Metadata.Uid!))
                {
                    next.Push(dependent);
                }
            }
        }

        return false;
    }

    /// <summary>Being deleted in the foreground: it goes when its dependents are gone.</summary>
    internal static bool IsWaiting(KubernetesObject item) => item.Metadata.DeletionTimestamp is not null && item.Metadata.Finalizers.Contains(Foreground);

    private static IEnumerable<KubernetesObject> Blocking(KubernetesObject owner, Func<KubernetesObject, IReadOnlyList<KubernetesObject>> dependentsOf) =>
        dependentsOf(owner).Where(d => d.Metadata.OwnerReferences.Any(r => r.Uid == owner.Metadata.Uid && r.BlockOwnerDeletion == true));
}
