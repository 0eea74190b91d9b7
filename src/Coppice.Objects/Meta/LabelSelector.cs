namespace Coppice.Objects.Meta;

/// <summary>Chooses objects by their labels; all conditions must hold, and an empty selector takes everything.</summary>
[AtomicObject]
public sealed partial record LabelSelector
{
    /// <summary>Labels that must be there with exactly these values.</summary>
    [Field(1)]
    public ValueMap<string> MatchLabels { get; init; }

    /// <summary>Further conditions on labels.</summary>
    [Field(2)]
    public ValueList<LabelSelectorRequirement> MatchExpressions { get; init; }
}

/// <summary>One condition on one label.</summary>
public sealed partial record LabelSelectorRequirement
{
    /// <summary>The label's name.</summary>
    [Field(1, Required = true)]
    public string Key { get; init => field = value ?? ""; } = "";

    /// <summary>In, NotIn, Exists or DoesNotExist.</summary>
    [Field(2, Required = true)]
    public string Operator { get; init => field = value ?? ""; } = "";

    /// <summary>What the value is compared with; empty for Exists and DoesNotExist.</summary>
    [Field(3)]
    public ValueList<string> Values { get; init; }
}

/// <summary>The values of LabelSelectorOperator.</summary>
public static class LabelSelectorOperator
{
    public const string In = "In";
    public const string NotIn = "NotIn";
    public const string Exists = "Exists";
    public const string DoesNotExist = "DoesNotExist";
}
