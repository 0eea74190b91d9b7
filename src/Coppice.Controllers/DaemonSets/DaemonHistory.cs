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
    public async ValueTask<DaemonRevision> SyncAsync(DaemonSet set, ISet<string> inUse, CancellationToken stop)
    {
        var revisions = (await _adoption.ClaimAsync(set, LabelQuery.Of(set.Spec.Selector), stop)).OrderBy(revision => revision.Revision).ToList();
        var same = revisions.LastOrDefault(revision => TemplateRevision.Holds(revision, set.Spec.Template));
        var old = revisions.Where(revision => !TemplateRevision.Holds(revision, set.Spec.Template)).ToList();
        var number = (old.Count > 0 ? old[^1].Revision : 0) + 1;
        var (current, collisions) = (same, set.Status.CollisionCount ?? 0);
        if (same is null)
        {
            (current, collisions) = await TemplateRevision.CreateAsync(api, set.Spec.Template, collisions, hash => Make(set, hash, number), stop);
            await _revisions.ExpectAsync(current, time, stop);
        }
        else if (same.Revision < number)
        {
            await _revisions.ExpectAsync(await api.UpdateAsync(same with { Revision = number }, stop), time, stop);
        }

        // Those that pods still use count among the kept.
        var unused = old.Where(revision => !inUse.Contains(HashOf(revision)));
        foreach (var one in unused.Take(Math.Max(0, old.Count - (set.Spec.RevisionHistoryLimit ?? 10))))
        {
            await DeleteAsync(one, stop);
        }

        return new(HashOf(current!), collisions);
    }

    /// <summary>What the pods of a revision carry: of one that somebody made by hand its name.</summary>
    private static string HashOf(ControllerRevision revision) => revision.Metadata.Labels.Find(DaemonSetPlanner.HashLabel) ?? revision.Metadata.Name!;

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

/// <summary>The revision of a daemon's template.</summary>
/// <param name="Hash">Which the pods of this template carry.</param>
/// <param name="Collisions">How often a revision's name was another one's.</param>
internal readonly record struct DaemonRevision(string Hash, int Collisions);
