using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.NodeLifecycle;

/// <summary>Since when the nodes have those taints that drive pods away. kubectl and most others do not say it: then it is since we first saw them.</summary>
internal sealed class TaintTimes
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Dictionary<Taint, DateTimeOffset>> _seen = new(StringComparer.Ordinal);

    /// <returns>The node's taints with the effect NoExecute, each with its time.</returns>
    public IReadOnlyList<Taint> Of(Node node, DateTimeOffset now)
    {
        var taints = node.Spec.Taints.Where(t => t.Effect == TaintEffect.NoExecute).ToList();
        lock (_gate)
        {
            var before = _seen.GetValueOrDefault(node.Metadata.Name!);
            _seen[node.Metadata.Name!] = taints.Where(t => t.TimeAdded is null).Distinct().ToDictionary(t => t, Since);
            return [.. taints.Select(t => t.TimeAdded is null ? t with { TimeAdded = _seen[node.Metadata.Name!][t] } : t)];

            // What was seen in the future was seen before the clock was set back.
            DateTimeOffset Since(Taint taint) => before is not null && before.TryGetValue(taint, out var since) && since < now ? since : now;
        }
    }

    public void Forget(string node)
    {
        lock (_gate)
        {
            _seen.Remove(node);
        }
    }
}
