using Coppice.ApiServer.Admission.Evaluation;
using Coppice.ApiServer.Expressions;
using Coppice.Cel.Types;
using Coppice.Objects;
using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Admission.Policies;

/// <summary>A policy with its expressions compiled, and which requests it is about.</summary>
internal sealed class ReadyPolicy<T>
{
    /// <param name="rules">Compiles what a policy of its kind does, from the types of the variables.</param>
    public ReadyPolicy(KubernetesObject definition, IAdmissionPolicy terms, Func<IReadOnlyDictionary<string, CelType>, T> rules)
    {
        (Definition, Terms) = (definition, terms);
        Match = ReadyMatch.Of(terms.MatchConstraints ?? new());
        var types = new Dictionary<string, CelType>(StringComparer.Ordinal);
        var environment = AdmissionExpressions.Environment(terms.ParamKind is not null, types);
        Conditions = new(terms.MatchConditions, AdmissionExpressions.Environment(terms.ParamKind is not null, null), Fails);
        var variables = new OrderedDictionary<string, ReadyExpression>(StringComparer.Ordinal);
        foreach (var variable in terms.Variables)
        {
            variables[variable.Name] = ReadyExpression.Of(environment, variable.Expression);
            types[variable.Name] = variables[variable.Name].Compiled?.Type ?? CelType.Dyn;
        }

        Variables = variables;
        Rules = rules(types);
    }

    public KubernetesObject Definition { get; }

    public IAdmissionPolicy Terms { get; }

    public string Name => Definition.Metadata.Name!;

    /// <summary>What goes wrong refuses a request.</summary>
    public bool Fails => Terms.FailurePolicy != FailurePolicyType.Ignore;

    public ReadyMatch Match { get; }

    public ReadyConditions Conditions { get; }

    public IReadOnlyDictionary<string, ReadyExpression> Variables { get; }

    public T Rules { get; }
}

/// <summary>Which requests are meant, ready to be matched.</summary>
internal sealed record ReadyMatch(MatchResources Terms, LabelQuery Namespaces, LabelQuery Objects)
{
    public static ReadyMatch Of(MatchResources terms) => new(terms, LabelQuery.Of(terms.NamespaceSelector ?? new()), LabelQuery.Of(terms.ObjectSelector ?? new()));
}

/// <summary>Where a policy counts.</summary>
/// <param name="Match">Null where the binding is about all that the policy is about.</param>
internal sealed record ReadyBinding(KubernetesObject Definition, IAdmissionPolicyBinding Terms, ReadyMatch? Match)
{
    public string Name => Definition.Metadata.Name!;

    /// <summary>What becomes of a request that does not hold to a policy that refuses.</summary>
    public ValueList<string> Actions => Terms is ValidatingAdmissionPolicyBindingSpec { ValidationActions: var actions } ? actions : default;
}

/// <summary>A policy with its bindings.</summary>
internal sealed record BoundPolicy<T>(ReadyPolicy<T> Policy, IReadOnlyList<ReadyBinding> Bindings);
