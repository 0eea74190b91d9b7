using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Networking;

/// <summary>Who may talk to some of a namespace's pods, and to whom they may talk.</summary>
public sealed partial record NetworkPolicy : KubernetesObject
{
    /// <summary>The wanted rules.</summary>
    [Field(2)]
    public NetworkPolicySpec Spec { get; init => field = value ?? new(); } = new();
}

/// <summary>Which pods are meant, and what is allowed. What no policy allows for a pod that one is for is not allowed.</summary>
public sealed partial record NetworkPolicySpec
{
    /// <summary>The pods of the namespace that are meant; all of them where it is empty.</summary>
    [Field(1)]
    public LabelSelector PodSelector { get; init => field = value ?? new(); } = new();

    /// <summary>Who may talk to them; nobody where there is no rule.</summary>
    [Field(2)]
    public ValueList<NetworkPolicyIngressRule> Ingress { get; init; }

    /// <summary>To whom they may talk; to nobody where there is no rule.</summary>
    [Field(3)]
    public ValueList<NetworkPolicyEgressRule> Egress { get; init; }

    /// <summary>Which of the two the policy is about: Ingress, Egress or both.</summary>
    [Field(4)]
    public ValueList<string> PolicyTypes { get; init; }
}

/// <summary>The values of PolicyType.</summary>
public static class PolicyType
{
    public const string Ingress = "Ingress";
    public const string Egress = "Egress";
}

/// <summary>Who may talk to the pods, and on which ports.</summary>
public sealed partial record NetworkPolicyIngressRule
{
    /// <summary>The ports of the pods; all where there are none.</summary>
    [Field(1)]
    public ValueList<NetworkPolicyPort> Ports { get; init; }

    /// <summary>Who may; all where nobody is named.</summary>
    [Field(2)]
    public ValueList<NetworkPolicyPeer> From { get; init; }
}

/// <summary>To whom the pods may talk, and on which ports.</summary>
public sealed partial record NetworkPolicyEgressRule
{
    /// <summary>The ports that they may talk to; all where there are none.</summary>
    [Field(1)]
    public ValueList<NetworkPolicyPort> Ports { get; init; }

    /// <summary>To whom; to all where nobody is named.</summary>
    [Field(2)]
    public ValueList<NetworkPolicyPeer> To { get; init; }
}

/// <summary>A port, or a range of ports.</summary>
public sealed partial record NetworkPolicyPort
{
    /// <summary>TCP (the default), UDP or SCTP.</summary>
    [Field(1, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? Protocol { get; init; }

    /// <summary>Its number or name; all of the protocol where it is absent.</summary>
    [Field(2)]
    public IntOrString? Port { get; init; }

    /// <summary>The last of a range of numbers that begins with port.</summary>
    [Field(3)]
    public int? EndPort { get; init; }
}

/// <summary>Somebody to talk to: pods by their labels, or addresses.</summary>
public sealed partial record NetworkPolicyPeer
{
    /// <summary>Pods by their labels, of this namespace or of those that are selected.</summary>
    [Field(1)]
    public LabelSelector? PodSelector { get; init; }

    /// <summary>Namespaces by their labels: all their pods, or those that are selected.</summary>
    [Field(2)]
    public LabelSelector? NamespaceSelector { get; init; }

    /// <summary>Addresses; not together with a selector.</summary>
    [Field(3)]
    public IPBlock? IpBlock { get; init; }
}

/// <summary>A range of addresses, less some of them.</summary>
public sealed partial record IPBlock
{
    /// <summary>The range, as "192.168.1.0/24".</summary>
    [Field(1, Required = true)]
    public string Cidr { get; init => field = value ?? ""; } = "";

    /// <summary>Ranges within it that are not meant.</summary>
    [Field(2)]
    public ValueList<string> Except { get; init; }
}
