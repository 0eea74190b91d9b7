namespace Coppice.Objects.Admissionregistration;

/// <summary>Where a policy that changes requests counts, and with which parameters.</summary>
public sealed partial record MutatingAdmissionPolicyBinding : KubernetesObject
{
    /// <summary>Which policy, where and how.</summary>
    [Field(2)]
    public MutatingAdmissionPolicyBindingSpec Spec { get; init => field = value ?? new(); } = new();
}

/// <summary>Which policy counts, where and how.</summary>
public sealed partial record MutatingAdmissionPolicyBindingSpec : IAdmissionPolicyBinding
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
}
