using Coppice.Objects.Core;

namespace Coppice.Node.Eviction;

/// <summary>What a pod uses of something that the node is short of: bytes, inodes or processes.</summary>
/// <param name="Used">By all of the pod; 0 where nobody knows.</param>
/// <param name="Containers">By its containers that run, as far as it is told of them, by their names.</param>
internal sealed record PodUse(Pod Pod, long Used, IReadOnlyDictionary<string, long> Containers);
