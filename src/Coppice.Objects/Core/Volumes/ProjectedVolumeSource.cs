using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record ProjectedVolumeSource
{
    [Field(1)]
    public ValueList<VolumeProjection> Sources { get; init; }

    [Field(2)]
    public int? DefaultMode { get; init; }
}

public sealed record VolumeProjection
{
    [Field(1)]
    public SecretProjection? Secret { get; init; }

    [Field(2)]
    public DownwardAPIProjection? DownwardAPI { get; init; }

    [Field(3)]
    public ConfigMapProjection? ConfigMap { get; init; }

    [Field(4)]
    public ServiceAccountTokenProjection? ServiceAccountToken { get; init; }

    [Field(5)]
    public ClusterTrustBundleProjection? ClusterTrustBundle { get; init; }

    [Field(6)]
    public PodCertificateProjection? PodCertificate { get; init; }
}

public sealed record SecretProjection
{
    [Field(1, Within = 1)]
    public string? Name { get; init; }

    [Field(2)]
    public ValueList<KeyToPath> Items { get; init; }

    [Field(4)]
    public bool? Optional { get; init; }
}

public sealed record DownwardAPIProjection
{
    [Field(1)]
    public ValueList<DownwardAPIVolumeFile> Items { get; init; }
}

public sealed record ConfigMapProjection
{
    [Field(1, Within = 1)]
    public string? Name { get; init; }

    [Field(2)]
    public ValueList<KeyToPath> Items { get; init; }

    [Field(4)]
    public bool? Optional { get; init; }
}

public sealed record ServiceAccountTokenProjection
{
    [Field(1)]
    public string? Audience { get; init; }

    [Field(2)]
    public long? ExpirationSeconds { get; init; }

    [Field(3, Required = true)]
    public string Path { get; init => field = value ?? ""; } = "";
}

public sealed record ClusterTrustBundleProjection
{
    [Field(1)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? Name { get; init; }

    [Field(2)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? SignerName { get; init; }

    [Field(3)]
    public LabelSelector? LabelSelector { get; init; }

    [Field(5)]
    public bool? Optional { get; init; }

    [Field(4, Required = true)]
    public string Path { get; init => field = value ?? ""; } = "";
}

public sealed record PodCertificateProjection
{
    [Field(1, Required = true)]
    public string SignerName { get; init => field = value ?? ""; } = "";

    [Field(2, Required = true)]
    public string KeyType { get; init => field = value ?? ""; } = "";

    [Field(3)]
    public int? MaxExpirationSeconds { get; init; }

    [Field(4)]
    public string? CredentialBundlePath { get; init; }

    [Field(5)]
    public string? KeyPath { get; init; }

    [Field(6)]
    public string? CertificateChainPath { get; init; }

    [Field(7)]
    public ValueMap<string> UserAnnotations { get; init; }
}
