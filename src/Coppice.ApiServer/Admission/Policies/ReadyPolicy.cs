using Coppice.ApiServer.Expressions;
using Coppice.Cel;
using Coppice.Cel.Types;
using Coppice.Objects;
using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Admission.Policies;

/// <summary>An expression of a policy, compiled once.</summary>
/// <param name="Compiled">Null if it is wrong.</param>
internal sealed record ReadyExpression(string Text, CompiledExpression? Compiled, string? Error)
{
    public static ReadyExpression Of(CelEnvironment environment, string text, params ReadOnlySpan<CelType> types)
    {
        var compiled = AdmissionExpressions.Compile(environment, text.Trim(), out var error, types);
        return new(text.Trim(), compiled, error);
    }
}

/// <summary>One thing that must hold, ready to be tried.</summary>
internal sealed record ReadyValidation(PolicyValidation Terms, ReadyExpression Condition, ReadyExpression? Message);

/// <summary>A policy with its expressions compiled, and which requests it and its bindings are about.</summary>
internal sealed class ReadyPolicy
{
    public ReadyPolicy(ValidatingAdmissionPolicy definition)
    {
        Definition = definition;
        var spec = definition.Spec;
        Match = ReadyMatch.Of(spec.MatchConstraints ?? new());
        var types = new Dictionary<string, CelType>(StringComparer.Ordinal);
        var environment = AdmissionExpressions.Environment(spec.ParamKind is not null, types);
        var conditions = AdmissionExpressions.Environment(spec.ParamKind is not null, null);
        Conditions = [.. spec.MatchConditions.Select(one => ReadyExpression.Of(conditions, one.Expression, CelType.Bool))];
        var variables = new OrderedDictionary<string, ReadyExpression>(StringComparer.Ordinal);
        foreach (var variable in spec.Variables)
        {
            variables[variable.Name] = ReadyExpression.Of(environment, variable.Expression);
            types[variable.Name] = variables[variable.Name].Compiled?.Type ?? CelType.Dyn;
        }

        Variables = variables;
        Validations = [.. spec.Validations.Select(one => new ReadyValidation(
            one,
            ReadyExpression.Of(environment, one.Expression, CelType.Bool),
            string.IsNullOrEmpty(one.MessageExpression) ? null : ReadyExpression.Of(environment, one.MessageExpression, CelType.String)))];
        Annotations = [.. spec.AuditAnnotations.Select(one => (one.Key, ReadyExpression.Of(environment, one.ValueExpression, CelType.String, CelType.Null)))];
    }

    public ValidatingAdmissionPolicy Definition { get; }

    public string Name => Definition.Metadata.Name!;

    /// <summary>What goes wrong refuses a request.</summary>
    public bool Fails => Definition.Spec.FailurePolicy != FailurePolicyType.Ignore;

    public ReadyMatch Match { get; }

    public IReadOnlyList<ReadyExpression> Conditions { get; }

    public IReadOnlyDictionary<string, ReadyExpression> Variables { get; }

    public IReadOnlyList<ReadyValidation> Validations { get; }

    public IReadOnlyList<(string Key, ReadyExpression Value)> Annotations { get; }
}

/// <summary>Which requests are meant, ready to be matched.</summary>
internal sealed record ReadyMatch(MatchResources Terms, LabelQuery Namespaces, LabelQuery Objects)
{
    public static ReadyMatch Of(MatchResources terms) => new(terms, LabelQuery.Of(terms.NamespaceSelector ?? new()), LabelQuery.Of(terms.ObjectSelector ?? new()));
}

/// <summary>A policy where a binding makes it count.</summary>
/// <param name="Match">Null where the binding is about all that the policy is about.</param>
internal sealed record ReadyBinding(ValidatingAdmissionPolicyBinding Terms, ReadyMatch? Match)
{
    public string Name => Terms.Metadata.Name!;
}

/// <summary>A policy with its bindings.</summary>
internal sealed record BoundPolicy(ReadyPolicy Policy, IReadOnlyList<ReadyBinding> Bindings);
