using Coppice.Cel.Checking;
using Coppice.Cel.Syntax;
using Coppice.Cel.Types;
using Coppice.Cel.Values;

namespace Coppice.Cel.Evaluation;

/// <summary>Makes a checked expression ready for evaluation: names become places, literals become values.</summary>
internal sealed class Planner
{
    private readonly CheckedExpression _checked;

    private readonly IReadOnlyDictionary<string, CelType> _typeNames;

    // The names of the comprehensions that we are in, each with its place.
    private readonly List<(string Name, int Place)> _scope = [];

    private int _places;

    private Planner(CheckedExpression expression, IReadOnlyDictionary<string, CelType> typeNames)
    {
        _checked = expression;
        _typeNames = typeNames;
    }

    /// <returns>The root, and how many places for comprehensions' variables it needs.</returns>
    public static (EvaluationNode Root, int Locals) Plan(CheckedExpression expression, IReadOnlyDictionary<string, CelType> typeNames)
    {
        var planner = new Planner(expression, typeNames);
        return (planner.Plan(expression.Root), planner._places);
    }

    private EvaluationNode Plan(Expression expression) => expression switch
    {
        _ when _checked.Names.TryGetValue(expression, out var name) => PlanName(expression, name),
        ConstantExpression constant => new ConstantNode(constant.Value),
        SelectExpression { TestOnly: true } test => new PresenceNode(Plan(test.Operand), test.Field),
        SelectExpression select => new SelectNode(Plan(select.Operand), select.Field, optional: false),
        CallExpression call => PlanCall(call),
        ListExpression list => PlanList(list),
        MapExpression map => PlanMap(map),
        MessageExpression message => new MessageNode(message.Type.TrimStart('.'), [.. message.Fields.Select(f => (f.Name, Plan(f.Value), f.Optional))]),
        ComprehensionExpression one => PlanFold(one),
        _ => throw new InvalidOperationException($"unknown expression: {expression.GetType().Name}"),
    };

    private EvaluationNode PlanName(Expression expression, string name)
    {
        var local = expression is IdentifierExpression ? _scope.FindLastIndex(one => one.Name == name) : -1;
        return local >= 0 ? new LocalNode(_scope[local].Place)
            : _checked.TypeOf(expression) is { Kind: CelKind.Type } && _typeNames.TryGetValue(name, out var type) ? new ConstantNode(new TypeValue(type.RuntimeName ?? type.Name))
            : new VariableNode(name);
    }

    private EvaluationNode PlanCall(CallExpression call)
    {
        switch (call.Function)
        {
            case Operators.And:
                return new LogicalNode(Plan(call.Arguments[0]), Plan(call.Arguments[1]), BoolValue.False);
            case Operators.Or:
                return new LogicalNode(Plan(call.Arguments[0]), Plan(call.Arguments[1]), BoolValue.True);
            case Operators.Conditional:
                return new ConditionalNode(Plan(call.Arguments[0]), Plan(call.Arguments[1]), Plan(call.Arguments[2]));
            case Operators.NotStrictlyFalse:
                return new NotStrictlyFalseNode(Plan(call.Arguments[0]));
            case Operators.OptionalSelect:
                return new SelectNode(Plan(call.Arguments[0]), ((StringValue)((ConstantExpression)call.Arguments[1]).Value).Value, optional: true);
        }

        var overloads = _checked.Overloads[call];
        var arguments = call.Arguments.Select(Plan);
        return new CallNode(overloads, overloads[0].IsMember ? [Plan(call.Target!), .. arguments] : [.. arguments]);
    }

    private EvaluationNode PlanList(ListExpression list)
    {
        var elements = list.Elements.Select(e => (Value: Plan(e.Value), e.Optional)).ToList();
        return Fixed(new ListNode(elements), elements.All(e => e is { Value: ConstantNode, Optional: false }));
    }

    private EvaluationNode PlanMap(MapExpression map)
    {
        var entries = map.Entries.Select(e => (Key: Plan(e.Key), Value: Plan(e.Value), e.Optional)).ToList();
        return Fixed(new MapNode(entries), entries.All(e => e is { Key: ConstantNode, Value: ConstantNode, Optional: false }));
    }

    /// <summary>What is made of constants is one itself: it is made once, and costs nothing.</summary>
    private static EvaluationNode Fixed(EvaluationNode node, bool constant) =>
        constant && node.Evaluate(new(new Activation(new Dictionary<string, CelValue>()), 0, ulong.MaxValue)) is var value and not ErrorValue
            ? new ConstantNode(value)
            : node;

    private EvaluationNode PlanStart(ComprehensionLoop loop) => (loop.AccumulatorName, loop.Start) switch
    {
        (ComprehensionExpression.Accumulator, ListExpression { Elements.Count: 0 }) => new GrowingNode(isMap: false),
        (ComprehensionExpression.Accumulator, MapExpression { Entries.Count: 0 }) => new GrowingNode(isMap: true),
        _ => Plan(loop.Start),
    };

    private FoldNode PlanFold(ComprehensionExpression one)
    {
        var places = new FoldPlaces(_places, _places + 1, one.Second is null ? -1 : _places + 2);
        _places += one.Second is null ? 2 : 3;
        var (range, start) = (Plan(one.Range), PlanStart(one.Loop));
        var before = _scope.Count;
        _scope.Add((one.Loop.AccumulatorName, places.Accumulator));
        var inner = _scope.Count;
        _scope.Add((one.Variable, places.First));
        if (one.Second is not null)
        {
            _scope.Add((one.Second, places.Second));
        }

        var (condition, step) = (Plan(one.Loop.Condition), Plan(one.Loop.Step));
        _scope.RemoveRange(inner, _scope.Count - inner);
        var result = Plan(one.Loop.Result);
        _scope.RemoveRange(before, _scope.Count - before);
        return new FoldNode(new(range, start, condition, step, result), places);
    }
}
