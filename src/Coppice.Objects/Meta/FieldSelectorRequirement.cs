namespace Coppice.Objects.Meta;

public sealed record FieldSelectorRequirement
{
    [Field(1, Required = true)]
    public string Key { get; init => field = value ?? ""; } = "";

    [Field(2, Required = true)]
    public string Operator { get; init => field = value ?? ""; } = "";

    [Field(3)]
    public ValueList<string> Values { get; init; }
}

/// <summary>The values of FieldSelectorOperator.</summary>
public static class FieldSelectorOperator
{
    public const string In = "In";
    public const string NotIn = "NotIn";
    public const string Exists = "Exists";
    public const string DoesNotExist = "DoesNotExist";
}
