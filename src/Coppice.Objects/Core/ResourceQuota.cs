namespace Coppice.Objects.Core;

/// <summary>Sets how much all objects of a namespace together may take.</summary>
public sealed partial record ResourceQuota : KubernetesObject
{
    /// <summary>What may be taken, and by which objects.</summary>
    [Field(2)]
    public ResourceQuotaSpec Spec { get; init => field = value ?? new(); } = new();

    /// <summary>What is taken.</summary>
    [Field(3)]
    public ResourceQuotaStatus Status { get; init => field = value ?? new(); } = new();
}

/// <summary>What may be taken of a quota, and by which objects.</summary>
public sealed partial record ResourceQuotaSpec
{
    /// <summary>The most of each resource.</summary>
    [Field(1)]
    public ValueMap<Quantity> Hard { get; init; }

    /// <summary>Counts only objects of which all of these hold; they cannot be changed.</summary>
    [Field(2)]
    public ValueList<string> Scopes { get; init; }

    /// <summary>Counts only objects of which all of this holds, beside the scopes.</summary>
    [Field(3)]
    public ScopeSelector? ScopeSelector { get; init; }
}

/// <summary>Chooses the objects that a quota counts; all conditions must hold.</summary>
[AtomicObject]
public sealed partial record ScopeSelector
{
    /// <summary>The conditions.</summary>
    [Field(1)]
    public ValueList<ScopedResourceSelectorRequirement> MatchExpressions { get; init; }
}

/// <summary>One condition on the objects that a quota counts.</summary>
public sealed partial record ScopedResourceSelectorRequirement
{
    /// <summary>What is asked of the object.</summary>
    [Field(1, Required = true)]
    public string ScopeName { get; init => field = value ?? ""; } = "";

    /// <summary>In, NotIn, Exists or DoesNotExist.</summary>
    [Field(2, Required = true)]
    public string Operator { get; init => field = value ?? ""; } = "";

    /// <summary>What the value is compared with; empty for Exists and DoesNotExist.</summary>
    [Field(3)]
    public ValueList<string> Values { get; init; }
}

/// <summary>What is taken of a quota.</summary>
public sealed partial record ResourceQuotaStatus
{
    /// <summary>The most of each resource, as it was when the use was added up.</summary>
    [Field(1)]
    public ValueMap<Quantity> Hard { get; init; }

    /// <summary>What the namespace's objects take now.</summary>
    [Field(2)]
    public ValueMap<Quantity> Used { get; init; }
}

/// <summary>The values of ResourceQuotaScope.</summary>
public static class ResourceQuotaScope
{
    public const string Terminating = "Terminating";
    public const string NotTerminating = "NotTerminating";
    public const string BestEffort = "BestEffort";
    public const string NotBestEffort = "NotBestEffort";
    public const string PriorityClass = "PriorityClass";
    public const string CrossNamespacePodAffinity = "CrossNamespacePodAffinity";
    public const string VolumeAttributesClass = "VolumeAttributesClass";
}

/// <summary>The values of ScopeSelectorOperator.</summary>
public static class ScopeSelectorOperator
{
    public const string In = "In";
    public const string NotIn = "NotIn";
    public const string Exists = "Exists";
    public const string DoesNotExist = "DoesNotExist";
}
