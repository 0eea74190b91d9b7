using Coppice.Cel.Values;

namespace Coppice.Cel.Syntax;

/// <summary>Writes calls out that are no functions, as they bind names or look at what is not there: has, all, map, optMap and their like.</summary>
internal sealed class Macros(CelIssues issues)
{
    /// <summary>Where a macro stands, and what it was given.</summary>
    private sealed record Macro(int At, Expression Range, IReadOnlyList<Expression> Arguments)
    {
        public Expression Last => Arguments[^1];
    }

    /// <returns>What the call stands for; null if it is no macro.</returns>
    public Expression? Expand(int at, string function, Expression? target, IReadOnlyList<Expression> arguments)
    {
        if (target is null)
        {
            return function == "has" && arguments.Count == 1 ? Has(arguments[0]) : null;
        }

        var macro = new Macro(at, target, arguments);
        return (function, arguments.Count) switch
        {
            ("all", 2 or 3) => All(macro),
            ("exists", 2 or 3) => Exists(macro),
            ("exists_one" or "existsOne", 2 or 3) => ExistsOne(macro),
            ("map", 2 or 3) => Map(macro),
            ("filter", 2) => Filter(macro),
            ("transformList", 3 or 4) => TransformList(macro),
            ("transformMap", 3 or 4) => TransformMap(macro, wholeEntry: false),
            ("transformMapEntry", 3 or 4) => TransformMap(macro, wholeEntry: true),
            ("optMap", 2) => OptMap(macro, flat: false),
            ("optFlatMap", 2) => OptMap(macro, flat: true),
            _ => null,
        };
    }

    private Expression Has(Expression argument)
    {
        if (argument is SelectExpression { TestOnly: false } select)
        {
            return new SelectExpression(select.Offset, select.Operand, select.Field, testOnly: true);
        }

        issues.Add(argument.Offset, "invalid argument to has() macro");
        return argument;
    }

    private Expression All(Macro m) => Fold(m, m.Arguments.Count - 1, new(
        True(m), Call(m, Operators.NotStrictlyFalse, Sum(m)), Call(m, Operators.And, Sum(m), m.Last), Sum(m)));

    private Expression Exists(Macro m) => Fold(m, m.Arguments.Count - 1, new(
        False(m), Call(m, Operators.NotStrictlyFalse, Call(m, Operators.Not, Sum(m))), Call(m, Operators.Or, Sum(m), m.Last), Sum(m)));

    private Expression ExistsOne(Macro m) => Fold(m, m.Arguments.Count - 1, new(
        Number(m, 0),
        True(m),
        Call(m, Operators.Conditional, m.Last, Call(m, Operators.Add, Sum(m), Number(m, 1)), Sum(m)),
        Call(m, Operators.Equal, Sum(m), Number(m, 1))));

    private Expression Map(Macro m) => Fold(m, 1, new(
        Nothing(m), True(m), If(m, m.Arguments.Count == 3 ? m.Arguments[1] : null, Call(m, Operators.Add, Sum(m), One(m, m.Last))), Sum(m)));

    private Expression Filter(Macro m) => Fold(m, 1, new(
        Nothing(m), True(m), If(m, m.Last, Call(m, Operators.Add, Sum(m), One(m, m.Arguments[0]))), Sum(m)));

    private Expression TransformList(Macro m) => Fold(m, 2, new(
        Nothing(m), True(m), If(m, m.Arguments.Count == 4 ? m.Arguments[2] : null, Call(m, Operators.Add, Sum(m), One(m, m.Last))), Sum(m)));

    private Expression TransformMap(Macro m, bool wholeEntry)
    {
        IReadOnlyList<Expression> entry = wholeEntry ? [Sum(m), m.Last] : [Sum(m), m.Arguments[0], m.Last];
        var step = new CallExpression(m.At, Operators.MapInsert, null, entry);
        return Fold(m, 2, new(new MapExpression(m.At, []), True(m), If(m, m.Arguments.Count == 4 ? m.Arguments[2] : null, step), Sum(m)));
    }

    /// <summary><c>target.hasValue() ? optional.of(the expression of target.value()) : optional.none()</c>.</summary>
    private Expression OptMap(Macro m, bool flat)
    {
        if (m.Arguments[0] is not IdentifierExpression variable)
        {
            issues.Add(m.Arguments[0].Offset, $"{(flat ? "optFlatMap" : "optMap")}() variable name must be a simple identifier");
            return m.Range;
        }

        var value = new CallExpression(m.At, "value", m.Range, []);
        var loop = new ComprehensionLoop(value, False(m), new IdentifierExpression(variable.Offset, variable.Name), m.Last, variable.Name);
        Expression mapped = new ComprehensionExpression(m.At, Nothing(m), "#unused", null, loop);
        var some = flat ? mapped : new CallExpression(m.At, "optional.of", null, [mapped]);
        return Call(m, Operators.Conditional, new CallExpression(m.At, "hasValue", m.Range, []), some, new CallExpression(m.At, "optional.none", null, []));
    }

    /// <param name="variables">How many of the arguments are names of variables.</param>
    private Expression Fold(Macro m, int variables, ComprehensionLoop loop)
    {
        var names = new List<string>();
        foreach (var argument in m.Arguments.Take(variables))
        {
            if (argument is not IdentifierExpression { Name: [not '.', ..] } identifier)
            {
                issues.Add(argument.Offset, "argument must be a simple name");
                return m.Range;
            }

            names.Add(identifier.Name);
        }

        return new ComprehensionExpression(m.At, m.Range, names[0], names.ElementAtOrDefault(1), loop);
    }

    private static Expression If(Macro m, Expression? condition, Expression step) =>
        condition is null ? step : Call(m, Operators.Conditional, condition, step, Sum(m));

    private static CallExpression Call(Macro m, string function, params IReadOnlyList<Expression> arguments) => new(m.At, function, null, arguments);

    private static IdentifierExpression Sum(Macro m) => new(m.At, ComprehensionExpression.Accumulator);

    private static ConstantExpression True(Macro m) => new(m.At, BoolValue.True);

    private static ConstantExpression False(Macro m) => new(m.At, BoolValue.False);

    private static ConstantExpression Number(Macro m, long number) => new(m.At, IntValue.Of(number));

    private static ListExpression Nothing(Macro m) => new(m.At, []);

    private static ListExpression One(Macro m, Expression element) => new(m.At, [new(element, Optional: false)]);
}
