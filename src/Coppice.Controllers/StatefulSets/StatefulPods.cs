using System.Runtime.ExceptionServices;
using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;

namespace Coppice.Controllers.StatefulSets;

/// <summary>Makes and deletes a set's pods and their claims, and tells about it there, in Kubernetes' words.</summary>
internal sealed class StatefulPods(IApiClient api, CacheSet caches, IEventRecorder events, TimeProvider time)
{
    private readonly ObjectCache<Pod> _pods = caches.Of<Pod>();
    private readonly ObjectCache<PersistentVolumeClaim> _claims = caches.Of<PersistentVolumeClaim>();
    private readonly Deletions<Pod> _deletions = new(caches.Of<Pod>());

    public bool IsGoing(Pod pod) => _deletions.IsGoing(pod);

    /// <summary>Whether the claims of a number are of the past: they go, and only then can new ones be made.</summary>
    public bool HasStaleClaims(StatefulSet set, int ordinal) =>
        StatefulIdentity.ClaimsOf(set, ordinal).Any(claim => _claims.Find(ObjectKey.Of(claim)) is { } there && ClaimRetention.IsStale(there, null));

    /// <returns>The failure, to be thrown when all else is done; null if all went well.</returns>
    public async ValueTask<ExceptionDispatchInfo?> CreateAsync(StatefulSet set, IReadOnlyList<Pod> wanted, CancellationToken stop)
    {
        var created = new List<Pod>();
        ExceptionDispatchInfo? failure = null;
        foreach (var pod in wanted)
        {
            try
            {
                await MakeClaimsAsync(set, pod, stop);
                created.Add(await api.CreateAsync(pod, stop));
                events.Record(set, "Normal", "SuccessfulCreate", $"create Pod {pod.Metadata.Name} in StatefulSet {set.Metadata.Name} successful");
            }
            catch (ApiException e) when (e.IsNamespaceTerminating())
            {
                break;
            }
            catch (ApiException e)
            {
                if (!e.IsAlreadyExists || IsSomebodyElses(set, pod))
                {
                    events.Record(set, "Warning", "FailedCreate", $"create Pod {pod.Metadata.Name} in StatefulSet {set.Metadata.Name} failed error: {e.Message}");
                }

                failure = ExceptionDispatchInfo.Capture(e);
                break;
            }
        }

        await _pods.ExpectAllAsync(created, time, stop);
        return failure;
    }

    /// <returns>The failure, to be thrown when all else is done; null if all went well.</returns>
    public async ValueTask<ExceptionDispatchInfo?> DeleteAsync(StatefulSet set, IReadOnlyList<Pod> pods, CancellationToken stop)
    {
        foreach (var pod in pods)
        {
            try
            {
                if (await _deletions.DeleteAsync(api, pod, stop))
                {
                    events.Record(set, "Normal", "SuccessfulDelete", $"delete Pod {pod.Metadata.Name} in StatefulSet {set.Metadata.Name} successful");
                }
            }
            catch (ApiException e)
            {
                events.Record(set, "Warning", "FailedDelete", $"delete Pod {pod.Metadata.Name} in StatefulSet {set.Metadata.Name} failed error: {e.Message}");
                return ExceptionDispatchInfo.Capture(e);
            }
        }

        return null;
    }

    /// <summary>Gives a pod the labels of its number and the claims that it waits for, where they are missing, and the claims their owners.</summary>
    /// <param name="isTooMany">It is to go, and its claims may be to go with it.</param>
    public async ValueTask KeepAsync(StatefulSet set, Pod pod, bool isTooMany, CancellationToken stop)
    {
        if (StatefulIdentity.OrdinalOf(set, pod) is not { } ordinal || IsGoing(pod))
        {
            return;
        }

        if (!isTooMany)
        {
            if (pod.Status.Phase is null or PodPhase.Pending)
            {
                await MakeClaimsAsync(set, pod, stop);
            }

            var marked = StatefulIdentity.WithIdentity(set, ordinal, pod);
            if (marked != pod)
            {
                await _pods.ExpectAsync(await api.UpdateAsync(marked, stop), time, stop);
                events.Record(set, "Normal", "SuccessfulUpdate", $"update Pod {pod.Metadata.Name} in StatefulSet {set.Metadata.Name} successful");
            }
        }

        foreach (var claim in StatefulIdentity.ClaimsOf(set, ordinal))
        {
            if (_claims.Find(ObjectKey.Of(claim)) is { Metadata.DeletionTimestamp: null } there
                && ClaimRetention.Apply(set, there, isTooMany ? pod : null) is var owned && owned != there)
            {
                await _claims.ExpectAsync(await api.UpdateAsync(owned, stop), time, stop);
            }
        }
    }

    /// <summary>That a pod is there already is no news, unless it is not the set's: as long as it stays, the set waits for its name.</summary>
    private bool IsSomebodyElses(StatefulSet set, Pod pod) => _pods.Find(ObjectKey.Of(pod)) is { } there && !ControllerRef.IsControlledBy(there, set);

    private async ValueTask MakeClaimsAsync(StatefulSet set, Pod pod, CancellationToken stop)
    {
        foreach (var claim in StatefulIdentity.ClaimsOf(set, StatefulIdentity.OrdinalOf(set, pod)!.Value))
        {
            if (_claims.Find(ObjectKey.Of(claim)) is not null)
            {
                continue;
            }

            var what = $"create Claim {claim.Metadata.Name}";
            try
            {
                await _claims.ExpectAsync(await api.CreateAsync(ClaimRetention.Apply(set, claim, null), stop), time, stop);
                events.Record(set, "Normal", "SuccessfulCreate", $"{what} Pod {pod.Metadata.Name} in StatefulSet {set.Metadata.Name} success");
            }
            catch (ApiException e) when (e.IsAlreadyExists)
            {
                // As good: somebody made it by hand.
            }
            catch (ApiException e)
            {
                events.Record(set, "Warning", "FailedCreate", $"{what} for Pod {pod.Metadata.Name} in StatefulSet {set.Metadata.Name} failed error: {e.Message}");
                throw;
            }
        }
    }
}
