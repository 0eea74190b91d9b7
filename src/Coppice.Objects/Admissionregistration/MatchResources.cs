using Coppice.Objects.Meta;

namespace Coppice.Objects.Admissionregistration;

/// <summary>Which requests a policy is about.</summary>
[AtomicObject]
public sealed partial record MatchResources
{
    /// <summary>The labels of the namespaces whose objects are meant.</summary>
    [Field(1)]
    public LabelSelector? NamespaceSelector { get; init; }

    /// <summary>The labels that the object, or the one before, must have.</summary>
    [Field(2)]
    public LabelSelector? ObjectSelector { get; init; }

    /// <summary>The requests that are meant: those that any of the rules is for.</summary>
    [Field(3)]
    public ValueList<NamedRuleWithOperations> ResourceRules { get; init; }

    /// <summary>The requests among them that are not meant.</summary>
    [Field(4)]
    public ValueList<NamedRuleWithOperations> ExcludeResourceRules { get; init; }

    /// <summary>Whether a request by another version of a resource counts as one by the version that a rule names: Exact or Equivalent.</summary>
    [Field(7, Pointer = true)]
    public string? MatchPolicy { get; init; }
}

/// <summary>Which requests are meant: what is done, to which objects of which resources.</summary>
[AtomicObject]
public sealed partial record NamedRuleWithOperations
{
    /// <summary>The names of the objects; all, if there are none.</summary>
    [Field(1)]
    public ValueList<string> ResourceNames { get; init; }

    /// <summary>CREATE, UPDATE, DELETE, CONNECT, or * for all of them.</summary>
    [Field(1, Within = 2)]
    public ValueList<string> Operations { get; init; }

    /// <summary>The groups of the resources; * for all, and the empty one is the core group.</summary>
    [Field(1, Within = 2, WithinInner = 2)]
    public ValueList<string> ApiGroups { get; init; }

    /// <summary>The versions of the resources; * for all.</summary>
    [Field(2, Within = 2, WithinInner = 2)]
    public ValueList<string> ApiVersions { get; init; }

    /// <summary>The resources: pods, pods/log, pods/* for all that is of a pod, */scale for all scales, * for all but subresources, */* for all.</summary>
    [Field(3, Within = 2, WithinInner = 2)]
    public ValueList<string> Resources { get; init; }

    /// <summary>Whether objects of namespaces are meant (Namespaced), those that have none (Cluster), or both (*).</summary>
    [Field(4, Within = 2, WithinInner = 2, Pointer = true)]
    public string? Scope { get; init; }
}
