using System.Net;
using System.Text;
using Coppice.Network.Nftables;
using Coppice.Network.Translation;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Networking;
using IPAddress = System.Net.IPAddress;

namespace Coppice.Network.Tests.Translation;

/// <summary>Namespaces, pods and policies in few words.</summary>
internal static class PolicyWorld
{
    public static readonly Dictionary<string, ValueMap<string>> Namespaces = new()
    {
        ["x"] = ValueMap.Of(("kubernetes.io/metadata.name", "x"), ("team", "red")),
        ["y"] = ValueMap.Of(("kubernetes.io/metadata.name", "y"), ("team", "blue")),
        ["kube-system"] = ValueMap.Of(("kubernetes.io/metadata.name", "kube-system")),
    };

    /// <param name="name">As "x/a": namespace and pod, which has the label pod=a.</param>
    public static Pod Pod(string name, string address, string node = "node") => new()
    {
        Metadata = new() { Namespace = name.Split('/')[0], Name = name.Split('/')[1], Uid = name, Labels = ValueMap.Of(("pod", name.Split('/')[1])) },
        Spec = new()
        {
            NodeName = node,
            Containers = [new() { Name = "main", Ports = [new() { Name = "web", ContainerPortValue = 80 }, new() { Name = "other", ContainerPortValue = 81 }] }],
        },
        Status = new() { PodIP = address, Phase = PodPhase.Running },
    };

    /// <param name="spec">As JSON.</param>
    public static NetworkPolicy Policy(string ns, string name, string spec) =>
        ApiJson.Read<NetworkPolicy>(Encoding.UTF8.GetBytes($$"""{"metadata":{"namespace":"{{ns}}","name":"{{name}}"},"spec":{{spec}}}"""));

    public static NetworkObjects Of(IEnumerable<Pod> pods, params IReadOnlyList<NetworkPolicy> policies) =>
        new([], [], pods, Namespaces.Keys) { Policies = policies, NamespaceLabels = Namespaces };

    /// <summary>What the rules would do with the first packet of a connection.</summary>
    /// <param name="to">Null for the cluster's DNS.</param>
    public static bool Allows(PolicyState state, IPAddress from, IPAddress? to, TransportProtocol protocol, int port)
    {
        var egress = state.Pods.FirstOrDefault(pod => pod.Address.Equals(from))?.Egress;
        var ingress = to is null ? null : state.Pods.FirstOrDefault(pod => pod.Address.Equals(to))?.Ingress;
        return (egress is null || egress.Value.Any(name => Named(name, from).Egress.Any(grant => Takes(grant, to))))
            && (ingress is null || ingress.Value.Any(name => Named(name, to!).Ingress.Any(grant => Takes(grant, from))));

        PolicyInfo Named(string name, IPAddress of) =>
            state.Policies.Single(policy => policy.Name == name && policy.Namespace == state.Pods.Single(pod => pod.Address.Equals(of)).Namespace);

        bool Takes(PolicyGrant grant, IPAddress? other) =>
            (grant.Protocol ?? protocol) == protocol
            && (grant.IsDns
                ? other is null && port == 53
                : (grant.Peers is not { } peers || (other is not null && peers.Contains(other)))
                    && (grant.Block is not { } block || (other is not null && block.Contains(other) && !grant.Except.Any(except => except.Contains(other))))
                    && (grant.Ports is not { } ports || (port >= ports.First && port <= ports.Last))
                    && (grant.Receivers is not { } receivers || (to is not null && receivers.Contains(new IPEndPoint(to, port)))));
    }
}
