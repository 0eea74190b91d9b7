namespace Coppice.Network.Nftables;

/// <summary>Ports that policies mean without a pod that has them.</summary>
internal static class PolicyPorts
{
    /// <summary>Of the cluster's DNS, as pods are told it.</summary>
    public const int Dns = 53;
}
