using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>A set of nodes.</summary>
[AtomicObject]
public sealed partial record NodeSelector
{
    /// <summary>A node that meets one of the terms is in the set.</summary>
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ValueList<NodeSelectorTerm> NodeSelectorTerms { get; init; }
}
