using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Strategies;

/// <summary>Nodes: their agents report what they have, and administrators say who may use it.</summary>
internal sealed class NodeRules : KindStrategy<Node>
{
    /// <summary>A node that reserves nothing for itself offers all it has.</summary>
    public override Node Default(Node item) => item.Status.Allocatable.IsEmpty && !item.Status.Capacity.IsEmpty
        ? item with { Status = item.Status with { Allocatable = item.Status.Capacity } }
        : item;

    public override Node PrepareForUpdate(Node item, Node old) => item with { Status = old.Status };

    public override Node PrepareForStatusUpdate(Node item, Node old) => item with { Spec = old.Spec };
}
