using Coppice.Cel.Checking;
using Coppice.Cel.Costs;
using Coppice.Cel.Evaluation;
using Coppice.Cel.Types;
using Coppice.Cel.Values;

namespace Coppice.Cel;

/// <summary>An expression that was read and checked, and can be evaluated any number of times, by several at once.</summary>
public sealed class CompiledExpression
{
    private readonly EvaluationNode _root;

    private readonly int _locals;

    internal CompiledExpression(string text, CheckedExpression expression, EvaluationNode root, int locals)
    {
        Text = text;
        Checked = expression;
        _root = root;
        _locals = locals;
    }

    public string Text { get; }

    public CelType Type => Checked.TypeOf(Checked.Root);

    internal CheckedExpression Checked { get; }

    /// <summary>True if the expression names a variable, perhaps only where it is not evaluated.</summary>
    public bool Uses(string variable) => Checked.Names.Values.Contains(variable);

    /// <summary>What it may cost at the worst.</summary>
    /// <param name="declared">The variables whose types say how large their values can be; others may be as large as can be.</param>
    public ulong CostMax(IReadOnlyDictionary<string, CelType> declared) => CostEstimator.Of(Checked, declared).Max;

    /// <param name="costMax">What it may cost; it is given up beyond that.</param>
    public EvaluationResult Evaluate(IActivation variables, ulong costMax = CelLimits.PerCall)
    {
        var frame = new Frame(variables, _locals, costMax);
        try
        {
            return new(_root.Evaluate(frame), frame.Cost);
        }
        catch (CostExceededException)
        {
            return new(new ErrorValue(CelLimits.CallTooCostly), frame.Cost);
        }
    }
}

/// <param name="Value">An <see cref="ErrorValue"/> if something went wrong.</param>
/// <param name="Cost">What it has cost.</param>
public readonly record struct EvaluationResult(CelValue Value, ulong Cost)
{
    /// <summary>What went wrong; null if nothing did.</summary>
    public string? Error => (Value as ErrorValue)?.Message;

    public bool IsTrue => Value == BoolValue.True;
}
