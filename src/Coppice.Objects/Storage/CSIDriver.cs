using System.Text.Json.Serialization;

namespace Coppice.Objects.Storage;

/// <summary>A driver of volumes by the Container Storage Interface that the cluster has. Its name is the driver's.</summary>
public sealed partial record CSIDriver : KubernetesObject
{
    /// <summary>What it can do and wants to know.</summary>
    [Field(2, Required = true)]
    public CSIDriverSpec Spec { get; init => field = value ?? new(); } = new();
}

/// <summary>What a driver can do and wants to know.</summary>
public sealed partial record CSIDriverSpec
{
    /// <summary>Whether volumes are attached to a node before they are mounted; true by default. Cannot be changed.</summary>
    [Field(1)]
    public bool? AttachRequired { get; init; }

    /// <summary>Whether it wants to know of the pod when it mounts a volume; false by default.</summary>
    [Field(2)]
    public bool? PodInfoOnMount { get; init; }

    /// <summary>Persistent (the default), Ephemeral, or both. Cannot be changed.</summary>
    [Field(3, List = ListType.Set)]
    public ValueList<string> VolumeLifecycleModes { get; init; }

    /// <summary>Whether it tells how much room there is, and the scheduler is to heed that; false by default.</summary>
    [Field(4)]
    public bool? StorageCapacity { get; init; }

    /// <summary>Whether the kubelet changes owner and rights of files: ReadWriteOnceWithFSType (the default), File or None.</summary>
    [Field(5, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? FsGroupPolicy { get; init; }

    /// <summary>The tokens of a pod's service account that it wants when it mounts a volume.</summary>
    [Field(6)]
    public ValueList<TokenRequest> TokenRequests { get; init; }

    /// <summary>Whether it is asked to mount again and again, to renew what is in the volume; false by default.</summary>
    [Field(7)]
    public bool? RequiresRepublish { get; init; }

    /// <summary>Whether it can mount with an SELinux context; false by default.</summary>
    [Field(8)]
    public bool? SeLinuxMount { get; init; }

    /// <summary>After how many seconds it is asked again how many volumes a node may have; at least 10, never where it is absent.</summary>
    [Field(9)]
    public long? NodeAllocatableUpdatePeriodSeconds { get; init; }

    /// <summary>Whether it gets the tokens among the secrets, and not among what describes the volume.</summary>
    [Field(10)]
    public bool? ServiceAccountTokenInSecrets { get; init; }

    /// <summary>Whether pods with its volumes stay away from nodes on which it does not run.</summary>
    [Field(11)]
    public bool? PreventPodSchedulingIfMissing { get; init; }
}

/// <summary>The values of FSGroupPolicy.</summary>
public static class FSGroupPolicy
{
    public const string ReadWriteOnceWithFSType = "ReadWriteOnceWithFSType";
    public const string File = "File";
    public const string None = "None";
}

/// <summary>The values of VolumeLifecycleMode.</summary>
public static class VolumeLifecycleMode
{
    public const string Persistent = "Persistent";
    public const string Ephemeral = "Ephemeral";
}

/// <summary>A token that a driver wants.</summary>
public sealed partial record TokenRequest
{
    /// <summary>For whom it is; for the API server where it is empty.</summary>
    [Field(1, Required = true)]
    public string Audience { get; init => field = value ?? ""; } = "";

    /// <summary>How long it is good, in seconds.</summary>
    [Field(2)]
    public long? ExpirationSeconds { get; init; }
}
