using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>A Ceph file system.</summary>
public sealed partial record CephFSVolumeSource
{
    /// <summary>Addresses of its monitors.</summary>
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ValueList<string> Monitors { get; init; }

    /// <summary>The directory in it; / by default.</summary>
    [Field(2)]
    public string? Path { get; init; }

    /// <summary>Who mounts it; admin by default.</summary>
    [Field(3)]
    public string? User { get; init; }

    /// <summary>A file of the node with the key.</summary>
    [Field(4)]
    public string? SecretFile { get; init; }

    /// <summary>A Secret with the key, instead of the file.</summary>
    [Field(5)]
    public LocalObjectReference? SecretRef { get; init; }

    /// <summary>It cannot be written to.</summary>
    [Field(6)]
    public bool ReadOnly { get; init; }
}
