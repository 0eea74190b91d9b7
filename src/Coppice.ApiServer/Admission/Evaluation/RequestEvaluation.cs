using System.Text.Json;
using Coppice.ApiServer.Expressions;
using Coppice.Cel;
using Coppice.Cel.Evaluation;
using Coppice.Cel.Values;

namespace Coppice.ApiServer.Admission.Evaluation;

/// <summary>One evaluation of the expressions of a webhook or a policy: its variables, its parameters, and what it may still cost.</summary>
internal sealed class RequestEvaluation(RequestInput input, IReadOnlyDictionary<string, ReadyExpression> variables, JsonElement? parameters, long budget) : IActivation
{
    public const string OutOfBudget = "validation failed due to running out of cost budget, no further validation rules will be run";

    public static readonly IReadOnlyDictionary<string, ReadyExpression> NoVariables = new Dictionary<string, ReadyExpression>();

    private readonly CelValue _parameters = RequestInput.Show(parameters);

    private readonly IReadOnlyDictionary<string, ReadyExpression> _variables = variables;

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
    private sealed class VariablesValue(RequestEvaluation evaluation) : MapValue
    {
        public override string TypeName => "kubernetes.variables";

        public override int Count => evaluation._variables.Count;

        public override IEnumerable<CelValue> Keys => evaluation._variables.Keys.Select(name => new StringValue(name));

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

    private CelValue? VariableOf(string name)
    {
        if (_known.TryGetValue(name, out var known) || !_variables.TryGetValue(name, out var expression))
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
