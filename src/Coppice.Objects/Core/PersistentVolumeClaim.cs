using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>Asks for a volume that outlives the pods which use it.</summary>
public sealed partial record PersistentVolumeClaim : KubernetesObject
{
    /// <summary>What is asked for.</summary>
    [Field(2)]
    public PersistentVolumeClaimSpec Spec { get; init => field = value ?? new(); } = new();

    /// <summary>What was got.</summary>
    [Field(3)]
    public PersistentVolumeClaimStatus Status { get; init => field = value ?? new(); } = new();
}

/// <summary>What volume is asked for.</summary>
public sealed partial record PersistentVolumeClaimSpec
{
    /// <summary>Who must be able to mount it: ReadWriteOnce (one node), ReadOnlyMany, ReadWriteMany or ReadWriteOncePod.</summary>
    [Field(1)]
    public ValueList<string> AccessModes { get; init; }

    /// <summary>Limits the volumes to choose from, by label.</summary>
    [Field(4)]
    public LabelSelector? Selector { get; init; }

    /// <summary>How large it must be.</summary>
    [Field(2)]
    public VolumeResourceRequirements Resources { get; init => field = value ?? new(); } = new();

    /// <summary>The volume that it is bound to.</summary>
    [Field(3)]
    public string? VolumeName { get; init; }

    /// <summary>The class to make it with; the default class where it is absent, none where it is empty.</summary>
    [Field(5, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? StorageClassName { get; init; }

    /// <summary>Filesystem (the default) or Block.</summary>
    [Field(6, Pointer = true)]
    public string? VolumeMode { get; init; }

    /// <summary>A snapshot or claim of this namespace to fill it from.</summary>
    [Field(7)]
    public TypedLocalObjectReference? DataSource { get; init; }

    /// <summary>What to fill it from, also of other kinds and namespaces.</summary>
    [Field(8)]
    public TypedObjectReference? DataSourceRef { get; init; }

    /// <summary>A class of attributes that may be changed later, such as speed.</summary>
    [Field(9, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? VolumeAttributesClassName { get; init; }
}

/// <summary>The values of PersistentVolumeAccessMode.</summary>
public static class PersistentVolumeAccessMode
{
    public const string ReadWriteOnce = "ReadWriteOnce";
    public const string ReadOnlyMany = "ReadOnlyMany";
    public const string ReadWriteMany = "ReadWriteMany";
    public const string ReadWriteOncePod = "ReadWriteOncePod";
}

/// <summary>How large a volume must be.</summary>
public sealed partial record VolumeResourceRequirements
{
    /// <summary>At most.</summary>
    [Field(1)]
    public ValueMap<Quantity> Limits { get; init; }

    /// <summary>At least; the key is storage.</summary>
    [Field(2)]
    public ValueMap<Quantity> Requests { get; init; }
}

/// <summary>The values of PersistentVolumeMode.</summary>
public static class PersistentVolumeMode
{
    public const string Block = "Block";
    public const string Filesystem = "Filesystem";
}

/// <summary>An object of any kind in the same namespace.</summary>
[AtomicObject]
public sealed partial record TypedLocalObjectReference
{
    /// <summary>The kind's group; absent for the core group.</summary>
    [Field(1, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? ApiGroup { get; init; }

    /// <summary>The kind.</summary>
    [Field(2, Required = true)]
    public string Kind { get; init => field = value ?? ""; } = "";

    /// <summary>The name.</summary>
    [Field(3, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";
}

/// <summary>An object of any kind in any namespace.</summary>
public sealed partial record TypedObjectReference
{
    /// <summary>The kind's group; absent for the core group.</summary>
    [Field(1, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? ApiGroup { get; init; }

    /// <summary>The kind.</summary>
    [Field(2, Required = true)]
    public string Kind { get; init => field = value ?? ""; } = "";

    /// <summary>The name.</summary>
    [Field(3, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The namespace; the own one where it is absent.</summary>
    [Field(4, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? Namespace { get; init; }
}

/// <summary>What volume a claim has got.</summary>
public sealed partial record PersistentVolumeClaimStatus
{
    /// <summary>Pending, Bound, or Lost when its volume is gone.</summary>
    [Field(1)]
    public string? Phase { get; init; }

    /// <summary>Who can mount the volume.</summary>
    [Field(2)]
    public ValueList<string> AccessModes { get; init; }

    /// <summary>How large the volume is.</summary>
    [Field(3)]
    public ValueMap<Quantity> Capacity { get; init; }

    /// <summary>What is being done to it, such as resizing.</summary>
    [Field(4, MergeKey = "type", List = ListType.Map, ListKeys = "type")]
    public ValueList<PersistentVolumeClaimCondition> Conditions { get; init; }

    /// <summary>The size that is being grown to.</summary>
    [Field(5)]
    public ValueMap<Quantity> AllocatedResources { get; init; }

    /// <summary>How far the growing has got.</summary>
    [Field(7, GranularMap = true)]
    public ValueMap<string> AllocatedResourceStatuses { get; init; }

    /// <summary>The class of attributes that the volume has now.</summary>
    [Field(8, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? CurrentVolumeAttributesClassName { get; init; }

    /// <summary>How far a change of that class has got.</summary>
    [Field(9)]
    public ModifyVolumeStatus? ModifyVolumeStatus { get; init; }
}

/// <summary>The values of PersistentVolumeClaimPhase.</summary>
public static class PersistentVolumeClaimPhase
{
    public const string Pending = "Pending";
    public const string Bound = "Bound";
    public const string Lost = "Lost";
}

/// <summary>One thing that can be said of a claim's state.</summary>
public sealed partial record PersistentVolumeClaimCondition
{
    /// <summary>What is said.</summary>
    [Field(1, Required = true)]
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>Whether it holds: True, False or Unknown.</summary>
    [Field(2, Required = true)]
    public string Status { get; init => field = value ?? ""; } = "";

    /// <summary>When it was last looked at.</summary>
    [Field(3)]
    public DateTimeOffset? LastProbeTime { get; init; }

    /// <summary>When status last changed.</summary>
    [Field(4)]
    public DateTimeOffset? LastTransitionTime { get; init; }

    /// <summary>Why it is so, in one word for programs.</summary>
    [Field(5)]
    public string? Reason { get; init; }

    /// <summary>Why it is so, for people.</summary>
    [Field(6)]
    public string? Message { get; init; }
}

/// <summary>The values of PersistentVolumeClaimConditionType.</summary>
public static class PersistentVolumeClaimConditionType
{
    public const string Resizing = "Resizing";
    public const string FileSystemResizePending = "FileSystemResizePending";
    public const string ControllerResizeError = "ControllerResizeError";
    public const string NodeResizeError = "NodeResizeError";
    public const string ModifyVolumeError = "ModifyVolumeError";
    public const string ModifyingVolume = "ModifyingVolume";
    public const string Unused = "Unused";
}

/// <summary>The values of ClaimResourceStatus.</summary>
public static class ClaimResourceStatus
{
    public const string ControllerResizeInProgress = "ControllerResizeInProgress";
    public const string ControllerResizeInfeasible = "ControllerResizeInfeasible";
    public const string NodeResizePending = "NodeResizePending";
    public const string NodeResizeInProgress = "NodeResizeInProgress";
    public const string NodeResizeInfeasible = "NodeResizeInfeasible";
}

/// <summary>How far a change of a volume's attributes has got.</summary>
public sealed partial record ModifyVolumeStatus
{
    /// <summary>The class that is changed to.</summary>
    [Field(1)]
    public string? TargetVolumeAttributesClassName { get; init; }

    /// <summary>Pending, InProgress or Infeasible.</summary>
    [Field(2, Required = true)]
    public string Status { get; init => field = value ?? ""; } = "";
}

/// <summary>The values of PersistentVolumeClaimModifyVolumeStatus.</summary>
public static class PersistentVolumeClaimModifyVolumeStatus
{
    public const string Pending = "Pending";
    public const string InProgress = "InProgress";
    public const string Infeasible = "Infeasible";
}
