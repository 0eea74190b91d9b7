using Coppice.Cel.Checking;
using Coppice.Cel.Syntax;
using Coppice.Cel.Types;
using Coppice.Cel.Values;

namespace Coppice.Cel.Costs;

/// <summary>
/// What an expression may cost at the worst, before there is anything to evaluate it on. Sizes are known of literals, of what is made
/// of them, and of what is reached from declared variables; everything else may be as large as can be. The numbers are Kubernetes': they
/// decide which rules a definition may have.
/// </summary>
internal sealed class CostEstimator
{
    /// <summary>How large what is in a list or map is.</summary>
    internal sealed record EntrySizes(Estimate Key, Estimate Value);

    private sealed record Variable(string Name, CelType? Declared, Estimate? Size, EntrySizes? Entries);

    private readonly CheckedExpression _expression;

    private readonly IReadOnlyDictionary<string, CelType> _roots;

    // The declared type that a node is reached by, from a variable on: with it comes how large it may be.
    private readonly Dictionary<Expression, CelType> _declared = new(ReferenceEqualityComparer.Instance);

    private readonly Dictionary<Expression, Estimate> _sizes = new(ReferenceEqualityComparer.Instance);

    private readonly Dictionary<Expression, EntrySizes> _entries = new(ReferenceEqualityComparer.Instance);

    private readonly List<Variable> _scope = [];

    private CostEstimator(CheckedExpression expression, IReadOnlyDictionary<string, CelType> roots)
    {
        _expression = expression;
        _roots = roots;
    }

    /// <param name="roots">The variables of which sizes are declared.</param>
    public static Estimate Of(CheckedExpression expression, IReadOnlyDictionary<string, CelType> roots) =>
        new CostEstimator(expression, roots).Cost(expression.Root);

    private Estimate Cost(Expression node) => node switch
    {
        _ when _expression.Names.TryGetValue(node, out var name) => CostOfName(node, name),
        SelectExpression select => CostOf(select),
        CallExpression call => CostOf(call),
        ListExpression list => CostOf(list),
        MapExpression map => CostOf(map),
        MessageExpression message => message.Fields.Aggregate(Estimate.Of(40), (sum, field) => sum + Cost(field.Value)),
        ComprehensionExpression one => CostOf(one),
        _ => default,
    };

    private Estimate CostOfName(Expression node, string name)
    {
        var declared = Find(name) is { } local ? local.Declared : _roots.GetValueOrDefault(name);
        Reach(node, declared);
        return Estimate.One;
    }

    private Variable? Find(string name) => _scope.FindLast(one => one.Name == name);

    private void Reach(Expression node, CelType? declared)
    {
        if (declared is not null)
        {
            _declared[node] = declared;
        }
    }

    private Estimate CostOf(SelectExpression select)
    {
        var cost = Cost(select.Operand);
        if (select.TestOnly)
        {
            return cost;
        }

        if (_declared.TryGetValue(select.Operand, out var declared) && declared.Fields.TryGetValue(select.Field, out var field))
        {
            Reach(select, field);
        }

        // What is not known to be an object costs nothing to look into, as in cel-go.
        return _expression.TypeOf(select.Operand).Kind is CelKind.Map or CelKind.Object ? cost + Estimate.One : cost;
    }

    private Estimate CostOf(CallExpression call)
    {
        if (call.Function == "dyn")
        {
            var cost = Cost(call.Arguments[0]) + Estimate.One;
            SetSize(call, SizeOf(call.Arguments[0]));
            SetEntries(call, EntriesOf(call.Arguments[0]));
            return cost;
        }

        var member = call.Target is not null && _expression.Overloads.TryGetValue(call, out var found) && found[0].IsMember;
        var costs = call.Arguments.Select(Cost).ToList();
        var sum = member ? Cost(call.Target!) : default;
        if (!_expression.Overloads.TryGetValue(call, out var overloads))
        {
            // A field of an optional: what it is taken from, and the look at it.
            return costs.Aggregate(sum + Estimate.One, (total, cost) => total + cost);
        }

        var own = new Estimate(ulong.MaxValue, 0);
        Estimate? size = null;
        foreach (var overload in overloads)
        {
            var estimate = new CallEstimate(this, call, overload.Id, costs).Make();
            own = own.Union(estimate.Cost);
            size = size is null ? estimate.Size : estimate.Size is { } other ? size.Value.Union(other) : size;
            if (overload.Id is "index_list" or "index_map")
            {
                size = EntriesOf(call.Arguments[0])?.Value;
                Reach(call, ElementOf(call.Arguments[0]));
            }

            size ??= SizeOf(call);
        }

        SetSize(call, size);
        return sum + own;
    }

    /// <summary>The declared type of what is in a list, or of a map's values.</summary>
    internal CelType? ElementOf(Expression list) => _declared.GetValueOrDefault(list)?.Parameters is [.., var last] ? last : null;

    internal CelType TypeOf(Expression node) => _expression.TypeOf(node);

    private Estimate CostOf(ListExpression list)
    {
        var cost = Estimate.Of(10);
        var elements = list.Elements.Count == 0 ? default : new Estimate(ulong.MaxValue, 0);
        foreach (var element in list.Elements)
        {
            cost += Cost(element.Value);
            elements = elements.Union(SizeOrUnknown(element.Value));
        }

        SetEntries(list, new(Estimate.One, elements));
        return cost;
    }

    private Estimate CostOf(MapExpression map)
    {
        var cost = Estimate.Of(30);
        var (keys, values) = map.Entries.Count == 0 ? (default, default) : (new Estimate(ulong.MaxValue, 0), new Estimate(ulong.MaxValue, 0));
        foreach (var entry in map.Entries)
        {
            cost += Cost(entry.Key) + Cost(entry.Value);
            keys = keys.Union(SizeOrUnknown(entry.Key));
            values = values.Union(SizeOrUnknown(entry.Value));
        }

        SetEntries(map, new(keys, values));
        return cost;
    }

    private Estimate CostOf(ComprehensionExpression one)
    {
        var loop = one.Loop;
        var cost = Cost(one.Range) + Cost(loop.Start);
        _scope.Add(new(loop.AccumulatorName, _declared.GetValueOrDefault(loop.Start), SizeOf(loop.Start), EntriesOf(loop.Start)));
        if (loop.AccumulatorName != ComprehensionExpression.Accumulator)
        {
            // A value with a name, and nothing gone through.
            cost += Cost(loop.Result);
            _scope.RemoveAt(_scope.Count - 1);
            SetSize(one, SizeOf(loop.Result));
            SetEntries(one, EntriesOf(loop.Result));
            return cost;
        }

        var variables = VariablesOf(one);
        _scope.AddRange(variables);
        var step = Cost(loop.Condition) + Cost(loop.Step);
        _scope.RemoveRange(_scope.Count - variables.Count, variables.Count);
        cost += Cost(loop.Result);
        _scope.RemoveAt(_scope.Count - 1);
        var times = SizeOrUnknown(one.Range);
        if (loop.Start is ListExpression or MapExpression)
        {
            SetSize(one, times);
            SetEntries(one, EntriesOf(loop.Step));
        }
        else
        {
            SetSize(one, SizeOf(loop.Start));
        }

        return cost + times * step;
    }

    private List<Variable> VariablesOf(ComprehensionExpression one)
    {
        var entries = EntriesOf(one.Range);
        var isList = _expression.TypeOf(one.Range).Kind == CelKind.List;
        var declared = _declared.GetValueOrDefault(one.Range);
        var key = isList ? null : declared?.Parameters is [var first, _] ? first : null;
        var value = ElementOf(one.Range);
        return one.Second is not null ? [new(one.Variable, key, entries?.Key, null), new(one.Second, value, entries?.Value, null)]
            : isList ? [new(one.Variable, value, entries?.Value, null)]
            : [new(one.Variable, key, entries?.Key, null)];
    }

    internal Estimate SizeOrUnknown(Expression node) => SizeOf(node) ?? Estimate.Unknown;

    internal Estimate? SizeOf(Expression node)
    {
        if (_sizes.TryGetValue(node, out var known))
        {
            return known;
        }

        switch (node)
        {
            case ConstantExpression constant:
                return Estimate.Of((ulong)constant.Value.Size);
            case ListExpression list:
                return Estimate.Of((ulong)list.Elements.Count);
            case MapExpression map:
                return Estimate.Of((ulong)map.Entries.Count);
        }

        // What is declared without a size has none worth counting.
        if (_declared.TryGetValue(node, out var declared))
        {
            return new(0, declared.SizeMax ?? 0);
        }

        return IsFixed(_expression.TypeOf(node)) ? Estimate.One : node is IdentifierExpression identifier ? Find(identifier.Name)?.Size : null;
    }

    private static bool IsFixed(CelType type) =>
        type.Kind is CelKind.Bool or CelKind.Double or CelKind.Duration or CelKind.Int or CelKind.Timestamp or CelKind.Uint || (type.IsOptional && IsFixed(type.Parameters[0]));

    internal EntrySizes? EntriesOf(Expression node) => _entries.TryGetValue(node, out var known) ? known
        : node is IdentifierExpression identifier ? Find(identifier.Name)?.Entries
        : null;

    private void SetSize(Expression node, Estimate? size)
    {
        if (size is { } known)
        {
            _sizes[node] = known;
        }
    }

    internal void SetEntries(Expression node, EntrySizes? sizes)
    {
        if (sizes is not null)
        {
            _entries[node] = sizes;
        }
    }
}
