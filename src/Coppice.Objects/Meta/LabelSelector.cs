namespace Coppice.Objects.Meta;

public sealed record LabelSelector
{
    [Field(1)]
    public ValueMap<string> MatchLabels { get; init; }

    [Field(2)]
    public ValueList<LabelSelectorRequirement> MatchExpressions { get; init; }
}

public sealed record LabelSelectorRequirement
{
    [Field(1, Required = true)]
    public string Key { get; init => field = value ?? ""; } = "";

    [Field(2, Required = true)]
    public string Operator { get; init => field = value ?? ""; } = "";

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
