using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;

namespace Coppice.Controllers.StatefulSets;

/// <summary>The templates that a set's pods are made from.</summary>
/// <param name="Collisions">How often a revision's name was another one's.</param>
internal sealed record StatefulRevisions(ControllerRevision Current, ControllerRevision Update, int Collisions);

/// <summary>A set's templates, one ControllerRevision each: what its pods are made from until a change has reached them, and what to go back to.</summary>
internal sealed class StatefulHistory(IApiClient api, CacheSet caches, TimeProvider time)
{
    private const string HashLabel = "controller.kubernetes.io/hash";

    private readonly ObjectCache<ControllerRevision> _revisions = caches.Of<ControllerRevision>();
    private readonly Adoption<StatefulSet, ControllerRevision> _adoption = new(api, caches.Of<ControllerRevision>(), time);

    /// <summary>Makes sure that the template's revision is there and is the newest.</summary>
    public async ValueTask<StatefulRevisions> SyncAsync(StatefulSet set, IReadOnlyList<ControllerRevision> known, CancellationToken stop)
    {
        var newest = known.Count > 0 ? known[^1] : null;
        var same = known.LastOrDefault(revision => TemplateRevision.Holds(revision, set.Spec.Template));
        var (update, collisions) = (same, set.Status.CollisionCount ?? 0);
        if (same is null)
        {
            (update, collisions) = await TemplateRevision.CreateAsync(
                api, set.Spec.Template, collisions, hash => Make(set, (newest?.Revision ?? 0) + 1, hash), stop);
            await _revisions.ExpectAsync(update, time, stop);
        }
        else if (same.Revision < newest!.Revision)
        {
            update = await api.UpdateAsync(same with { Revision = newest.Revision + 1 }, stop);
            await _revisions.ExpectAsync(update, time, stop);
        }

        return new(known.FirstOrDefault(revision => revision.Metadata.Name == set.Status.CurrentRevision) ?? update!, update!, collisions);
    }

    /// <summary>The set's own, from the oldest to the newest.</summary>
    public async ValueTask<IReadOnlyList<ControllerRevision>> KnownAsync(StatefulSet set, LabelQuery selector, CancellationToken stop) =>
        [.. (await _adoption.ClaimAsync(set, selector, stop)).OrderBy(revision => revision.Revision)];

    /// <summary>Drops the oldest revisions that neither the set nor a pod needs.</summary>
    public async ValueTask TrimAsync(
        StatefulSet set, IReadOnlyList<ControllerRevision> known, StatefulRevisions needed, IReadOnlyList<Pod> pods, CancellationToken stop)
    {
        var used = pods.Select(StatefulIdentity.RevisionOf).Append(needed.Current.Metadata.Name).Append(needed.Update.Metadata.Name).ToHashSet();
        var unused = known.Where(revision => !used.Contains(revision.Metadata.Name)).ToList();
        foreach (var old in unused.Take(Math.Max(0, unused.Count - (set.Spec.RevisionHistoryLimit ?? 10))))
        {
            try
            {
                await api.DeleteAsync<ControllerRevision>(ObjectKey.Of(old), new() { Preconditions = new() { Uid = old.Metadata.Uid } }, stop);
            }
            catch (ApiException e) when (e.IsNotFound)
            {
                // Gone already.
            }
        }
    }

    private static ControllerRevision Make(StatefulSet set, long number, string hash) => new()
    {
        Metadata = new()
        {
            Name = $"{set.Metadata.Name}-{hash}",
            Namespace = set.Metadata.Namespace,
            Labels = set.Spec.Template.Metadata.Labels.With(HashLabel, hash),
            Annotations = set.Metadata.Annotations,
            OwnerReferences = [ControllerRef.To(set)],
        },
        Data = TemplateRevision.DataOf(set.Spec.Template),
        Revision = number,
    };
}
