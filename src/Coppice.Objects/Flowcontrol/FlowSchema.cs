using System.Text.Json.Serialization;

namespace Coppice.Objects.Flowcontrol;

/// <summary>Which requests belong together, and how important they are.</summary>
public sealed partial record FlowSchema : KubernetesObject
{
    /// <summary>Which requests, and their priority level.</summary>
    [Field(2)]
    public FlowSchemaSpec Spec { get; init => field = value ?? new(); } = new();

    /// <summary>Whether the priority level is there.</summary>
    [Field(3)]
    public FlowSchemaStatus Status { get; init => field = value ?? new(); } = new();
}

/// <summary>Which requests belong together. Of the schemas that a request fits, the one with the lowest precedence counts.</summary>
public sealed partial record FlowSchemaSpec
{
    /// <summary>The priority level of these requests.</summary>
    [Field(1, Required = true)]
    public PriorityLevelConfigurationReference PriorityLevelConfiguration { get; init => field = value ?? new(); } = new();

    /// <summary>From 1 to 10000; 1000 by default. The lower number comes first, and of equals the lower name.</summary>
    [Field(2)]
    public int MatchingPrecedence { get; init; }

    /// <summary>How they are told apart into flows, none of which takes the turns of another; all are one flow where it is absent.</summary>
    [Field(3)]
    public FlowDistinguisherMethod? DistinguisherMethod { get; init; }

    /// <summary>A request fits if it fits one of these; none fits where there is none.</summary>
    [Field(4)]
    public ValueList<PolicyRulesWithSubjects> Rules { get; init; }
}

/// <summary>How requests are told apart into flows.</summary>
public sealed partial record FlowDistinguisherMethod
{
    /// <summary>ByUser or ByNamespace.</summary>
    [Field(1, Required = true)]
    public string Type { get; init => field = value ?? ""; } = "";
}

/// <summary>The values of FlowDistinguisherMethodType.</summary>
public static class FlowDistinguisherMethodType
{
    public const string ByUser = "ByUser";
    public const string ByNamespace = "ByNamespace";
}

/// <summary>A priority level.</summary>
public sealed partial record PriorityLevelConfigurationReference
{
    /// <summary>Its name.</summary>
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";
}

/// <summary>Requests by who asks and for what.</summary>
public sealed partial record PolicyRulesWithSubjects
{
    /// <summary>Who asks; there must be one.</summary>
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ValueList<Subject> Subjects { get; init; }

    /// <summary>What is asked for, of resources.</summary>
    [Field(2)]
    public ValueList<ResourcePolicyRule> ResourceRules { get; init; }

    /// <summary>What is asked for, of other paths.</summary>
    [Field(3)]
    public ValueList<NonResourcePolicyRule> NonResourceRules { get; init; }
}

/// <summary>Somebody who asks.</summary>
public sealed partial record Subject
{
    /// <summary>User, Group or ServiceAccount; the field of that name says which.</summary>
    [Field(1, Required = true)]
    public string Kind { get; init => field = value ?? ""; } = "";

    /// <summary>A user.</summary>
    [Field(2)]
    public UserSubject? User { get; init; }

    /// <summary>A group of users.</summary>
    [Field(3)]
    public GroupSubject? Group { get; init; }

    /// <summary>A service account.</summary>
    [Field(4)]
    public ServiceAccountSubject? ServiceAccount { get; init; }
}

/// <summary>The values of SubjectKind.</summary>
public static class SubjectKind
{
    public const string User = "User";
    public const string Group = "Group";
    public const string ServiceAccount = "ServiceAccount";
}

/// <summary>A user.</summary>
public sealed partial record UserSubject
{
    /// <summary>The name; * for all.</summary>
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";
}

/// <summary>A group of users.</summary>
public sealed partial record GroupSubject
{
    /// <summary>The name; * for all.</summary>
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";
}

/// <summary>A service account.</summary>
public sealed partial record ServiceAccountSubject
{
    /// <summary>Its namespace.</summary>
    [Field(1, Required = true)]
    public string Namespace { get; init => field = value ?? ""; } = "";

    /// <summary>Its name; * for all of the namespace.</summary>
    [Field(2, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";
}

/// <summary>What is asked for, of resources.</summary>
public sealed partial record ResourcePolicyRule
{
    /// <summary>What is done; * for anything.</summary>
    [Field(1, Required = true, List = ListType.Set)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ValueList<string> Verbs { get; init; }

    /// <summary>The groups of the resources; * for all.</summary>
    [Field(2, Required = true, List = ListType.Set)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ValueList<string> ApiGroups { get; init; }

    /// <summary>The resources and subresources; * for all.</summary>
    [Field(3, Required = true, List = ListType.Set)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ValueList<string> Resources { get; init; }

    /// <summary>Also what has no namespace.</summary>
    [Field(4)]
    public bool ClusterScope { get; init; }

    /// <summary>The namespaces; * for all.</summary>
    [Field(5, List = ListType.Set)]
    public ValueList<string> Namespaces { get; init; }
}

/// <summary>What is asked for, of paths that are no resources.</summary>
public sealed partial record NonResourcePolicyRule
{
    /// <summary>What is done; * for anything.</summary>
    [Field(1, Required = true, List = ListType.Set)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ValueList<string> Verbs { get; init; }

    /// <summary>The paths, which may end with /*; * for all.</summary>
    [Field(6, Required = true, List = ListType.Set)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ValueList<string> NonResourceURLs { get; init; }
}

/// <summary>How a schema is doing.</summary>
public sealed partial record FlowSchemaStatus
{
    /// <summary>What can be said of it; Dangling says that its priority level is not there.</summary>
    [Field(1, MergeKey = "type", List = ListType.Map, ListKeys = "type")]
    public ValueList<FlowSchemaCondition> Conditions { get; init; }
}

/// <summary>One thing that can be said of a schema.</summary>
public sealed partial record FlowSchemaCondition
{
    /// <summary>What is said.</summary>
    [Field(1)]
    public string? Type { get; init; }

    /// <summary>Whether it holds: True, False or Unknown.</summary>
    [Field(2)]
    public string? Status { get; init; }

    /// <summary>When status last changed.</summary>
    [Field(3)]
    public DateTimeOffset? LastTransitionTime { get; init; }

    /// <summary>Why it is so, in one word for programs.</summary>
    [Field(4)]
    public string? Reason { get; init; }

    /// <summary>Why it is so, for people.</summary>
    [Field(5)]
    public string? Message { get; init; }
}
