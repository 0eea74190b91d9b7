using Coppice.Controllers.NodeLifecycle.Detection;

namespace Coppice.Controllers.NodeLifecycle;

/// <summary>What nodes are watched by, and how patiently.</summary>
internal sealed record NodeWatch(NodeLifecycleOptions Options, NodeHeartbeats Heartbeats);
