using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>What the claims of a pod still need on a node.</summary>
/// <param name="Volumes">To be written: volumes that name their claims now.</param>
/// <param name="Claims">To be written: claims for which somebody is to make volumes for the node.</param>
/// <param name="AreBound">Nothing is needed: the pod may go there.</param>
internal sealed record StorageNeeds(IReadOnlyList<PersistentVolume> Volumes, IReadOnlyList<PersistentVolumeClaim> Claims, bool AreBound);

/// <summary>The claims of a pod, by what is known of them.</summary>
internal sealed class PodStorage
{
    private const string NotBoundYet = "pod has unbound immediate PersistentVolumeClaims";

    private static readonly Rejection NoVolume = Rejection.Unresolvable("node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)");
    private static readonly Rejection OutOfReach = Rejection.Unresolvable("node(s) didn't match PersistentVolume's node affinity");
    private static readonly Rejection NothingToBind = Rejection.Unresolvable("node(s) didn't find available persistent volumes to bind");

    private readonly StorageState _storage;
    private readonly List<PersistentVolumeClaim> _bound = [];
    private readonly List<PersistentVolumeClaim> _waiting = [];
    private readonly List<PersistentVolume> _free;

    private PodStorage(Pod pod, StorageState storage)
    {
        _storage = storage;
        foreach (var volume in pod.Spec.Volumes)
        {
            if (PodClaims.For(pod, volume) is { } key)
            {
                Problem ??= Add(key, storage.Claim(key), volume.Ephemeral is null ? null : pod);
            }
        }

        _free = [.. _waiting.Count == 0 ? [] : storage.Volumes.Where(volume => volume.Spec.ClaimRef is null || _waiting.Exists(claim => VolumeBinding.IsFor(volume, claim)))];
    }

    /// <summary>Why the pod can run nowhere, in Kubernetes' words; null if it can for all its claims say.</summary>
    public string? Problem { get; private set; }

    /// <summary>What is the same on all nodes is worked out here, once.</summary>
    /// <returns>Null for a pod without claims.</returns>
    public static PodStorage? Of(Pod pod, StorageState storage) => PodClaims.Of(pod).Any() ? new(pod, storage) : null;

    /// <summary>What keeps the pod off the node; null for nothing.</summary>
    public Rejection? Test(Node node)
    {
        foreach (var claim in _bound)
        {
            if (_storage.Volume(claim.Spec.VolumeName!) is not { } volume)
            {
                return NoVolume;
            }

            if (!VolumeBinding.Reaches(volume, node))
            {
                return OutOfReach;
            }
        }

        return _waiting.Count == 0 || Find(node) is not null ? null : NothingToBind;
    }

    /// <summary>What is still to be done for the pod to run on a node, which it passed the test of.</summary>
    public StorageNeeds NeedsOn(Node node) => Find(node) ?? throw new InvalidOperationException("the pod's claims cannot be served on this node");

    private string? Add(ObjectKey key, PersistentVolumeClaim? claim, Pod? owner)
    {
        switch (claim)
        {
            case null:
                return owner is null
                    ? $"persistentvolumeclaim \"{key.Name}\" not found"
                    : $"waiting for ephemeral volume controller to create the persistentvolumeclaim \"{key.Name}\"";
            case { Status.Phase: PersistentVolumeClaimPhase.Lost }:
                return $"persistentvolumeclaim \"{key.Name}\" bound to non-existent persistentvolume \"{claim.Spec.VolumeName}\"";
            case { Metadata.DeletionTimestamp: not null }:
                return $"persistentvolumeclaim \"{key.Name}\" is being deleted";
            case var _ when owner is not null && PodClaims.Problem(owner, claim) is { } why:
                return why;
            case var _ when VolumeBinding.IsComplete(claim):
                _bound.Add(claim);
                return null;
            case { Spec.VolumeName: null or "" } when VolumeBinding.Waits(_storage.ClassOf(claim)):
                _waiting.Add(claim);
                return null;
            default:
                return NotBoundYet;
        }
    }

    /// <summary>Every claim that waits gets a volume that is there, or one is made for it.</summary>
    private StorageNeeds? Find(Node node)
    {
        var (volumes, claims) = (new List<PersistentVolume>(), new List<PersistentVolumeClaim>());
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var claim in _waiting.OrderBy(VolumeBinding.SizeOf))
        {
            var chosen = claim.Metadata.Annotations.Find(VolumeBinding.SelectedNode);
            if (chosen is not null && chosen != node.Metadata.Name)
            {
                return null;
            }

            if (chosen is null && VolumeBinding.Choose(claim, _free.Where(one => !taken.Contains(one.Metadata.Name!)), isForNamed: false, node) is { } volume)
            {
                taken.Add(volume.Metadata.Name!);
                if (VolumeBinding.BindTo(volume, claim) is var bound && bound != volume)
                {
                    volumes.Add(bound);
                }
            }
            else if (!CanBeMade(claim, node))
            {
                return null;
            }
            else if (chosen is null)
            {
                claims.Add(claim with { Metadata = claim.Metadata with { Annotations = claim.Metadata.Annotations.With(VolumeBinding.SelectedNode, node.Metadata.Name!) } });
            }
        }

        return new(volumes, claims, _waiting.Count == 0);
    }

    private bool CanBeMade(PersistentVolumeClaim claim, Node node) =>
        _storage.ClassOf(claim) is { Provisioner: not ("" or VolumeBinding.NoProvisioner) } storageClass
        && (storageClass.AllowedTopologies.IsEmpty || storageClass.AllowedTopologies.Any(term => term.MatchLabelExpressions.All(
            wanted => node.Metadata.Labels.Find(wanted.Key) is { } value && wanted.Values.Contains(value))));
}
