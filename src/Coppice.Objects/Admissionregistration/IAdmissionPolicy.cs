namespace Coppice.Objects.Admissionregistration;

/// <summary>What policies that change and policies that refuse have in common: which requests one is about, and what its expressions may name.</summary>
public interface IAdmissionPolicy
{
    /// <inheritdoc cref="ValidatingAdmissionPolicySpec.ParamKind"/>
    ParamKind? ParamKind { get; }

    /// <inheritdoc cref="ValidatingAdmissionPolicySpec.MatchConstraints"/>
    MatchResources? MatchConstraints { get; }

    /// <inheritdoc cref="ValidatingAdmissionPolicySpec.FailurePolicy"/>
    string? FailurePolicy { get; }

    /// <inheritdoc cref="ValidatingAdmissionPolicySpec.MatchConditions"/>
    ValueList<MatchCondition> MatchConditions { get; }

    /// <inheritdoc cref="ValidatingAdmissionPolicySpec.Variables"/>
    ValueList<Variable> Variables { get; }
}

/// <summary>What the bindings of both have in common: which policy counts, where, and with which parameters.</summary>
public interface IAdmissionPolicyBinding
{
    /// <inheritdoc cref="ValidatingAdmissionPolicyBindingSpec.PolicyName"/>
    string? PolicyName { get; }

    /// <inheritdoc cref="ValidatingAdmissionPolicyBindingSpec.ParamRef"/>
    ParamRef? ParamRef { get; }

    /// <inheritdoc cref="ValidatingAdmissionPolicyBindingSpec.MatchResources"/>
    MatchResources? MatchResources { get; }
}
