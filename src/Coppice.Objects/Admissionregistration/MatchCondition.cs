namespace Coppice.Objects.Admissionregistration;

/// <summary>A condition on a request, beyond rules and selectors: only where it is true, the request is meant.</summary>
public sealed partial record MatchCondition
{
    /// <summary>Tells it apart from the others, in messages and merges.</summary>
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>What must be true, in CEL, of object, oldObject, request and authorizer.</summary>
    [Field(2, Required = true)]
    public string Expression { get; init => field = value ?? ""; } = "";
}

/// <summary>The values of MatchPolicyType.</summary>
public static class MatchPolicyType
{
    public const string Exact = "Exact";
    public const string Equivalent = "Equivalent";
}

/// <summary>The values of FailurePolicyType.</summary>
public static class FailurePolicyType
{
    public const string Ignore = "Ignore";
    public const string Fail = "Fail";
}
