using System.Text.Json.Serialization;

namespace Coppice.Objects.Core;

/// <summary>Where something may be, by labels of nodes. All that is asked must hold.</summary>
[AtomicObject]
public sealed partial record TopologySelectorTerm
{
    /// <summary>What is asked.</summary>
    [Field(1)]
    public ValueList<TopologySelectorLabelRequirement> MatchLabelExpressions { get; init; }
}

/// <summary>That a label has one of some values.</summary>
public sealed partial record TopologySelectorLabelRequirement
{
    /// <summary>The label.</summary>
    [Field(1, Required = true)]
    public string Key { get; init => field = value ?? ""; } = "";

    /// <summary>The values.</summary>
    [Field(2, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ValueList<string> Values { get; init; }
}
