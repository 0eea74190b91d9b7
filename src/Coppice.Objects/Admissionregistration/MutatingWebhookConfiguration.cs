using Coppice.Objects.Meta;

namespace Coppice.Objects.Admissionregistration;

/// <summary>Webhooks that may change what is asked for before it is stored, or refuse it.</summary>
public sealed partial record MutatingWebhookConfiguration : KubernetesObject
{
    /// <summary>The webhooks, and what each wants to see.</summary>
    [Field(2, MergeKey = "name", List = ListType.Map, ListKeys = "name")]
    public ValueList<MutatingWebhook> Webhooks { get; init; }
}

/// <summary>A webhook that may change what is asked for.</summary>
public sealed partial record MutatingWebhook : IAdmissionWebhook
{
    /// <summary>Its full name, as in imagepolicy.kubernetes.io.</summary>
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>How it is reached.</summary>
    [Field(2, Required = true)]
    public WebhookClientConfig ClientConfig { get; init => field = value ?? new(); } = new();

    /// <summary>Which requests it is asked about: those that any of the rules is for.</summary>
    [Field(3)]
    public ValueList<RuleWithOperations> Rules { get; init; }

    /// <summary>What happens where it cannot be asked: Fail refuses the request, Ignore goes on.</summary>
    [Field(4, Pointer = true)]
    public string? FailurePolicy { get; init; }

    /// <summary>Whether a request by another version of a resource counts as one by the version that a rule names: Exact or Equivalent.</summary>
    [Field(9, Pointer = true)]
    public string? MatchPolicy { get; init; }

    /// <summary>The labels of the namespaces whose objects it is asked about.</summary>
    [Field(5)]
    public LabelSelector? NamespaceSelector { get; init; }

    /// <summary>The labels that the object, or the one before, must have for it to be asked.</summary>
    [Field(11)]
    public LabelSelector? ObjectSelector { get; init; }

    /// <summary>Whether asking changes anything elsewhere: None or NoneOnDryRun.</summary>
    [Field(6, Required = true, Pointer = true)]
    public string? SideEffects { get; init; }

    /// <summary>How long it may take to answer, from 1 to 30.</summary>
    [Field(7)]
    public int? TimeoutSeconds { get; init; }

    /// <summary>The versions of AdmissionReview that it knows, the best first.</summary>
    [Field(8, Required = true)]
    public ValueList<string> AdmissionReviewVersions { get; init; }

    /// <summary>Whether it is asked once more where others changed the object after it: Never or IfNeeded.</summary>
    [Field(10, Pointer = true)]
    public string? ReinvocationPolicy { get; init; }

    /// <summary>What else must be true of a request for it to be asked.</summary>
    [Field(12, MergeKey = "name", List = ListType.Map, ListKeys = "name")]
    public ValueList<MatchCondition> MatchConditions { get; init; }
}

/// <summary>The values of ReinvocationPolicyType.</summary>
public static class ReinvocationPolicyType
{
    public const string Never = "Never";
    public const string IfNeeded = "IfNeeded";
}
