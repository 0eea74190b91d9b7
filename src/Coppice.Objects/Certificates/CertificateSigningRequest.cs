using System.Text.Json.Serialization;

namespace Coppice.Objects.Certificates;

/// <summary>Asks for a certificate: somebody approves it or denies it, and a signer signs what was approved.</summary>
public sealed partial record CertificateSigningRequest : KubernetesObject
{
    /// <summary>What is asked for, and by whom. It cannot be changed.</summary>
    [Field(2, Required = true)]
    public CertificateSigningRequestSpec Spec { get; init => field = value ?? new(); } = new();

    /// <summary>Whether it was approved, and the certificate.</summary>
    [Field(3)]
    public CertificateSigningRequestStatus Status { get; init => field = value ?? new(); } = new();
}

/// <summary>What certificate is asked for, and by whom.</summary>
public sealed partial record CertificateSigningRequestSpec
{
    /// <summary>The request by PKCS#10 as PEM, in base64.</summary>
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public Base64Data Request { get; init; }

    /// <summary>Who is to sign it, as "kubernetes.io/kube-apiserver-client".</summary>
    [Field(7, Required = true)]
    public string SignerName { get; init => field = value ?? ""; } = "";

    /// <summary>For how long the certificate is wished to be good, in seconds; at least 600. The signer may decide otherwise.</summary>
    [Field(8)]
    public int? ExpirationSeconds { get; init; }

    /// <summary>What the certificate is wished for, as "client auth".</summary>
    [Field(5)]
    public ValueList<string> Usages { get; init; }

    /// <summary>Who asks; the server says so.</summary>
    [Field(2)]
    public string? Username { get; init; }

    /// <summary>The uid of who asks; the server says so.</summary>
    [Field(3)]
    public string? Uid { get; init; }

    /// <summary>The groups of who asks; the server says so.</summary>
    [Field(4)]
    public ValueList<string> Groups { get; init; }

    /// <summary>What else is known of who asks; the server says so.</summary>
    [Field(6)]
    public ValueMap<ValueList<string>> Extra { get; init; }
}

/// <summary>The values of KeyUsage.</summary>
public static class KeyUsage
{
    public const string Signing = "signing";
    public const string DigitalSignature = "digital signature";
    public const string ContentCommitment = "content commitment";
    public const string KeyEncipherment = "key encipherment";
    public const string KeyAgreement = "key agreement";
    public const string DataEncipherment = "data encipherment";
    public const string CertSign = "cert sign";
    public const string CrlSign = "crl sign";
    public const string EncipherOnly = "encipher only";
    public const string DecipherOnly = "decipher only";
    public const string Any = "any";
    public const string ServerAuth = "server auth";
    public const string ClientAuth = "client auth";
    public const string CodeSigning = "code signing";
    public const string EmailProtection = "email protection";
    public const string SMime = "s/mime";
    public const string IpsecEndSystem = "ipsec end system";
    public const string IpsecTunnel = "ipsec tunnel";
    public const string IpsecUser = "ipsec user";
    public const string Timestamping = "timestamping";
    public const string OcspSigning = "ocsp signing";
    public const string MicrosoftSgc = "microsoft sgc";
    public const string NetscapeSgc = "netscape sgc";
}

/// <summary>Whether a request was approved, and its certificate.</summary>
public sealed partial record CertificateSigningRequestStatus
{
    /// <summary>What was decided: Approved, Denied, Failed or another word.</summary>
    [Field(1, List = ListType.Map, ListKeys = "type")]
    public ValueList<CertificateSigningRequestCondition> Conditions { get; init; }

    /// <summary>The certificate and those above it as PEM, in base64, once it was signed.</summary>
    [Field(2)]
    public Base64Data Certificate { get; init; }
}

/// <summary>The values of RequestConditionType.</summary>
public static class RequestConditionType
{
    public const string Approved = "Approved";
    public const string Denied = "Denied";
    public const string Failed = "Failed";
}

/// <summary>Something that was decided of a request.</summary>
public sealed partial record CertificateSigningRequestCondition
{
    /// <summary>Approved, Denied, Failed (the signer could not), or another word.</summary>
    [Field(1, Required = true)]
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>Whether it holds: True, False or Unknown. The first three are never anything but True.</summary>
    [Field(6, Required = true)]
    public string Status { get; init => field = value ?? ""; } = "";

    /// <summary>Why, in one word for programs.</summary>
    [Field(2)]
    public string? Reason { get; init; }

    /// <summary>Why, for people.</summary>
    [Field(3)]
    public string? Message { get; init; }

    /// <summary>When this was last said.</summary>
    [Field(4)]
    public DateTimeOffset? LastUpdateTime { get; init; }

    /// <summary>When status last changed.</summary>
    [Field(5)]
    public DateTimeOffset? LastTransitionTime { get; init; }
}
