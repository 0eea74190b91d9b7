namespace Coppice.Network.Nftables;

/// <summary>The object of the API that a part of the rules is for.</summary>
/// <param name="Kind">Service, EndpointSlice or Pod.</param>
public readonly record struct RuleOwner(string Kind, string Namespace, string Name)
{
    public override string ToString() => $"{Kind} {Namespace}/{Name}";
}

/// <summary>Something of an object that is not in the rules, while all else is: in the words of an event on it.</summary>
public sealed record RuleWarning(RuleOwner Owner, string Reason, string Message);

/// <summary>Reasons of events: kube-proxy's where it has one.</summary>
internal static class RuleReasons
{
    /// <summary>An address or range of another family than the cluster's.</summary>
    public const string IncorrectIPVersion = "KubeProxyIncorrectIPVersion";

    /// <summary>What the API should not have let in, and the rules cannot say.</summary>
    public const string Invalid = "KubeProxyInvalidValue";

    /// <summary>Another object has the address and port.</summary>
    public const string Conflict = "KubeProxyPortConflict";

    /// <summary>The kernel takes the rules of all others, but not of this one.</summary>
    public const string Refused = "KubeProxyRulesRefused";

    /// <summary>The port where load balancers would ask for a service's endpoints is somebody else's.</summary>
    public const string HealthPortNotServed = "FailedToStartServiceHealthcheck";
}
