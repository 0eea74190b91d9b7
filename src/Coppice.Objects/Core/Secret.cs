using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record Secret : KubernetesObject
{
    [Field(5)]
    public bool? Immutable { get; init; }

    [Field(2)]
    public ValueMap<Base64Data> Data { get; init; }

    [Field(4)]
    public ValueMap<string> StringData { get; init; }

    [Field(3)]
    public string? Type { get; init; }
}

/// <summary>The values of SecretType.</summary>
public static class SecretType
{
    public const string Opaque = "Opaque";
    public const string Kubernetesioserviceaccounttoken = "kubernetes.io/service-account-token";
    public const string Kubernetesiodockercfg = "kubernetes.io/dockercfg";
    public const string Kubernetesiodockerconfigjson = "kubernetes.io/dockerconfigjson";
    public const string Kubernetesiobasicauth = "kubernetes.io/basic-auth";
    public const string Kubernetesiosshauth = "kubernetes.io/ssh-auth";
    public const string Kubernetesiotls = "kubernetes.io/tls";
    public const string Bootstrapkubernetesiotoken = "bootstrap.kubernetes.io/token";
}
