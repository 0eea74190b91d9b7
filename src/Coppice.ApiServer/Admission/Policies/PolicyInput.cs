using System.Text.Json;
using Coppice.ApiServer.Expressions;
using Coppice.Cel;
using Coppice.Cel.Evaluation;
using Coppice.Cel.Libraries;
using Coppice.Cel.Schemas;
using Coppice.Cel.Values;
using Coppice.Objects;

namespace Coppice.ApiServer.Admission.Policies;

/// <summary>What the expressions of a policy see of one request.</summary>
/// <param name="Request">The question as a webhook would be asked it, without the objects.</param>
internal sealed record PolicyInput(JsonElement? Item, JsonElement? Old, JsonElement Request, JsonElement? Namespace, AuthorizerValue Authorizer, CelValue RequestResource)
{
    private readonly CelValue _item = Show(Item);
    private readonly CelValue _old = Show(Old);
    private readonly CelValue _request = Show(Request);
    private readonly CelValue _namespace = Show(Namespace);

    public static JsonElement Json(KubernetesObject item)
    {
        using var document = JsonDocument.Parse(ApiJson.WriteObject(item));
        return document.RootElement.Clone();
    }

    public CelValue? Find(string name) => name switch
    {
        AdmissionExpressions.Object => _item,
        AdmissionExpressions.OldObject => _old,
        AdmissionExpressions.Request => _request,
        AdmissionExpressions.NamespaceObject => _namespace,
        AdmissionExpressions.Authorizer => Authorizer,
        AdmissionExpressions.RequestResource => RequestResource,
        _ => null,
    };

    public static CelValue Show(JsonElement? json) => json is { } value ? JsonValues.Of(value) : NullValue.Instance;
}

/// <summary>One evaluation of a policy: its parameters, its variables, and what it may still cost.</summary>
internal sealed class PolicyEvaluation(ReadyPolicy policy, PolicyInput input, JsonElement? parameters, long budget) : IActivation
{
    public const string OutOfBudget = "validation failed due to running out of cost budget, no further validation rules will be run";

    private readonly CelValue _parameters = PolicyInput.Show(parameters);

    private readonly Dictionary<string, CelValue> _known = new(StringComparer.Ordinal);

    private long _budget = budget;

    /// <summary>Nothing more is evaluated.</summary>
    public bool IsExhausted => _budget < 0;

    public CelValue? Find(string name) => name switch
    {
        AdmissionExpressions.Params => _parameters,
        AdmissionExpressions.Variables => new VariablesValue(this),
        _ => input.Find(name),
    };

    /// <returns>The answer, or what went wrong in Kubernetes' words.</returns>
    public (CelValue? Value, string? Error) Evaluate(ReadyExpression expression)
    {
        if (expression.Compiled is null)
        {
            return (null, $"compilation error: {expression.Error}");
        }

        if (_budget <= 0)
        {
            return (null, OutOfBudget);
        }

        var result = expression.Compiled.Evaluate(this);
        Pay(result.Cost);
        return IsExhausted ? (null, OutOfBudget)
            : result.Error is { } error ? (null, $"expression '{expression.Text}' resulted in error: {error}")
            : (result.Value, null);
    }

    private void Pay(ulong cost) => _budget = cost > (ulong)Math.Max(0, _budget) ? -1 : _budget - (long)cost;

    /// <summary>The variables, each evaluated when it is first asked for.</summary>
    private sealed class VariablesValue(PolicyEvaluation evaluation) : MapValue
    {
        public override string TypeName => "kubernetes.variables";

        public override int Count => evaluation.Variables.Count;

        public override IEnumerable<CelValue> Keys => evaluation.Variables.Keys.Select(name => new StringValue(name));

        public override bool TryGet(CelValue key, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out CelValue? value)
        {
            value = null;
            return key is StringValue name && TryGetField(name.Value, out value);
        }

        public override bool TryGetField(string name, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out CelValue? value)
        {
            value = evaluation.VariableOf(name);
            return value is not null;
        }
    }

    private IReadOnlyDictionary<string, ReadyExpression> Variables => policy.Variables;

    private CelValue? VariableOf(string name)
    {
        if (_known.TryGetValue(name, out var known) || !Variables.TryGetValue(name, out var expression))
        {
            return known;
        }

        // A variable names only those before it, so that this ends.
        var (value, error) = expression.Compiled is null ? (null, $"composited variable \"{name}\" fails to compile: {expression.Error}") : EvaluateVariable(name, expression.Compiled);
        return _known[name] = value ?? new ErrorValue(error!);
    }

    private (CelValue? Value, string? Error) EvaluateVariable(string name, CompiledExpression expression)
    {
        var result = expression.Evaluate(this);
        Pay(result.Cost);
        return result.Error is { } error ? (null, $"composited variable \"{name}\" fails to evaluate: {error}") : (result.Value, null);
    }
}
