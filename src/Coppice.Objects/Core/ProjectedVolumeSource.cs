using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>Several sources in one directory.</summary>
public sealed partial record ProjectedVolumeSource
{
    /// <summary>The sources.</summary>
    [Field(1)]
    public ValueList<VolumeProjection> Sources { get; init; }

    /// <summary>Permissions of the files; 0644 by default.</summary>
    [Field(2)]
    public int? DefaultMode { get; init; }
}

/// <summary>One source of a projected volume; just one kind is set.</summary>
public sealed partial record VolumeProjection
{
    /// <summary>The keys of a Secret.</summary>
    [Field(1)]
    public SecretProjection? Secret { get; init; }

    /// <summary>Fields of the pod.</summary>
    [Field(2)]
    public DownwardAPIProjection? DownwardAPI { get; init; }

    /// <summary>The keys of a ConfigMap.</summary>
    [Field(3)]
    public ConfigMapProjection? ConfigMap { get; init; }

    /// <summary>A token of the pod's service account.</summary>
    [Field(4)]
    public ServiceAccountTokenProjection? ServiceAccountToken { get; init; }

    /// <summary>Certificates of authorities to be trusted.</summary>
    [Field(5)]
    public ClusterTrustBundleProjection? ClusterTrustBundle { get; init; }

    /// <summary>A key and certificate of the pod's own.</summary>
    [Field(6)]
    public PodCertificateProjection? PodCertificate { get; init; }
}

/// <summary>The keys of a Secret as files.</summary>
public sealed partial record SecretProjection
{
    /// <summary>The Secret's name.</summary>
    [Field(1, Within = 1)]
    public string? Name { get; init; }

    /// <summary>Which keys, and where; all of them under their own names where it is empty.</summary>
    [Field(2)]
    public ValueList<KeyToPath> Items { get; init; }

    /// <summary>Whether the Secret or its keys may be missing.</summary>
    [Field(4)]
    public bool? Optional { get; init; }
}

/// <summary>Fields of the pod as files.</summary>
public sealed partial record DownwardAPIProjection
{
    /// <summary>The files.</summary>
    [Field(1)]
    public ValueList<DownwardAPIVolumeFile> Items { get; init; }
}

/// <summary>The keys of a ConfigMap as files.</summary>
public sealed partial record ConfigMapProjection
{
    /// <summary>The ConfigMap's name.</summary>
    [Field(1, Within = 1)]
    public string? Name { get; init; }

    /// <summary>Which keys, and where; all of them under their own names where it is empty.</summary>
    [Field(2)]
    public ValueList<KeyToPath> Items { get; init; }

    /// <summary>Whether the ConfigMap or its keys may be missing.</summary>
    [Field(4)]
    public bool? Optional { get; init; }
}

/// <summary>A token of the pod's service account as a file, renewed before it expires.</summary>
public sealed partial record ServiceAccountTokenProjection
{
    /// <summary>Who is to accept it; the API server where it is empty.</summary>
    [Field(1)]
    public string? Audience { get; init; }

    /// <summary>How long each token holds, at least 600; 3600 by default.</summary>
    [Field(2)]
    public long? ExpirationSeconds { get; init; }

    /// <summary>The file, below the volume's top.</summary>
    [Field(3, Required = true)]
    public string Path { get; init => field = value ?? ""; } = "";
}

/// <summary>Certificates of authorities as a file.</summary>
public sealed partial record ClusterTrustBundleProjection
{
    /// <summary>One bundle, by name.</summary>
    [Field(1, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? Name { get; init; }

    /// <summary>All bundles of this signer instead.</summary>
    [Field(2, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? SignerName { get; init; }

    /// <summary>Limits the signer's bundles, by label.</summary>
    [Field(3)]
    public LabelSelector? LabelSelector { get; init; }

    /// <summary>Whether the bundles may be missing.</summary>
    [Field(5)]
    public bool? Optional { get; init; }

    /// <summary>The file, below the volume's top.</summary>
    [Field(4, Required = true)]
    public string Path { get; init => field = value ?? ""; } = "";
}

/// <summary>A key and certificate of the pod's own as files, renewed before they expire.</summary>
public sealed partial record PodCertificateProjection
{
    /// <summary>Who signs the certificate.</summary>
    [Field(1, Required = true)]
    public string SignerName { get; init => field = value ?? ""; } = "";

    /// <summary>Kind of key, such as ED25519 or ECDSAP256.</summary>
    [Field(2, Required = true)]
    public string KeyType { get; init => field = value ?? ""; } = "";

    /// <summary>How long a certificate may hold at most; 86400 by default.</summary>
    [Field(3)]
    public int? MaxExpirationSeconds { get; init; }

    /// <summary>A file for key and certificates together.</summary>
    [Field(4)]
    public string? CredentialBundlePath { get; init; }

    /// <summary>A file for the key alone.</summary>
    [Field(5)]
    public string? KeyPath { get; init; }

    /// <summary>A file for the certificates alone.</summary>
    [Field(6)]
    public string? CertificateChainPath { get; init; }

    /// <summary>Notes that are handed to the signer.</summary>
    [Field(7)]
    public ValueMap<string> UserAnnotations { get; init; }
}
