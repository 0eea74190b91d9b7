using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Storage;

namespace Coppice.Node.LocalVolumes;

/// <summary>What is to be done about a volume that a node made.</summary>
internal enum VolumeEnd
{
    /// <summary>It is in use, or to be kept.</summary>
    None,

    /// <summary>Nobody has it any more: it is to be deleted.</summary>
    Delete,

    /// <summary>It is deleted, and its directory goes with it.</summary>
    Remove,

    /// <summary>It is deleted, and its directory stays, as it asks for.</summary>
    Leave,
}

/// <summary>Which claims a node makes volumes for, what these are, and when they go.</summary>
internal static class LocalVolumePlanner
{
    /// <summary>Keeps a volume until its directory is gone; the name is that of all provisioners outside of Kubernetes.</summary>
    public const string Finalizer = "external-provisioner.volume.kubernetes.io/finalizer";

    public const string NoAttributes = "volumes have no attributes to choose: a VolumeAttributesClass is not supported";

    private const string HostnameLabel = "kubernetes.io/hostname";

    /// <summary>The claim waits for a volume of this node.</summary>
    public static bool Wants(PersistentVolumeClaim claim, StorageClass? storageClass, string node) =>
        storageClass?.Provisioner == LocalProvisioner.Name
        && claim.Metadata.DeletionTimestamp is null
        && string.IsNullOrEmpty(claim.Spec.VolumeName)
        && claim.Metadata.Annotations.Find(VolumeBinding.Provisioner) == LocalProvisioner.Name
        && claim.Metadata.Annotations.Find(VolumeBinding.SelectedNode) is var chosen
        && (chosen == node || (chosen is null && !VolumeBinding.Waits(storageClass)));

    /// <summary>Why a claim cannot be served; null if it can.</summary>
    public static string? Refusal(PersistentVolumeClaim claim) =>
        claim.Spec.DataSourceRef is not null ? "volumes are made empty: a data source is not supported"
        : claim.Spec.Selector is not null ? "claim.Spec.Selector is not supported"
        : !string.IsNullOrEmpty(claim.Spec.VolumeAttributesClassName) ? NoAttributes
        : null;

    /// <summary>What is not even tried, in the words of provisioners elsewhere; null for nothing.</summary>
    public static string? Impossible(PersistentVolumeClaim claim) =>
        claim.Spec.VolumeMode == PersistentVolumeMode.Block ? $"{LocalProvisioner.Name} does not support block volume provisioning" : null;

    /// <summary>What the volume of a claim is called: that is the claim's for good, so that it is never made twice.</summary>
    public static string NameFor(PersistentVolumeClaim claim) => $"pvc-{claim.Metadata.Uid}";

    public static PersistentVolume Make(PersistentVolumeClaim claim, StorageClass storageClass, LocalVolumeOptions options)
    {
        var name = NameFor(claim);
        return new()
        {
            Metadata = new() { Name = name, Annotations = ValueMap.Of((VolumeBinding.ProvisionedBy, LocalProvisioner.Name)), Finalizers = [Finalizer] },
            Spec = new()
            {
                AccessModes = claim.Spec.AccessModes,
                Capacity = ValueMap.Of((ResourceName.Storage, VolumeBinding.SizeOf(claim))),
                ClaimRef = VolumeBinding.ReferenceTo(claim),
                Local = new() { Path = PathOf(name, options) },
                NodeAffinity = new() { Required = new() { NodeSelectorTerms = [new() { MatchExpressions = [On(options.Node)] }] } },
                PersistentVolumeReclaimPolicy = storageClass.ReclaimPolicy,
                StorageClassName = storageClass.Metadata.Name,
                VolumeMode = PersistentVolumeMode.Filesystem,
            },
        };
    }

    /// <summary>The claim asks for more than its volume of this node has, or is not told yet that it has it.</summary>
    public static bool Grows(PersistentVolumeClaim claim, PersistentVolume volume, LocalVolumeOptions options) =>
        claim.Metadata.DeletionTimestamp is null
        && claim.Status.Phase == PersistentVolumeClaimPhase.Bound
        && volume.Spec.ClaimRef?.Uid == claim.Metadata.Uid
        && IsOurs(volume, options)
        && VolumeBinding.SizeOf(claim) > claim.Status.Capacity.Find(ResourceName.Storage);

    /// <summary>What is to be said of the attributes that a claim asks for of its volume of this node, which has none to choose.</summary>
    public static PersistentVolumeClaimStatus Asked(PersistentVolumeClaim claim, PersistentVolume volume, LocalVolumeOptions options) =>
        claim.Status.Phase != PersistentVolumeClaimPhase.Bound || volume.Spec.ClaimRef?.Uid != claim.Metadata.Uid || !IsOurs(volume, options) ? claim.Status
        : string.IsNullOrEmpty(claim.Spec.VolumeAttributesClassName) ? claim.Status with { ModifyVolumeStatus = null }
        : claim.Status with
        {
            ModifyVolumeStatus = new() { TargetVolumeAttributesClassName = claim.Spec.VolumeAttributesClassName, Status = PersistentVolumeClaimModifyVolumeStatus.Infeasible },
        };

    /// <summary>A claim's status while its volume is made larger.</summary>
    public static PersistentVolumeClaimStatus Growing(PersistentVolumeClaim claim, DateTimeOffset now) => claim.Status with
    {
        AllocatedResources = claim.Status.AllocatedResources.With(ResourceName.Storage, VolumeBinding.SizeOf(claim)),
        AllocatedResourceStatuses = claim.Status.AllocatedResourceStatuses.With(ResourceName.Storage, ClaimResourceStatus.ControllerResizeInProgress),
        Conditions = claim.Status.Conditions.Any(IsGrowing)
            ? claim.Status.Conditions
            : claim.Status.Conditions.Add(new() { Type = PersistentVolumeClaimConditionType.Resizing, Status = ConditionStatus.True, LastTransitionTime = ApiTime.Truncate(now) }),
    };

    /// <summary>A claim's status when its volume is as large as it asks for.</summary>
    public static PersistentVolumeClaimStatus Grown(PersistentVolumeClaim claim) => claim.Status with
    {
        Capacity = claim.Status.Capacity.With(ResourceName.Storage, VolumeBinding.SizeOf(claim)),
        AllocatedResourceStatuses = claim.Status.AllocatedResourceStatuses.Without(ResourceName.Storage),
        Conditions = claim.Status.Conditions.Where(one => !IsGrowing(one)).ToValueList(),
    };

    public static VolumeEnd EndOf(PersistentVolume volume, LocalVolumeOptions options)
    {
        if (!IsOurs(volume, options) || volume.Status.Phase is PersistentVolumePhase.Bound or PersistentVolumePhase.Pending)
        {
            return VolumeEnd.None;
        }

        var isGoing = volume.Metadata.DeletionTimestamp is not null;
        return volume.Spec.PersistentVolumeReclaimPolicy == PersistentVolumeReclaimPolicy.Delete
            ? isGoing ? VolumeEnd.Remove : volume.Status.Phase == PersistentVolumePhase.Released ? VolumeEnd.Delete : VolumeEnd.None
            : isGoing ? VolumeEnd.Leave : VolumeEnd.None;
    }

    public static string PathOf(string volume, LocalVolumeOptions options) => Path.Combine(options.Root, volume);

    /// <summary>The path is not believed: what is deleted is what we would have made under that name.</summary>
    public static bool IsOurs(PersistentVolume volume, LocalVolumeOptions options) =>
        volume.Metadata.Annotations.Find(VolumeBinding.ProvisionedBy) == LocalProvisioner.Name
        && volume.Spec.Local?.Path == PathOf(volume.Metadata.Name!, options)
        && volume.Spec.NodeAffinity?.Required?.NodeSelectorTerms.Any(term => term.MatchExpressions.Contains(On(options.Node))) == true;

    private static bool IsGrowing(PersistentVolumeClaimCondition condition) => condition.Type == PersistentVolumeClaimConditionType.Resizing;

    private static NodeSelectorRequirement On(string node) => new() { Key = HostnameLabel, Operator = NodeSelectorOperator.In, Values = [node] };
}
