using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record PersistentVolumeClaim : KubernetesObject
{
    [Field(2)]
    public PersistentVolumeClaimSpec Spec { get; init => field = value ?? new(); } = new();

    [Field(3)]
    public PersistentVolumeClaimStatus Status { get; init => field = value ?? new(); } = new();
}

public sealed record PersistentVolumeClaimSpec
{
    [Field(1)]
    public ValueList<string> AccessModes { get; init; }

    [Field(4)]
    public LabelSelector? Selector { get; init; }

    [Field(2)]
    public VolumeResourceRequirements Resources { get; init => field = value ?? new(); } = new();

    [Field(3)]
    public string? VolumeName { get; init; }

    [Field(5)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? StorageClassName { get; init; }

    [Field(6)]
    public string? VolumeMode { get; init; }

    [Field(7)]
    public TypedLocalObjectReference? DataSource { get; init; }

    [Field(8)]
    public TypedObjectReference? DataSourceRef { get; init; }

    [Field(9)]
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

public sealed record VolumeResourceRequirements
{
    [Field(1)]
    public ValueMap<Quantity> Limits { get; init; }

    [Field(2)]
    public ValueMap<Quantity> Requests { get; init; }
}

/// <summary>The values of PersistentVolumeMode.</summary>
public static class PersistentVolumeMode
{
    public const string Block = "Block";
    public const string Filesystem = "Filesystem";
}

public sealed record TypedLocalObjectReference
{
    [Field(1)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? ApiGroup { get; init; }

    [Field(2, Required = true)]
    public string Kind { get; init => field = value ?? ""; } = "";

    [Field(3, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";
}

public sealed record TypedObjectReference
{
    [Field(1)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? ApiGroup { get; init; }

    [Field(2, Required = true)]
    public string Kind { get; init => field = value ?? ""; } = "";

    [Field(3, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    [Field(4)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? Namespace { get; init; }
}

public sealed record PersistentVolumeClaimStatus
{
    [Field(1)]
    public string? Phase { get; init; }

    [Field(2)]
    public ValueList<string> AccessModes { get; init; }

    [Field(3)]
    public ValueMap<Quantity> Capacity { get; init; }

    [Field(4, MergeKey = "type", List = ListType.Map, ListKeys = "type")]
    public ValueList<PersistentVolumeClaimCondition> Conditions { get; init; }

    [Field(5)]
    public ValueMap<Quantity> AllocatedResources { get; init; }

    [Field(7)]
    public ValueMap<string> AllocatedResourceStatuses { get; init; }

    [Field(8)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? CurrentVolumeAttributesClassName { get; init; }

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

public sealed record PersistentVolumeClaimCondition
{
    [Field(1, Required = true)]
    public string Type { get; init => field = value ?? ""; } = "";

    [Field(2, Required = true)]
    public string Status { get; init => field = value ?? ""; } = "";

    [Field(3)]
    public DateTimeOffset? LastProbeTime { get; init; }

    [Field(4)]
    public DateTimeOffset? LastTransitionTime { get; init; }

    [Field(5)]
    public string? Reason { get; init; }

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

public sealed record ModifyVolumeStatus
{
    [Field(1)]
    public string? TargetVolumeAttributesClassName { get; init; }

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
