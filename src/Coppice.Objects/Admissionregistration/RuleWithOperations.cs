namespace Coppice.Objects.Admissionregistration;

/// <summary>Which requests somebody wants to see: what is done, to which resources.</summary>
public sealed partial record RuleWithOperations
{
    /// <summary>CREATE, UPDATE, DELETE, CONNECT, or * for all of them.</summary>
    [Field(1)]
    public ValueList<string> Operations { get; init; }

    /// <summary>The groups of the resources; * for all, and the empty one is the core group.</summary>
    [Field(1, Within = 2)]
    public ValueList<string> ApiGroups { get; init; }

    /// <summary>The versions of the resources; * for all.</summary>
    [Field(2, Within = 2)]
    public ValueList<string> ApiVersions { get; init; }

    /// <summary>The resources: pods, pods/log, pods/* for all that is of a pod, */scale for all scales, * for all but subresources, */* for all.</summary>
    [Field(3, Within = 2)]
    public ValueList<string> Resources { get; init; }

    /// <summary>Whether objects of namespaces are meant (Namespaced), those that have none (Cluster), or both (*).</summary>
    [Field(4, Within = 2, Pointer = true)]
    public string? Scope { get; init; }
}

/// <summary>The values of OperationType.</summary>
public static class OperationType
{
    public const string All = "*";
    public const string Create = "CREATE";
    public const string Update = "UPDATE";
    public const string Delete = "DELETE";
    public const string Connect = "CONNECT";
}

/// <summary>The values of ScopeType.</summary>
public static class ScopeType
{
    public const string Cluster = "Cluster";
    public const string Namespaced = "Namespaced";
    public const string All = "*";
}
