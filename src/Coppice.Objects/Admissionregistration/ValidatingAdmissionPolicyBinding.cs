using Coppice.Objects.Meta;

namespace Coppice.Objects.Admissionregistration;

/// <summary>Where a policy counts, with which parameters, and what becomes of requests that do not hold to it.</summary>
public sealed partial record ValidatingAdmissionPolicyBinding : KubernetesObject
{
    /// <summary>Which policy, where and how.</summary>
    [Field(2)]
    public ValidatingAdmissionPolicyBindingSpec Spec { get; init => field = value ?? new(); } = new();
}

/// <summary>Which policy counts, where and how.</summary>
public sealed partial record ValidatingAdmissionPolicyBindingSpec : IAdmissionPolicyBinding
{
    /// <summary>The policy's name; without such a policy the binding does nothing.</summary>
    [Field(1)]
    public string? PolicyName { get; init; }

    /// <summary>The objects that the parameters are taken from.</summary>
    [Field(2)]
    public ParamRef? ParamRef { get; init; }

    /// <summary>Which of the requests that the policy is about are meant; all, if nothing is said.</summary>
    [Field(3)]
    public MatchResources? MatchResources { get; init; }

    /// <summary>What becomes of a request that does not hold to the policy: Deny, Warn, Audit.</summary>
    [Field(4, List = ListType.Set)]
    public ValueList<string> ValidationActions { get; init; }
}

/// <summary>The objects that a policy's parameters are taken from: one by its name, or all with some labels.</summary>
[AtomicObject]
public sealed partial record ParamRef
{
    /// <summary>The object's name.</summary>
    [Field(1)]
    public string? Name { get; init; }

    /// <summary>The object's namespace; if nothing is said, that of the request.</summary>
    [Field(2)]
    public string? Namespace { get; init; }

    /// <summary>The labels of the objects; the policy must hold with each of them.</summary>
    [Field(3)]
    public LabelSelector? Selector { get; init; }

    /// <summary>What becomes of a request where there is no such object: Allow, or Deny by the policy's failurePolicy.</summary>
    [Field(4, Pointer = true)]
    public string? ParameterNotFoundAction { get; init; }
}

/// <summary>The values of ParameterNotFoundActionType.</summary>
public static class ParameterNotFoundActionType
{
    public const string Allow = "Allow";
    public const string Deny = "Deny";
}

/// <summary>The values of ValidationAction.</summary>
public static class ValidationAction
{
    public const string Deny = "Deny";
    public const string Warn = "Warn";
    public const string Audit = "Audit";
}
