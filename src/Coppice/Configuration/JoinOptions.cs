namespace Coppice.Configuration;

/// <summary>The cluster that a machine is to be a node of.</summary>
/// <param name="Server">Its API, as in https://10.0.0.1:6443.</param>
/// <param name="Token">What <c>coppice token create</c> printed there; null once the machine has joined.</param>
public sealed record JoinOptions(Uri Server, string? Token);

/// <summary>The cluster that a machine is a node of, and under which name.</summary>
public sealed record JoinedTo(Uri Server, string Node)
{
    /// <summary>What a data directory makes this machine; null where it is a cluster's own, or nobody's.</summary>
    public static JoinedTo? Of(DataLayout layout) => RememberedOptions.Read(layout) is var options && options.GetValueOrDefault(RememberedOptions.Join) is { } server
        ? new(new Uri(server), options.GetValueOrDefault(RememberedOptions.NodeName) ?? new ServerOptions().NodeName)
        : null;

    public override string ToString() => $"the node {Node} of the cluster at {Server}";
}
