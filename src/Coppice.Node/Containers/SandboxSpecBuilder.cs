using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Cgroups;
using Coppice.Objects.Core;
using PodSecurity = Coppice.Node.Runtime.PodSecurity;

namespace Coppice.Node.Containers;

/// <summary>What the node and the cluster give to every sandbox.</summary>
/// <param name="ClusterDomain">cluster.local, usually.</param>
/// <param name="HostDns">The node's own resolver settings.</param>
/// <param name="Cgroups">Null leaves the runtime's default.</param>
public sealed record SandboxSettings(
    string NodeName, IReadOnlyList<string> ClusterDns, string ClusterDomain, DnsSettings HostDns, string LogRoot, CgroupTree? Cgroups)
{
    /// <summary>The directory of the node's own seccomp profiles, which pods may name.</summary>
    public string SeccompRoot { get; init; } = "";
}

/// <summary>Turns a pod into the sandbox to make for it. Pure.</summary>
public static class SandboxSpecBuilder
{
    /// <summary>The longest name that a host may have.</summary>
    private const int HostnameLengthMax = 63;

    /// <summary>The longest name that the kernel takes for a host with its domain.</summary>
    private const int KernelNameLengthMax = 64;

    /// <summary>What resolvers take.</summary>
    private const int ServersMax = 3;
    private const int SearchesMax = 32;

    /// <param name="attempt">0 for the pod's first sandbox.</param>
    /// <exception cref="ContainerConfigException">It demands users of its own, which no runtime here can give.</exception>
    public static SandboxSpec Build(Pod pod, int attempt, SandboxSettings settings)
    {
        var spec = pod.Spec;
        if (spec.HostUsers == false)
        {
            throw new ContainerConfigException("RuntimeClass handler \"\" does not support user namespaces");
        }

        var identity = new PodIdentity(pod.Metadata.Namespace ?? "", pod.Metadata.Name ?? "", pod.Metadata.Uid ?? "");
        return new SandboxSpec(
            identity,
            attempt,
            // On the host's network a pod has the host's name too, and nothing may set that.
            spec.HostNetwork ? "" : Hostname(pod, settings),
            LogDirectory(settings.LogRoot, identity),
            settings.Cgroups?.Pod(identity.Uid, QualityOfService.Of(pod)) ?? "",
            pod.Metadata.Labels,
            pod.Metadata.Annotations,
            Dns(pod, settings),
            spec.HostNetwork ? [] : [.. spec.Containers.Concat(spec.InitContainers).SelectMany(one => one.Ports).Where(one => one.HostPort > 0).Select(Mapping)],
            new NamespaceSharing(spec.HostNetwork, spec.HostPID, spec.HostIPC, spec.ShareProcessNamespace == true),
            Security(pod));
    }

    /// <summary>Where a pod's logs are, as the tools that collect them expect it.</summary>
    public static string LogDirectory(string root, PodIdentity pod) => $"{root}/{pod.Namespace}_{pod.Name}_{pod.Uid}";

    /// <summary>The name that a pod's processes see: with its domain, if it wants that.</summary>
    /// <exception cref="ContainerConfigException">It is longer than the kernel takes.</exception>
    public static string Hostname(Pod pod, SandboxSettings settings)
    {
        var name = ShortName(pod, settings);
        if (pod.Spec.SetHostnameAsFQDN != true || Domain(pod, settings.ClusterDomain) is not { } domain)
        {
            return name;
        }

        var full = $"{name}.{domain}";
        return full.Length <= KernelNameLengthMax ? full : throw new ContainerConfigException(
            $"failed to construct FQDN from pod hostname and cluster domain, FQDN {full} is too long ({KernelNameLengthMax} characters is the max, {full.Length} characters requested)");
    }

    /// <summary>The pod's own name among those of its domain.</summary>
    public static string ShortName(Pod pod, SandboxSettings settings)
    {
        if (pod.Spec.HostnameOverride is { Length: > 0 } chosen)
        {
            return chosen;
        }

        if (pod.Spec.HostNetwork)
        {
            return settings.NodeName;
        }

        var name = pod.Spec.Hostname is { Length: > 0 } own ? own : pod.Metadata.Name ?? "";
        if (name.Length > HostnameLengthMax)
        {
            name = name[..HostnameLengthMax].TrimEnd('-', '.');
        }

        return name;
    }

    /// <summary>The domain of a pod with a subdomain; null without one, and where its name is chosen whole.</summary>
    public static string? Domain(Pod pod, string clusterDomain) =>
        pod.Spec is { Subdomain: { Length: > 0 } subdomain, HostnameOverride: null or "" } ? $"{subdomain}.{pod.Metadata.Namespace}.svc.{clusterDomain}" : null;

    private static DnsSettings Dns(Pod pod, SandboxSettings settings)
    {
        var policy = pod.Spec.DnsPolicy ?? DNSPolicy.ClusterFirst;
        var usesCluster = settings.ClusterDns.Count > 0
            && (policy == DNSPolicy.ClusterFirstWithHostNet || (policy == DNSPolicy.ClusterFirst && !pod.Spec.HostNetwork));
        var domain = settings.ClusterDomain;
        var given = policy == DNSPolicy.None ? new DnsSettings([], [], [])
            : usesCluster ? new DnsSettings(
                settings.ClusterDns,
                [$"{pod.Metadata.Namespace}.svc.{domain}", $"svc.{domain}", domain, .. settings.HostDns.Searches],
                ["ndots:5"])
            : settings.HostDns;
        var own = pod.Spec.DnsConfig ?? new PodDNSConfig();
        var options = given.Options.Where(one => !own.Options.Any(other => other.Name == one.Split(':')[0]))
            .Concat(own.Options.Select(one => one.Value is { Length: > 0 } value ? $"{one.Name}:{value}" : one.Name ?? ""));
        return new DnsSettings(
            [.. given.Servers.Concat(own.Nameservers).Distinct().Take(ServersMax)],
            [.. given.Searches.Concat(own.Searches).Distinct().Take(SearchesMax)],
            [.. options]);
    }

    private static PortMapping Mapping(ContainerPort port) =>
        new(port.Protocol is { Length: > 0 } protocol ? protocol : Protocol.TCP, port.ContainerPortValue, port.HostPort, port.HostIP ?? "");

    private static PodSecurity Security(Pod pod)
    {
        var given = pod.Spec.SecurityContext ?? new PodSecurityContext();
        return new PodSecurity(
            given.RunAsUser,
            given.RunAsGroup,
            ContainerSpecBuilder.Groups(given),
            // Also an ephemeral one, in a sandbox that was made before it: the runtime asks what the sandbox would be now.
            pod.Spec.Containers.Concat(pod.Spec.InitContainers).Any(one => one.SecurityContext?.Privileged == true)
                || pod.Spec.EphemeralContainers.Any(one => one.SecurityContext?.Privileged == true),
            ContainerSpecBuilder.Label(given.SeLinuxOptions),
            given.Sysctls.ToDictionary(one => Sysctls.DotsOf(one.Name), one => one.Value, StringComparer.Ordinal));
    }
}
