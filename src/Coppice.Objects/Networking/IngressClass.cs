using System.Text.Json.Serialization;

namespace Coppice.Objects.Networking;

/// <summary>Something that carries out ingresses. One may be marked as the default by the annotation ingressclass.kubernetes.io/is-default-class.</summary>
public sealed partial record IngressClass : KubernetesObject
{
    /// <summary>Who it is.</summary>
    [Field(2)]
    public IngressClassSpec Spec { get; init => field = value ?? new(); } = new();
}

/// <summary>Who carries out the ingresses of a class.</summary>
public sealed partial record IngressClassSpec
{
    /// <summary>Its name with its domain in front, as "acme.io/ingress-controller"; cannot be changed.</summary>
    [Field(1)]
    public string? Controller { get; init; }

    /// <summary>An object with more settings for it.</summary>
    [Field(2)]
    public IngressClassParametersReference? Parameters { get; init; }
}

/// <summary>An object with settings for a class of ingresses.</summary>
public sealed partial record IngressClassParametersReference
{
    /// <summary>Its group; absent for the core group.</summary>
    [Field(1, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? ApiGroup { get; init; }

    /// <summary>Its kind.</summary>
    [Field(2, Required = true)]
    public string Kind { get; init => field = value ?? ""; } = "";

    /// <summary>Its name.</summary>
    [Field(3, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Cluster or Namespace.</summary>
    [Field(4, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? Scope { get; init; }

    /// <summary>Its namespace, where the scope is Namespace.</summary>
    [Field(5, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? Namespace { get; init; }
}

/// <summary>The values of IngressClassParametersReferenceScope.</summary>
public static class IngressClassParametersReferenceScope
{
    public const string Cluster = "Cluster";
    public const string Namespace = "Namespace";
}
