using System.Collections.Immutable;
using System.Net;
using Coppice.Network.Nftables;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;
using Coppice.Objects.Networking;
using IPAddress = System.Net.IPAddress;

namespace Coppice.Network.Translation;

/// <summary>Network policies, and the pods that they are for or name, as what is allowed between addresses of one family. Pure.</summary>
internal sealed class PolicyTranslation
{
    private readonly NetworkObjects _objects;
    private readonly RuleFamilies _families;
    private readonly IPAddress? _dns;
    private readonly List<RuleWarning> _warnings;
    private readonly IReadOnlyList<PolicyPod> _pods;

    private PolicyTranslation(NetworkObjects objects, RuleFamilies families, IPAddress? dns, List<RuleWarning> warnings)
    {
        (_objects, _families, _dns, _warnings) = (objects, families, dns, warnings);
        _pods = [.. PolicyPod.Of(objects, families.Own)];
    }

    /// <param name="node">Whose pods are to be kept to the policies.</param>
    /// <param name="dns">The address of the cluster's DNS; null if it has none of the family.</param>
    /// <param name="warnings">Is added to.</param>
    public static PolicyState Translate(NetworkObjects objects, string node, RuleFamilies families, IPAddress? dns, List<RuleWarning> warnings) =>
        objects.Policies.Count == 0 ? PolicyState.None : new PolicyTranslation(objects, families, dns, warnings).Translate(node);

    private PolicyState Translate(string node)
    {
        var policies = ImmutableArray.CreateBuilder<PolicyInfo>();
        var (ingress, egress) = (new Dictionary<PolicyPod, List<string>>(), new Dictionary<PolicyPod, List<string>>());
        foreach (var policy in _objects.Policies.OrderBy(ObjectKey.Of))
        {
            var (ns, name) = (policy.Metadata.Namespace ?? "", policy.Metadata.Name ?? "");
            var own = LabelQuery.Of(policy.Spec.PodSelector);
            var here = _pods.Where(pod => pod.Namespace == ns && pod.Pod.Spec.NodeName == node && own.Matches(pod.Labels)).ToList();
            if (here.Count == 0)
            {
                continue;
            }

            var reading = new FieldReader(new RuleOwner("NetworkPolicy", ns, name), _families);
            var grants = new PolicyGrants(_objects, _pods, ns, (_families.Own, _dns), reading);
            var isIngress = IsAbout(policy.Spec, PolicyType.Ingress);
            var isEgress = IsAbout(policy.Spec, PolicyType.Egress);
            policies.Add(new PolicyInfo(
                ns,
                name,
                isIngress ? [.. policy.Spec.Ingress.SelectMany((rule, i) => grants.Ingress(rule, here, $"spec.ingress[{i}]"))] : [],
                isEgress ? [.. policy.Spec.Egress.SelectMany((rule, i) => grants.Egress(rule, $"spec.egress[{i}]"))] : []));
            _warnings.AddRange(reading.Warnings);
            Note(ingress, here, isIngress, name);
            Note(egress, here, isEgress, name);
        }

        var policed = _pods.Where(pod => ingress.ContainsKey(pod) || egress.ContainsKey(pod)).OrderBy(pod => ObjectKey.Of(pod.Pod));
        return new PolicyState(
            policies.ToImmutable(), [.. policed.Select(pod => new PolicedPod(pod.Namespace, pod.Address, Names(ingress, pod), Names(egress, pod)))], _dns) { Family = _families.Own };
    }

    // The API fills it in; what an older one wrote is understood the same way.
    private static bool IsAbout(NetworkPolicySpec spec, string type) =>
        spec.PolicyTypes.IsEmpty ? type == PolicyType.Ingress || !spec.Egress.IsEmpty : spec.PolicyTypes.Contains(type);

    private static void Note(Dictionary<PolicyPod, List<string>> policies, IEnumerable<PolicyPod> pods, bool isAbout, string name)
    {
        foreach (var pod in isAbout ? pods : [])
        {
            if (!policies.TryGetValue(pod, out var names))
            {
                policies[pod] = names = [];
            }

            names.Add(name);
        }
    }

    private static ImmutableArray<string>? Names(Dictionary<PolicyPod, List<string>> policies, PolicyPod pod) =>
        policies.TryGetValue(pod, out var names) ? [.. names] : null;
}

/// <summary>A pod that has an address of its own.</summary>
internal sealed record PolicyPod(Pod Pod, IPAddress Address)
{
    public string Namespace => Pod.Metadata.Namespace ?? "";

    public ValueMap<string> Labels => Pod.Metadata.Labels;

    /// <summary>Those of the node itself share its address, and those that have ended have given theirs back.</summary>
    /// <param name="family">Of the address that is meant.</param>
    public static IEnumerable<PolicyPod> Of(NetworkObjects objects, NftFamily family)
    {
        foreach (var pod in objects.Pods.Concat(objects.Arriving.Values.Where(one => !one.IsKnown).Select(one => one.Pod)))
        {
            var addresses = objects.Arriving.TryGetValue(pod.Metadata.Uid ?? "", out var arriving) ? arriving.Addresses
                : PodAddresses.Of(pod).Select(one => IPAddress.TryParse(one, out var told) ? told : null).OfType<IPAddress>();
            var address = addresses.FirstOrDefault(family.Has);
            if (address is not null && !pod.Spec.HostNetwork && pod.Status.Phase is not (PodPhase.Succeeded or PodPhase.Failed))
            {
                yield return new PolicyPod(pod, address);
            }
        }
    }

    /// <summary>The numbers of its ports of a name.</summary>
    public IEnumerable<int> PortsOf(string name, TransportProtocol protocol) => Pod.Spec.Containers
        .Concat(Pod.Spec.InitContainers.Where(one => one.RestartPolicy == RestartPolicy.Always))
        .SelectMany(one => one.Ports)
        .Where(port => port.Name == name && FieldReader.ProtocolOf(port.Protocol) == protocol)
        .Select(port => port.ContainerPortValue);
}
