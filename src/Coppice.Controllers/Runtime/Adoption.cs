using Coppice.Client;
using Coppice.Objects;

namespace Coppice.Controllers.Runtime;

/// <param name="Keep">Ours already, and rightly so.</param>
/// <param name="Adopt">Nobody's, and the selector matches.</param>
/// <param name="Release">Ours, but the selector no longer matches.</param>
internal sealed record AdoptionPlan<T>(IReadOnlyList<T> Keep, IReadOnlyList<T> Adopt, IReadOnlyList<T> Release);

/// <summary>Which objects are an owner's: those it controls and its selector matches. Takes in orphans, lets go of strangers.</summary>
/// <param name="canBeOf">What more there is to it than the selector; null for nothing.</param>
internal sealed class Adoption<TOwner, T>(IApiClient api, ObjectCache<T> cache, TimeProvider time, Func<TOwner, T, bool>? canBeOf = null)
    where TOwner : KubernetesObject
    where T : KubernetesObject
{
    private readonly ControllerIndex<T> _index = new(cache);

    /// <summary>The owner's objects, after adopting and releasing what the plan says.</summary>
    public async ValueTask<IReadOnlyList<T>> ClaimAsync(TOwner owner, LabelQuery selector, CancellationToken stop)
    {
        var plan = Plan(owner, selector, [.. _index.ControlledBy(owner.Metadata.Uid), .. _index.Orphans(owner.Metadata.Namespace)], canBeOf);
        if (plan.Adopt.Count == 0 && plan.Release.Count == 0)
        {
            return plan.Keep;
        }

        var owned = new List<T>(plan.Keep);
        var written = new List<T>();
        foreach (var item in plan.Release)
        {
            await WriteAsync(api.RemoveOwnerAsync(item, owner.Metadata.Uid!, stop), written);
        }

        // The cache may not know yet that the owner is being deleted; an object adopted then would be lost.
        if (plan.Adopt.Count > 0 && await IsStillThereAsync(owner, stop))
        {
            foreach (var item in plan.Adopt)
            {
                if (await WriteAsync(api.AddOwnerAsync(item, ControllerRef.To(owner), stop), written) is { } adopted)
                {
                    owned.Add(adopted);
                }
            }
        }

        await cache.ExpectAllAsync(written, time, stop);
        return owned;
    }

    public static AdoptionPlan<T> Plan(TOwner owner, LabelQuery selector, IEnumerable<T> candidates, Func<TOwner, T, bool>? canBeOf = null)
    {
        var (keep, adopt, release) = (new List<T>(), new List<T>(), new List<T>());
        var isGoing = owner.Metadata.DeletionTimestamp is not null;
        foreach (var item in candidates)
        {
            var matches = selector.Matches(item.Metadata.Labels) && canBeOf?.Invoke(owner, item) != false;
            if (ControllerRef.Of(item) is { } reference)
            {
                if (reference.Uid != owner.Metadata.Uid)
                {
                    continue;
                }

                if (matches)
                {
                    keep.Add(item);
                }
                else if (!isGoing)
                {
                    release.Add(item);
                }
            }
            else if (matches && !isGoing && item.Metadata.DeletionTimestamp is null)
            {
                adopt.Add(item);
            }
        }

        return new(keep, adopt, release);
    }

    private async ValueTask<bool> IsStillThereAsync(TOwner owner, CancellationToken stop)
    {
        var live = await api.FindAsync<TOwner>(ObjectKey.Of(owner), stop);
        return live is not null && live.Metadata.Uid == owner.Metadata.Uid && live.Metadata.DeletionTimestamp is null;
    }

    private static async ValueTask<T?> WriteAsync(ValueTask<T> patch, List<T> written)
    {
        try
        {
            var result = await patch;
            written.Add(result);
            return result;
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return null;
        }
    }
}
