using Coppice.Cel.Syntax;
using Coppice.Cel.Types;
using Coppice.Cel.Values;

namespace Coppice.Cel.Checking;

/// <summary>Finds out the type of every part of an expression, and what does not fit, in cel-go's words.</summary>
internal sealed class Checker
{
    private readonly Declarations _declared;

    private readonly CelIssues _issues;

    private readonly TypeMapping _mapping = new();

    private readonly Dictionary<Expression, CelType> _types = new(ReferenceEqualityComparer.Instance);

    private readonly Dictionary<Expression, IReadOnlyList<Overload>> _overloads = new(ReferenceEqualityComparer.Instance);

    private readonly Dictionary<Expression, string> _names = new(ReferenceEqualityComparer.Instance);

    // The variables of the comprehensions that we are in, the innermost last.
    private readonly List<(string Name, CelType Type)> _scope = [];

    private Checker(Declarations declared, CelIssues issues)
    {
        _declared = declared;
        _issues = issues;
    }

    public static CheckedExpression Check(Expression root, Declarations declared, CelIssues issues)
    {
        var checker = new Checker(declared, issues);
        checker.TypeOf(root);
        foreach (var (node, type) in checker._types.ToList())
        {
            checker._types[node] = checker._mapping.Substitute(type, unknownIsDyn: true);
        }

        var found = new CheckedExpression(root, checker._types, checker._overloads, checker._names);
        if (issues.Count == 0)
        {
            new LiteralChecks(found, issues).Check(root);
        }

        return found;
    }

    private CelType TypeOf(Expression expression) => _types[expression] = expression switch
    {
        ConstantExpression constant => TypeOf(constant.Value),
        IdentifierExpression identifier => TypeOf(identifier),
        SelectExpression select => TypeOf(select),
        CallExpression call => TypeOf(call),
        ListExpression list => TypeOf(list),
        MapExpression map => TypeOf(map),
        MessageExpression message => TypeOf(message),
        ComprehensionExpression comprehension => TypeOf(comprehension),
        _ => throw new InvalidOperationException($"unknown expression: {expression.GetType().Name}"),
    };

    private static CelType TypeOf(CelValue constant) => constant switch
    {
        BoolValue => CelType.Bool,
        IntValue => CelType.Int,
        UintValue => CelType.Uint,
        DoubleValue => CelType.Double,
        StringValue => CelType.String,
        BytesValue => CelType.Bytes,
        _ => CelType.Null,
    };

    private CelType TypeOf(IdentifierExpression identifier)
    {
        if (FindName(identifier.Name) is { } found)
        {
            _names[identifier] = found.Name;
            return found.Type;
        }

        _issues.Add(identifier.Offset, $"undeclared reference to '{identifier.Name}' (in container '')");
        return CelType.Error;
    }

    private (string Name, CelType Type)? FindName(string name)
    {
        var plain = name.StartsWith('.') ? name[1..] : name;
        var local = plain == name ? _scope.FindLastIndex(one => one.Name == name) : -1;
        return local >= 0 ? _scope[local]
            : _declared.Variables.TryGetValue(plain, out var type) ? (plain, type)
            : _declared.TypeNames.TryGetValue(plain, out var named) ? (plain, CelType.TypeOf(named))
            : null;
    }

    private CelType TypeOf(SelectExpression select)
    {
        if (!select.TestOnly && Parser.NameOf(select) is { } name && !IsLocal(name) && FindName(name) is { } found)
        {
            _names[select] = found.Name;
            return found.Type;
        }

        var type = FieldType(select.Offset, TypeOf(select.Operand), select.Field, optional: false);
        return select.TestOnly ? CelType.Bool : type;
    }

    private bool IsLocal(string name) => _scope.Exists(one => name.StartsWith(one.Name + ".", StringComparison.Ordinal));

    private CelType FieldType(int offset, CelType operand, string field, bool optional)
    {
        var target = _mapping.Substitute(operand);
        if (target.IsOptional)
        {
            (target, optional) = (_mapping.Substitute(target.Parameters[0]), true);
        }

        var type = CelType.Error;
        switch (target.Kind)
        {
            case CelKind.Map:
                type = target.Parameters[1];
                break;
            case CelKind.Object when target.Fields.TryGetValue(field, out var declared):
                type = declared;
                break;
            case CelKind.Object:
                _issues.Add(offset, $"undefined field '{field}'");
                break;
            case CelKind.Parameter:
                // From here on it is anything, lest it became the wrong thing later.
                _mapping.Assign(CelType.Dyn, target);
                type = CelType.Dyn;
                break;
            case CelKind.Dyn or CelKind.Error:
                type = CelType.Dyn;
                break;
            default:
                _issues.Add(offset, $"type '{_mapping.Substitute(target)}' does not support field selection");
                break;
        }

        return optional ? CelType.OptionalOf(type) : type;
    }

    private CelType TypeOf(CallExpression call)
    {
        if (call.Function == Operators.OptionalSelect)
        {
            var operand = TypeOf(call.Arguments[0]);
            TypeOf(call.Arguments[1]);
            return FieldType(call.Offset, operand, ((StringValue)((ConstantExpression)call.Arguments[1]).Value).Value, optional: true);
        }

        var arguments = call.Arguments.Select(TypeOf).ToList();
        if (call.Target is null)
        {
            return Resolve(call, call.Function, arguments, member: false);
        }

        // What looks like a target may be the space that a function is in: sets.contains(a, b).
        if (Parser.NameOf(call.Target) is { } space && !_scope.Exists(one => one.Name == space) && FindFunction($"{space}.{call.Function}") is not null)
        {
            _types[call.Target] = CelType.Dyn;
            return Resolve(call, $"{space}.{call.Function}", arguments, member: false);
        }

        arguments.Insert(0, TypeOf(call.Target));
        return Resolve(call, call.Function, arguments, member: true);
    }

    private IReadOnlyList<Overload>? FindFunction(string name) => _declared.Functions.GetValueOrDefault(name.StartsWith('.') ? name[1..] : name);

    private CelType Resolve(CallExpression call, string function, List<CelType> arguments, bool member)
    {
        if (FindFunction(function) is not { } overloads)
        {
            _issues.Add(call.Offset, $"undeclared reference to '{function}' (in container '')");
            return CelType.Error;
        }

        var matching = new List<Overload>();
        CelType? result = null;
        foreach (var overload in overloads.Where(o => o.IsMember == member))
        {
            var (takes, gives) = _mapping.Instantiate(overload);
            if (_mapping.Assign(takes, arguments))
            {
                matching.Add(overload);
                var found = _mapping.Substitute(gives);
                result = result is null ? found : result.Is(found) ? result : CelType.Dyn;
            }
        }

        if (result is null)
        {
            var shown = arguments.Select(type => _mapping.Substitute(type, unknownIsDyn: false)).ToList();
            var signature = member ? $"{shown[0]}.({string.Join(", ", shown.Skip(1))})" : $"({string.Join(", ", shown)})";
            _issues.Add(call.Offset, $"found no matching overload for '{function}' applied to '{signature}'");
            return CelType.Error;
        }

        _overloads[call] = matching;
        return result;
    }

    private CelType TypeOf(ListExpression list)
    {
        CelType? element = null;
        foreach (var one in list.Elements)
        {
            element = Join(element, Unwrap(one.Value, TypeOf(one.Value), one.Optional));
        }

        return CelType.ListOf(element ?? _mapping.NewParameter());
    }

    private CelType TypeOf(MapExpression map)
    {
        CelType? key = null;
        CelType? value = null;
        foreach (var entry in map.Entries)
        {
            key = Join(key, TypeOf(entry.Key));
            value = Join(value, Unwrap(entry.Value, TypeOf(entry.Value), entry.Optional));
        }

        return CelType.MapOf(key ?? _mapping.NewParameter(), value ?? _mapping.NewParameter());
    }

    private CelType TypeOf(MessageExpression message)
    {
        var name = message.Type.TrimStart('.');
        var type = _declared.Messages(name);
        if (type is null)
        {
            _issues.Add(message.Offset, FindName(name) is { } found
                ? found.Type.Kind == CelKind.Type ? $"'{name}' is not a message type" : $"'{name}' is not a type"
                : $"undeclared reference to '{message.Type}' (in container '')");
        }

        foreach (var field in message.Fields)
        {
            var value = Unwrap(field.Value, TypeOf(field.Value), field.Optional);
            if (type is null)
            {
                continue;
            }

            if (!type.Fields.TryGetValue(field.Name, out var declared))
            {
                _issues.Add(field.Offset, $"undefined field '{field.Name}'");
            }
            else if (!_mapping.Assign(declared, value))
            {
                _issues.Add(field.Offset, $"expected type of field '{field.Name}' is '{declared}' but provided type is '{_mapping.Substitute(value)}'");
            }
        }

        return type ?? CelType.Error;
    }

    private CelType TypeOf(ComprehensionExpression one)
    {
        var range = _mapping.Substitute(TypeOf(one.Range));
        var start = TypeOf(one.Loop.Start);
        var (first, second) = VariableTypes(one, range);
        _scope.Add((one.Loop.AccumulatorName, start));
        _scope.Add((one.Variable, first));
        if (one.Second is not null)
        {
            _scope.Add((one.Second, second));
        }

        Expect(one.Loop.Condition, CelType.Bool);
        Expect(one.Loop.Step, start);
        _scope.RemoveRange(_scope.Count - (one.Second is null ? 1 : 2), one.Second is null ? 1 : 2);
        var result = TypeOf(one.Loop.Result);
        _scope.RemoveAt(_scope.Count - 1);
        return _mapping.Substitute(result);
    }

    private (CelType First, CelType Second) VariableTypes(ComprehensionExpression one, CelType range)
    {
        switch (range.Kind)
        {
            case CelKind.List:
                return one.Second is null ? (range.Parameters[0], range.Parameters[0]) : (CelType.Int, range.Parameters[0]);
            case CelKind.Map:
                return (range.Parameters[0], range.Parameters[1]);
            case CelKind.Parameter:
                _mapping.Assign(CelType.Dyn, range);
                return (CelType.Dyn, CelType.Dyn);
            case CelKind.Dyn or CelKind.Error:
                return (CelType.Dyn, CelType.Dyn);
            default:
                _issues.Add(one.Range.Offset, $"expression of type '{range}' cannot be range of a comprehension (must be list, map, or dynamic)");
                return (CelType.Error, CelType.Error);
        }
    }

    private void Expect(Expression expression, CelType expected)
    {
        var found = TypeOf(expression);
        if (!_mapping.Assign(expected, found))
        {
            _issues.Add(expression.Offset, $"expected type '{_mapping.Substitute(expected)}' but found '{_mapping.Substitute(found)}'");
        }
    }

    private CelType Unwrap(Expression expression, CelType type, bool optional)
    {
        if (!optional)
        {
            return type;
        }

        var found = _mapping.Substitute(type);
        if (found.IsOptional || found.IsDynOrError)
        {
            return found.IsOptional ? found.Parameters[0] : found;
        }

        _issues.Add(expression.Offset, $"expected type 'optional_type({found})' but found '{found}'");
        return found;
    }

    private CelType Join(CelType? before, CelType type) =>
        before is null ? type : _mapping.Assign(before, type) ? TypeMapping.MostGeneral(before, type) : CelType.Dyn;
}
