namespace Coppice.Objects.Meta;

/// <summary>One condition on a field of the objects asked about.</summary>
public sealed partial record FieldSelectorRequirement
{
    /// <summary>The field's path.</summary>
    [Field(1, Required = true)]
    public string Key { get; init => field = value ?? ""; } = "";

    /// <summary>In, NotIn, Exists or DoesNotExist.</summary>
    [Field(2, Required = true)]
    public string Operator { get; init => field = value ?? ""; } = "";

    /// <summary>What the value is compared with; empty for Exists and DoesNotExist.</summary>
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
