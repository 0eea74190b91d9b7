namespace Coppice.Network.Nftables;

/// <summary>A port of the node where load balancers ask whether a service has endpoints here (<c>healthCheckNodePort</c>).</summary>
/// <param name="LocalEndpoints">How many ready ones it has on this node.</param>
public sealed record HealthPortInfo(string Namespace, string Name, int Port, int LocalEndpoints);
