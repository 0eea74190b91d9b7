using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Apps;

namespace Coppice.Controllers.DaemonSets;

/// <summary>A daemon's templates, one ControllerRevision each, by which kubectl shows its history and goes back in it.</summary>
internal sealed class DaemonHistory(IApiClient api, CacheSet caches, TimeProvider time)
{
    private readonly ObjectCache<ControllerRevision> _revisions = caches.Of<ControllerRevision>();
    private readonly Adoption<DaemonSet, ControllerRevision> _adoption = new(api, caches.Of<ControllerRevision>(), time);

    /// <summary>Makes sure that the template's revision is there and is the newest; drops the oldest that no pod uses.</summary>
    /// <returns>The revision's hash, which the pods of this template carry.</returns>
    public async ValueTask<string> SyncAsync(DaemonSet set, ISet<string> inUse, CancellationToken stop)
    {
        var hash = TemplateHash.Of(set.Spec.Template, set.Status.CollisionCount);
        var revisions = (await _adoption.ClaimAsync(set, LabelQuery.Of(set.Spec.Selector), stop)).OrderBy(r => r.Revision).ToList();
        var current = revisions.FirstOrDefault(r => r.Metadata.Labels.Find(DaemonSetPlanner.HashLabel) == hash);
        var newest = revisions.Count > 0 ? revisions[^1].Revision : 0;
        if (current is null)
        {
            await _revisions.ExpectAsync(await api.CreateAsync(Make(set, hash, newest + 1), stop), time, stop);
        }
        else if (current.Revision < newest)
        {
            await _revisions.ExpectAsync(await api.UpdateAsync(current with { Revision = newest + 1 }, stop), time, stop);
        }

        var unused = revisions
            .Where(r => r.Metadata.Labels.Find(DaemonSetPlanner.HashLabel) is { } used && used != hash && !inUse.Contains(used))
            .ToList();
        foreach (var old in unused.Take(Math.Max(0, unused.Count - (set.Spec.RevisionHistoryLimit ?? 10))))
        {
            await DeleteAsync(old, stop);
        }

        return hash;
    }

    private static ControllerRevision Make(DaemonSet set, string hash, long revision) => new()
    {
        ApiVersion = "apps/v1",
        Kind = "ControllerRevision",
        Metadata = new()
        {
            Name = $"{set.Metadata.Name}-{hash}",
            Namespace = set.Metadata.Namespace,
            Labels = set.Spec.Template.Metadata.Labels.With(DaemonSetPlanner.HashLabel, hash),
            Annotations = set.Metadata.Annotations.Without("kubectl.kubernetes.io/last-applied-configuration"),
            OwnerReferences = [ControllerRef.To(set)],
        },
        Data = TemplateRevision.DataOf(set.Spec.Template),
        Revision = revision,
    };

    private async ValueTask DeleteAsync(ControllerRevision revision, CancellationToken stop)
    {
        try
        {
            await api.DeleteAsync<ControllerRevision>(ObjectKey.Of(revision), new() { Preconditions = new() { Uid = revision.Metadata.Uid } }, stop);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // Gone already.
        }
    }
}
