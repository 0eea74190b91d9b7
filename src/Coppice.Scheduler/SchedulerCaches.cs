using Coppice.Client;
using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>The watched copies that the scheduler decides by. Whoever owns them runs them.</summary>
public sealed record SchedulerCaches(ObjectCache<Pod> Pods, ObjectCache<Node> Nodes, ObjectCache<Namespace> Namespaces);
