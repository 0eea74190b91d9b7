using Coppice.Objects.Core;
using Coppice.Objects.Storage;

namespace Coppice.Objects;

/// <summary>
/// Which volume a claim may have, and how the two name each other. For the controller that binds them, the scheduler that chooses for a
/// pod, and whoever makes volumes.
/// </summary>
public static class VolumeBinding
{
    /// <summary>At a claim: volume and claim name each other, and the claim may be used.</summary>
    public const string Completed = "pv.kubernetes.io/bind-completed";

    /// <summary>At a volume or a claim: it was the cluster that chose the other one, so the cluster may let go of it again.</summary>
    public const string ByController = "pv.kubernetes.io/bound-by-controller";

    /// <summary>At a claim: the node that the volume is to be made for.</summary>
    public const string SelectedNode = "volume.kubernetes.io/selected-node";

    /// <summary>At a volume: who made it, and takes it away again.</summary>
    public const string ProvisionedBy = "pv.kubernetes.io/provisioned-by";

    /// <summary>At a claim: who is to make its volume.</summary>
    public const string Provisioner = "volume.kubernetes.io/storage-provisioner";

    /// <summary>The name of <see cref="Provisioner"/> that came before, which is still written.</summary>
    public const string OldProvisioner = "volume.beta.kubernetes.io/storage-provisioner";

    /// <summary>Of a class whose volumes nobody makes.</summary>
    public const string NoProvisioner = "kubernetes.io/no-provisioner";

    /// <summary>The claim has its volume.</summary>
    public static bool IsComplete(PersistentVolumeClaim claim) =>
        !string.IsNullOrEmpty(claim.Spec.VolumeName) && claim.Metadata.Annotations.ContainsKey(Completed);

    /// <summary>Volumes of the class are chosen only when a pod needs them, and where that is to run.</summary>
    public static bool Waits(StorageClass? item) => item?.VolumeBindingMode == VolumeBindingMode.WaitForFirstConsumer;

    /// <summary>The volume names the claim: the very same, or one of that name that is yet to come.</summary>
    public static bool IsFor(PersistentVolume volume, PersistentVolumeClaim claim) =>
        volume.Spec.ClaimRef is { } named
        && named.Name == claim.Metadata.Name
        && named.Namespace == claim.Metadata.Namespace
        && (string.IsNullOrEmpty(named.Uid) || named.Uid == claim.Metadata.Uid);

    /// <summary>The volume as it names the claim; the same one if it does already.</summary>
    public static PersistentVolume BindTo(PersistentVolume volume, PersistentVolumeClaim claim)
    {
        if (IsFor(volume, claim) && !string.IsNullOrEmpty(volume.Spec.ClaimRef!.Uid))
        {
            return volume;
        }

        var isChosen = volume.Spec.ClaimRef is null;
        return volume with
        {
            Metadata = isChosen ? volume.Metadata with { Annotations = volume.Metadata.Annotations.With(ByController, "yes") } : volume.Metadata,
            Spec = volume.Spec with { ClaimRef = ReferenceTo(claim) },
        };
    }

    /// <summary>The claim when no node is chosen for its volume any more.</summary>
    public static PersistentVolumeClaim WithoutNode(PersistentVolumeClaim claim) =>
        claim with { Metadata = claim.Metadata with { Annotations = claim.Metadata.Annotations.Without(SelectedNode) } };

    /// <summary>What a volume names its claim by.</summary>
    public static ObjectReference ReferenceTo(PersistentVolumeClaim claim) => new()
    {
        Kind = nameof(PersistentVolumeClaim),
        ApiVersion = "v1",
        Namespace = claim.Metadata.Namespace,
        Name = claim.Metadata.Name,
        Uid = claim.Metadata.Uid,
        ResourceVersion = claim.Metadata.ResourceVersion,
    };

    /// <summary>
    /// The volume that a claim is to have: the one that names it, or else of those that are free and do all that is asked for the one that
    /// does least beside it, and of these the smallest. Null for none.
    /// </summary>
    /// <param name="isForNamed">Only a volume that names the claim is wanted.</param>
    /// <param name="node">From where it must be reached; null for anywhere.</param>
    public static PersistentVolume? Choose(PersistentVolumeClaim claim, IEnumerable<PersistentVolume> volumes, bool isForNamed, Core.Node? node)
    {
        var fitting = volumes
            .Where(volume => volume.Metadata.DeletionTimestamp is null && Suits(volume, claim))
            .Where(volume => volume.Spec.ClaimRef is null || IsFor(volume, claim))
            .ToList();
        if (fitting.Find(volume => IsFor(volume, claim)) is { } named)
        {
            return Reaches(named, node) ? named : null;
        }

        var labels = claim.Spec.Selector is { } selector ? LabelQuery.Of(selector) : LabelQuery.Everything;
        return isForNamed
            ? null
            : fitting
                .Where(volume => volume.Status.Phase == PersistentVolumePhase.Available && labels.Matches(volume.Metadata.Labels))
                .Where(volume => StorageClasses.NameFor(volume) == StorageClasses.NameFor(claim) && Reaches(volume, node))
                .OrderBy(volume => volume.Spec.AccessModes.Count)
                .ThenBy(SizeOf)
                .ThenBy(volume => volume.Metadata.Name, StringComparer.Ordinal)
                .FirstOrDefault();
    }

    /// <summary>Why a claim cannot have the volume that it names, in Kubernetes' words; null if it can.</summary>
    public static string? Mismatch(PersistentVolume volume, PersistentVolumeClaim claim) =>
        SizeOf(volume) < SizeOf(claim) ? "requested PV is too small"
        : StorageClasses.NameFor(volume) != StorageClasses.NameFor(claim) ? "storageClassName does not match"
        : !HaveSameAttributes(volume, claim) ? "volumeAttributesClassName does not match"
        : !HaveSameMode(volume, claim) ? "incompatible volumeMode"
        : !Serves(volume, claim) ? "incompatible accessMode"
        : null;

    /// <summary>Both are for files, or both are raw devices.</summary>
    public static bool HaveSameMode(PersistentVolume volume, PersistentVolumeClaim claim) =>
        (volume.Spec.VolumeMode ?? PersistentVolumeMode.Filesystem) == (claim.Spec.VolumeMode ?? PersistentVolumeMode.Filesystem);

    /// <summary>The volume can be reached from the node.</summary>
    /// <param name="node">Null for anywhere.</param>
    public static bool Reaches(PersistentVolume volume, Core.Node? node) =>
        node is null || NodeSelectors.Allows(default, volume.Spec.NodeAffinity?.Required, node);

    /// <summary>How much a claim asks for.</summary>
    public static Quantity SizeOf(PersistentVolumeClaim claim) => claim.Spec.Resources.Requests.Find(ResourceName.Storage);

    private static Quantity SizeOf(PersistentVolume volume) => volume.Spec.Capacity.Find(ResourceName.Storage);

    private static bool Suits(PersistentVolume volume, PersistentVolumeClaim claim) =>
        SizeOf(volume) >= SizeOf(claim) && HaveSameMode(volume, claim) && Serves(volume, claim) && HaveSameAttributes(volume, claim);

    private static bool Serves(PersistentVolume volume, PersistentVolumeClaim claim) => claim.Spec.AccessModes.All(mode => volume.Spec.AccessModes.Contains(mode));

    private static bool HaveSameAttributes(PersistentVolume volume, PersistentVolumeClaim claim) =>
        (volume.Spec.VolumeAttributesClassName ?? "") == (claim.Spec.VolumeAttributesClassName ?? "");
}
