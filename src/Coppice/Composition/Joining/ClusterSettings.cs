using Coppice.Objects;

namespace Coppice.Composition.Joining;

/// <summary>What nodes of a cluster must agree on.</summary>
internal sealed record ClusterSettings(ClusterRanges Ranges, PortRange NodePorts, string ClusterDomain);
