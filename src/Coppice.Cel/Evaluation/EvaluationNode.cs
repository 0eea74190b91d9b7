using Coppice.Cel.Costs;
using Coppice.Cel.Types;
using Coppice.Cel.Values;

namespace Coppice.Cel.Evaluation;

/// <summary>A part of an expression that is ready to be evaluated, any number of times and by several at once.</summary>
internal abstract class EvaluationNode
{
    public abstract CelValue Evaluate(Frame frame);
}

internal sealed class ConstantNode(CelValue value) : EvaluationNode
{
    public CelValue Value => value;

    public override CelValue Evaluate(Frame frame) => value;
}

internal sealed class VariableNode(string name) : EvaluationNode
{
    private readonly ErrorValue _missing = new($"no such attribute(s): {name}");

    public override CelValue Evaluate(Frame frame)
    {
        frame.Charge(1);
        return frame.Activation.Find(name) ?? _missing;
    }
}

/// <summary>A variable or accumulator of a comprehension.</summary>
internal sealed class LocalNode(int place) : EvaluationNode
{
    public override CelValue Evaluate(Frame frame)
    {
        frame.Charge(1);
        return frame.Locals[place];
    }
}

internal sealed class SelectNode(EvaluationNode operand, string field, bool optional) : EvaluationNode
{
    private readonly ErrorValue _missing = ErrorValue.NoSuchKey(field);

    public override CelValue Evaluate(Frame frame)
    {
        var target = operand.Evaluate(frame);
        frame.Charge(1);
        if (target is OptionalValue wrapped)
        {
            return wrapped.Value is null ? OptionalValue.None : SelectOptional(wrapped.Value);
        }

        return optional && target is not ErrorValue ? SelectOptional(target)
            : target is MapValue map ? map.TryGetField(field, out var value) ? value : _missing
            : target is ErrorValue ? target : ErrorValue.NoSuchOverload;
    }

    private CelValue SelectOptional(CelValue target) => target switch
    {
        MapValue map => map.TryGetField(field, out var value) ? value is ErrorValue ? value : OptionalValue.Of(value) : OptionalValue.None,
        NullValue => OptionalValue.None,
        _ => ErrorValue.NoSuchOverload,
    };
}

/// <summary><c>has(operand.field)</c>.</summary>
internal sealed class PresenceNode(EvaluationNode operand, string field) : EvaluationNode
{
    public override CelValue Evaluate(Frame frame)
    {
        var target = operand.Evaluate(frame);
        target = target is OptionalValue optional ? optional.Value ?? NullValue.Instance : target;
        return target switch
        {
            MapValue map => BoolValue.Of(map.TryGetField(field, out _)),
            NullValue => BoolValue.False,
            ErrorValue => target,
            _ => ErrorValue.NoSuchOverload,
        };
    }
}

/// <summary>Both sides must hold. One that does not decides, whatever is wrong with the other.</summary>
internal sealed class LogicalNode(EvaluationNode left, EvaluationNode right, BoolValue decisive) : EvaluationNode
{
    private readonly BoolValue _other = BoolValue.Of(!decisive.Value);

    public override CelValue Evaluate(Frame frame)
    {
        var first = left.Evaluate(frame);
        if (first == decisive)
        {
            return decisive;
        }

        var second = right.Evaluate(frame);
        return second == decisive ? decisive
            : first == _other && second == _other ? _other
            : first is ErrorValue ? first
            : second is ErrorValue ? second
            : ErrorValue.NoSuchOverload;
    }
}

internal sealed class ConditionalNode(EvaluationNode condition, EvaluationNode yes, EvaluationNode no) : EvaluationNode
{
    public override CelValue Evaluate(Frame frame) => condition.Evaluate(frame) switch
    {
        BoolValue flag => flag.Value ? yes.Evaluate(frame) : no.Evaluate(frame),
        ErrorValue error => error,
        _ => ErrorValue.NoSuchOverload,
    };
}

/// <summary>Goes on while it may still become true: only false ends it, not what went wrong.</summary>
internal sealed class NotStrictlyFalseNode(EvaluationNode operand) : EvaluationNode
{
    public override CelValue Evaluate(Frame frame)
    {
        var value = operand.Evaluate(frame);
        frame.Charge(1);
        return BoolValue.Of(value != BoolValue.False);
    }
}

/// <summary>A call of a function: which way to call it is seen from its arguments.</summary>
internal sealed class CallNode(IReadOnlyList<Overload> overloads, IReadOnlyList<EvaluationNode> arguments) : EvaluationNode
{
    private readonly (Overload Overload, CallCost Cost)[] _overloads = [.. overloads.Select(o => (o, RuntimeCosts.Of(o)))];

    private readonly ErrorValue _noneFits = new($"no such overload: {overloads[0].Function}");

    public override CelValue Evaluate(Frame frame)
    {
        switch (arguments.Count)
        {
            case 0:
                return Call(frame, []);
            case 1:
                var only = arguments[0].Evaluate(frame);
                return only as ErrorValue ?? Call(frame, [only]);
            case 2:
                var (first, second) = (arguments[0].Evaluate(frame), arguments[1].Evaluate(frame));
                return first as ErrorValue ?? second as ErrorValue ?? Call(frame, [first, second]);
            default:
                var values = new CelValue[arguments.Count];
                for (var i = 0; i < values.Length; i++)
                {
                    values[i] = arguments[i].Evaluate(frame);
                }

                return Array.Find(values, value => value is ErrorValue) ?? Call(frame, values);
        }
    }

    private CelValue Call(Frame frame, ReadOnlySpan<CelValue> values)
    {
        foreach (var (overload, cost) in _overloads)
        {
            if (overload.Takes(values))
            {
                var result = overload.Body(values);
                frame.Charge(cost(values, result));
                return result;
            }
        }

        frame.Charge(1);
        return _noneFits;
    }
}
