using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>Things that few may know, such as passwords and keys, for pods as variables or files.</summary>
public sealed partial record Secret : KubernetesObject
{
    /// <summary>True forbids any later change of the data, for good.</summary>
    [Field(5)]
    public bool? Immutable { get; init; }

    /// <summary>Bytes by key, in base64.</summary>
    [Field(2)]
    public ValueMap<Base64Data> Data { get; init; }

    /// <summary>Texts by key, put into data when written; never read back.</summary>
    [Field(4)]
    public ValueMap<string> StringData { get; init; }

    /// <summary>What it is for, which tells the keys it must have; Opaque by default.</summary>
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
