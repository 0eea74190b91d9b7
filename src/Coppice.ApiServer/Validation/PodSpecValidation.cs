using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Validation;

/// <summary>What a pod asks for, in a pod of its own or in a template.</summary>
public static class PodSpecValidation
{
    private const int NameserversLimit = 3;

    private const int SearchesLimit = 32;

    /// <summary>In characters, with the spaces between them.</summary>
    private const int SearchListLimit = 2048;

    /// <param name="path">As in "spec" or "spec.template.spec".</param>
    public static Findings<FieldError> Validate(FieldPath path, PodSpec spec)
    {
        var volumes = spec.Volumes.Select(v => v.Name).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. VolumeValidation.Validate(path.Child("volumes"), spec.Volumes),
            .. ContainerValidation.Containers(path.Child("containers"), spec, volumes),
            .. ContainerValidation.InitContainers(path.Child("initContainers"), spec, volumes),
            .. ContainerValidation.EphemeralContainers(path.Child("ephemeralContainers"), spec, volumes),
            .. HostPorts(path.Child("containers"), spec),
            .. Policies(path, spec),
            .. LabelValidation.Labels(path.Child("nodeSelector"), spec.NodeSelector),
            .. SecurityValidation.OfPod(path.Child("securityContext"), spec),
            .. SecurityValidation.OfUsers(path, spec),
            .. FieldRules.Each(path.Child("imagePullSecrets"), spec.ImagePullSecrets, (at, secret) => FieldRules.Required(at.Child("name"), secret.Name)),
            .. SchedulingValidation.Affinity(path.Child("affinity"), spec.Affinity),
            .. Dns(path.Child("dnsConfig"), spec),
            .. Gates(path, spec),
            .. SchedulingValidation.Spread(path.Child("topologySpreadConstraints"), spec.TopologySpreadConstraints),
            .. References(path, spec),
            .. SchedulingValidation.Tolerations(path.Child("tolerations"), spec.Tolerations),
            .. FieldRules.Each(path.Child("hostAliases"), spec.HostAliases, HostAliases),
        ];
    }

    private static Findings<FieldError> Policies(FieldPath path, PodSpec spec) =>
    [
        .. FieldRules.OneOf(path.Child("restartPolicy"), spec.RestartPolicy, RestartPolicy.Always, RestartPolicy.OnFailure, RestartPolicy.Never),
        .. FieldRules.OneOf(
            path.Child("dnsPolicy"), spec.DnsPolicy, DNSPolicy.ClusterFirstWithHostNet, DNSPolicy.ClusterFirst, DNSPolicy.Default, DNSPolicy.None),
        .. FieldRules.OneOfIfSet(path.Child("preemptionPolicy"), spec.PreemptionPolicy, PreemptionPolicy.PreemptLowerPriority, PreemptionPolicy.Never),
        .. spec.Os is { } os ? FieldRules.OneOf(path.Child("os", "name"), os.Name, OSName.Linux, OSName.Windows) : [],
    ];

    private static Findings<FieldError> Dns(FieldPath path, PodSpec spec)
    {
        if (spec.DnsConfig is not { } dns)
        {
            return spec.DnsPolicy == DNSPolicy.None
                ? [FieldError.Required(path, $"must provide `dnsConfig` when `dnsPolicy` is {DNSPolicy.None}")]
                : [];
        }

        var servers = path.Child("nameservers");
        return
        [
            .. spec.DnsPolicy == DNSPolicy.None && dns.Nameservers.IsEmpty
                ? [FieldError.Required(servers, $"must provide at least one DNS nameserver when `dnsPolicy` is {DNSPolicy.None}")]
                : Findings<FieldError>.None,
            .. dns.Nameservers.Count > NameserversLimit
                ? [FieldError.Invalid(servers, dns.Nameservers, $"must not have more than {NameserversLimit} nameservers")]
                : Findings<FieldError>.None,
            .. FieldRules.Each(servers, dns.Nameservers, FieldRules.Address),
            .. Searches(path.Child("searches"), dns.Searches),
            .. FieldRules.Each(path.Child("options"), dns.Options, Option),
        ];
    }

    private static Findings<FieldError> Searches(FieldPath path, ValueList<string> searches) =>
    [
        .. FieldRules.If(
            searches.Count > SearchesLimit, () => FieldError.Invalid(path, searches, $"must not have more than {SearchesLimit} search paths")),
        .. FieldRules.If(
            searches.Sum(s => (long)s.Length + 1) - 1 > SearchListLimit,
            () => FieldError.Invalid(path, searches, $"must not have more than {SearchListLimit} characters (including spaces) in the search list")),
        .. FieldRules.Each(path, searches, (at, search) => FieldRules.Named(at, search, Names.SearchDomain)),
    ];

    /// <summary>Kubernetes takes any text; here an option is one word of one line, so that it cannot be something else as well.</summary>
    private static Findings<FieldError> Option(FieldPath path, PodDNSConfigOption option)
    {
        const string Why = "must not contain white space";
        return string.IsNullOrEmpty(option.Name)
            ? [FieldError.Required(path, "must not be empty")]
            :
            [
                .. FieldRules.If(option.Name.Any(IsSeparator), () => FieldError.Invalid(path.Child("name"), option.Name, Why)),
                .. FieldRules.If(option.Value?.Any(IsSeparator) == true, () => FieldError.Invalid(path.Child("value"), option.Value, Why)),
            ];

        static bool IsSeparator(char c) => char.IsWhiteSpace(c) || char.IsControl(c);
    }

    /// <summary>In its node's network a pod has its node's ports, and no others.</summary>
    private static Findings<FieldError> HostPorts(FieldPath path, PodSpec spec) => !spec.HostNetwork
        ? []
        : FieldRules.Each(path, spec.Containers, (at, container) => FieldRules.Each(at.Child("ports"), container.Ports, (port, p) => FieldRules.If(
            p.HostPort != 0 && p.HostPort != p.ContainerPortValue,
            () => FieldError.Invalid(port.Child("hostPort"), p.HostPort, "must match `containerPort` when `hostNetwork` is true"))));

    private static Findings<FieldError> Gates(FieldPath path, PodSpec spec)
    {
        var scheduling = path.Child("schedulingGates");
        return
        [
            .. FieldRules.Each(
                path.Child("readinessGates"),
                spec.ReadinessGates,
                (at, gate) => FieldRules.Named(at.Child("conditionType"), gate.ConditionType, Names.Qualified)),
            .. FieldRules.Each(scheduling, spec.SchedulingGates, (at, gate) => FieldRules.Named(at, gate.Name, Names.Qualified)),
            .. FieldRules.Repeated(spec.SchedulingGates, g => g.Name).Select(r => FieldError.Duplicate(scheduling.Index(r.Index), r.Key)),
        ];
    }

    private static Findings<FieldError> References(FieldPath path, PodSpec spec) =>
    [
        .. IfSet(path.Child("serviceAccountName"), spec.ServiceAccountName, Names.Subdomain),
        .. IfSet(path.Child("nodeName"), spec.NodeName, Names.Subdomain),
        .. FieldRules.InRange(path.Child("activeDeadlineSeconds"), spec.ActiveDeadlineSeconds, 1, int.MaxValue),
        .. IfSet(path.Child("hostname"), spec.Hostname, Names.Label),
        .. IfSet(path.Child("subdomain"), spec.Subdomain, Names.Label),
        .. IfSet(path.Child("priorityClassName"), spec.PriorityClassName, Names.Subdomain),
        .. IfSet(path.Child("runtimeClassName"), spec.RuntimeClassName, Names.Subdomain),
    ];

    private static Findings<FieldError> IfSet(FieldPath path, string? value, Func<string, Findings<string>> rule) =>
        value is null ? [] : FieldRules.Named(path, value, rule);

    private static Findings<FieldError> HostAliases(FieldPath path, HostAlias alias) =>
    [
        .. FieldRules.Address(path.Child("ip"), alias.Ip),
        .. FieldRules.Each(path.Child("hostnames"), alias.Hostnames, (at, name) => FieldRules.Named(at, name, Names.Subdomain)),
    ];
}
