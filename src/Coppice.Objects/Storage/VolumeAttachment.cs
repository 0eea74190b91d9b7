using System.Text.Json.Serialization;
using Coppice.Objects.Core;

namespace Coppice.Objects.Storage;

/// <summary>That a volume is to be attached to a node, or is.</summary>
public sealed partial record VolumeAttachment : KubernetesObject
{
    /// <summary>Which volume, and which node.</summary>
    [Field(2, Required = true)]
    public VolumeAttachmentSpec Spec { get; init => field = value ?? new(); } = new();

    /// <summary>Whether it is attached.</summary>
    [Field(3)]
    public VolumeAttachmentStatus Status { get; init => field = value ?? new(); } = new();
}

/// <summary>Which volume is to be attached to which node; cannot be changed.</summary>
public sealed partial record VolumeAttachmentSpec
{
    /// <summary>The CSI driver that has to do it.</summary>
    [Field(1, Required = true)]
    public string Attacher { get; init => field = value ?? ""; } = "";

    /// <summary>The volume.</summary>
    [Field(2, Required = true)]
    public VolumeAttachmentSource Source { get; init => field = value ?? new(); } = new();

    /// <summary>The node.</summary>
    [Field(3, Required = true)]
    public string NodeName { get; init => field = value ?? ""; } = "";
}

/// <summary>A volume to attach: exactly one is set.</summary>
public sealed partial record VolumeAttachmentSource
{
    /// <summary>A PersistentVolume.</summary>
    [Field(1, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? PersistentVolumeName { get; init; }

    /// <summary>A volume as a pod defines it itself, for volumes that were moved to CSI.</summary>
    [Field(2)]
    public PersistentVolumeSpec? InlineVolumeSpec { get; init; }
}

/// <summary>Whether a volume is attached.</summary>
public sealed partial record VolumeAttachmentStatus
{
    /// <summary>It is.</summary>
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public bool Attached { get; init; }

    /// <summary>What the driver said and needs again for the mount.</summary>
    [Field(2)]
    public ValueMap<string> AttachmentMetadata { get; init; }

    /// <summary>The last thing that went wrong while it was attached.</summary>
    [Field(3)]
    public VolumeError? AttachError { get; init; }

    /// <summary>The last thing that went wrong while it was detached.</summary>
    [Field(4)]
    public VolumeError? DetachError { get; init; }
}

/// <summary>Something that went wrong with a volume.</summary>
public sealed partial record VolumeError
{
    /// <summary>When.</summary>
    [Field(1)]
    public DateTimeOffset? Time { get; init; }

    /// <summary>What, for people.</summary>
    [Field(2)]
    public string? Message { get; init; }

    /// <summary>The number of the error in gRPC.</summary>
    [Field(3)]
    public int? ErrorCode { get; init; }
}
