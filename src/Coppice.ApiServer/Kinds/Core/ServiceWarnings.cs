using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>What a service says to no effect, or in words of the past.</summary>
internal static class ServiceWarnings
{
    private const string OldHints = "service.kubernetes.io/topology-aware-hints";

    private const string Headless = "None";

    private const string Alias = $"\"{ServiceType.ExternalName}\"";

    public static IEnumerable<string> Of(Service item)
    {
        var spec = item.Spec;
        if (item.Metadata.Annotations.ContainsKey(OldHints))
        {
            yield return $"annotation {OldHints} is deprecated, please use service.kubernetes.io/topology-mode instead";
        }

        if (!spec.ExternalIPs.IsEmpty)
        {
            yield return "spec.externalIPs is deprecated";
        }

        foreach (var field in spec is { Type: ServiceType.ClusterIP, ClusterIP: Headless } ? Unheeded(spec) : [])
        {
            yield return $"spec.{field} is ignored for headless services";
        }

        if (spec.Type == ServiceType.ExternalName && !spec.ExternalIPs.IsEmpty)
        {
            yield return $"spec.externalIPs is ignored when spec.type is {Alias}";
        }

        if (spec.Type != ServiceType.ExternalName && !string.IsNullOrEmpty(spec.ExternalName))
        {
            yield return $"spec.externalName is ignored when spec.type is not {Alias}";
        }

        if (spec.TrafficDistribution == "PreferClose")
        {
            yield return "spec.trafficDistribution: \"PreferClose\" is deprecated; use \"PreferSameZone\"";
        }
    }

    /// <summary>Fields without a meaning where there is no address; the last in a word that Kubernetes writes large.</summary>
    private static IEnumerable<string> Unheeded(ServiceSpec spec)
    {
        if (!string.IsNullOrEmpty(spec.LoadBalancerIP))
        {
            yield return "loadBalancerIP";
        }

        if (!spec.ExternalIPs.IsEmpty)
        {
            yield return "externalIPs";
        }

        if (spec.SessionAffinity is not (null or ServiceAffinity.None))
        {
            yield return "SessionAffinity";
        }
    }
}
