using System.Text.Json.Serialization;
using Coppice.Objects.Core;

namespace Coppice.Objects.Storage;

/// <summary>A kind of storage that claims may ask for by name. One may be marked as the default by the annotation storageclass.kubernetes.io/is-default-class.</summary>
public sealed partial record StorageClass : KubernetesObject
{
    /// <summary>Who makes volumes of this class; cannot be changed.</summary>
    [Field(2, Required = true)]
    public string Provisioner { get; init => field = value ?? ""; } = "";

    /// <summary>Settings that the provisioner knows; cannot be changed.</summary>
    [Field(3)]
    public ValueMap<string> Parameters { get; init; }

    /// <summary>What happens to a volume when its claim is gone: Delete (the default) or Retain.</summary>
    [Field(4, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? ReclaimPolicy { get; init; }

    /// <summary>Options that volumes are mounted with. They are not checked.</summary>
    [Field(5)]
    public ValueList<string> MountOptions { get; init; }

    /// <summary>Whether volumes may be made larger by their claims.</summary>
    [Field(6)]
    public bool? AllowVolumeExpansion { get; init; }

    /// <summary>Immediate (the default), or WaitForFirstConsumer: only when a pod needs the volume, and where that runs.</summary>
    [Field(7, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? VolumeBindingMode { get; init; }

    /// <summary>Where volumes may be made; anywhere where it is absent.</summary>
    [Field(8)]
    public ValueList<TopologySelectorTerm> AllowedTopologies { get; init; }
}

/// <summary>The values of VolumeBindingMode.</summary>
public static class VolumeBindingMode
{
    public const string Immediate = "Immediate";
    public const string WaitForFirstConsumer = "WaitForFirstConsumer";
}
