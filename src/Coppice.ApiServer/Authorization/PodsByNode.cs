using System.Collections.Immutable;
using Coppice.ApiServer.Storage;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Authorization;

/// <summary>
/// The pods of each node as they are now. Nothing is kept before the first look; from then on what a look takes goes by what was written
/// since the last one and by the pods of that node, and not by how many others there are.
/// </summary>
internal sealed class PodsByNode
{
    private static readonly ImmutableSortedDictionary<ObjectKey, Pod> None = ImmutableSortedDictionary<ObjectKey, Pod>.Empty;

    private readonly LiveObjects<Pod> _pods;
    private readonly Lock _gate = new();
    private readonly Dictionary<ObjectKey, string> _nodes = [];
    private readonly Dictionary<string, ImmutableSortedDictionary<ObjectKey, Pod>> _byNode = new(StringComparer.Ordinal);

    public PodsByNode(ObjectStorage storage) => _pods = new(storage, BuiltInKinds.Of<Pod>(), learn: Learn);

    public async ValueTask<IEnumerable<Pod>> OfAsync(string node, CancellationToken stop)
    {
        await _pods.NowAsync(stop);
        lock (_gate)
        {
            return _byNode.GetValueOrDefault(node, None).Values;
        }
    }

    private void Learn(ObjectKey key, Pod? pod)
    {
        lock (_gate)
        {
            if (_nodes.TryGetValue(key, out var before) && before != pod?.Spec.NodeName)
            {
                Forget(key, before);
            }

            if (pod?.Spec.NodeName is { Length: > 0 } node)
            {
                _nodes[key] = node;
                _byNode[node] = _byNode.GetValueOrDefault(node, None).SetItem(key, pod);
            }
        }
    }

    private void Forget(ObjectKey key, string node)
    {
        _nodes.Remove(key);
        if (_byNode[node].Remove(key) is { IsEmpty: false } left)
        {
            _byNode[node] = left;
        }
        else
        {
            _byNode.Remove(node);
        }
    }
}
