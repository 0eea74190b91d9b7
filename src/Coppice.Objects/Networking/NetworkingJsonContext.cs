using System.Text.Json.Serialization;

namespace Coppice.Objects.Networking;

/// <summary>How the types of this group are read and written as JSON; every type that stands in a list or map is named here.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    Converters = [typeof(EmptyIsAbsentConverter), typeof(ApiTimeConverter)])]
[JsonSerializable(typeof(HTTPIngressPath))]
[JsonSerializable(typeof(HTTPIngressRuleValue))]
[JsonSerializable(typeof(IPAddress))]
[JsonSerializable(typeof(IPAddressSpec))]
[JsonSerializable(typeof(IPBlock))]
[JsonSerializable(typeof(Ingress))]
[JsonSerializable(typeof(IngressBackend))]
[JsonSerializable(typeof(IngressClass))]
[JsonSerializable(typeof(IngressClassParametersReference))]
[JsonSerializable(typeof(IngressClassSpec))]
[JsonSerializable(typeof(IngressLoadBalancerIngress))]
[JsonSerializable(typeof(IngressLoadBalancerStatus))]
[JsonSerializable(typeof(IngressPortStatus))]
[JsonSerializable(typeof(IngressRule))]
[JsonSerializable(typeof(IngressServiceBackend))]
[JsonSerializable(typeof(IngressSpec))]
[JsonSerializable(typeof(IngressStatus))]
[JsonSerializable(typeof(IngressTLS))]
[JsonSerializable(typeof(NetworkPolicy))]
[JsonSerializable(typeof(NetworkPolicyEgressRule))]
[JsonSerializable(typeof(NetworkPolicyIngressRule))]
[JsonSerializable(typeof(NetworkPolicyPeer))]
[JsonSerializable(typeof(NetworkPolicyPort))]
[JsonSerializable(typeof(NetworkPolicySpec))]
[JsonSerializable(typeof(ParentReference))]
[JsonSerializable(typeof(ServiceBackendPort))]
[JsonSerializable(typeof(ServiceCIDR))]
[JsonSerializable(typeof(ServiceCIDRSpec))]
[JsonSerializable(typeof(ServiceCIDRStatus))]
internal sealed partial class NetworkingJsonContext : JsonSerializerContext;
